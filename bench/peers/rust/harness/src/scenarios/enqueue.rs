//! Single jobs are stored durably, and none is run.

use super::{CUT_OFF, account_for};
use crate::{Peer, report::Figure};
use futures::future::try_join_all;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Connections that store.
const CLIENTS: usize = 16;

pub async fn run<P: Peer>(peer: &P, length: Duration) -> anyhow::Result<Figure> {
    let before = peer.finished().await?;
    let stored = AtomicU64::new(0);
    let begin = Instant::now();
    let end = begin + length.min(CUT_OFF);
    let client = async |_| -> anyhow::Result<()> {
        while Instant::now() < end {
            peer.store_one(stored.fetch_add(1, Ordering::Relaxed)).await?;
        }
        Ok(())
    };
    try_join_all((0..CLIENTS).map(client)).await?;
    let (stored, elapsed) = (stored.into_inner(), begin.elapsed());
    account_for(peer, stored, before, 0).await?;
    Ok(Figure::rate(stored, elapsed, length > CUT_OFF))
}
