//! From storing a single job to the call of its handler, while the queue has little to do.

use super::{CUT_OFF, account_for, until};
use crate::{Peer, Ran, report::Figure};
use anyhow::Context as _;
use futures::future::try_join_all;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::sleep_until;

/// Jobs a second.
const RATE: u32 = 500;
/// Those of the first second open connections, and do not count.
const WARM_UP: u64 = RATE as u64;

pub async fn run<P: Peer>(peer: &P, seconds: u64) -> anyhow::Result<Figure> {
    let before = peer.finished().await?;
    let jobs = WARM_UP + u64::from(RATE) * seconds;
    let ran = Arc::new(Ran::timed(jobs));
    let cut_off = Instant::now() + CUT_OFF;
    let working = peer.work(ran.clone()).await?;
    let begin = Instant::now();
    let stored = (0..jobs).map(async |n| -> anyhow::Result<u64> {
        let at = begin + Duration::from_secs(n) / RATE;
        sleep_until(at.min(cut_off).into()).await;
        if at >= cut_off {
            return Ok(0);
        }
        ran.stores(n);
        peer.store_one(n).await?;
        Ok(1)
    });
    let stored = try_join_all(stored).await?.into_iter().sum();
    let all = until(cut_off, || ran.count() >= jobs).await;
    let elapsed = begin.elapsed();
    peer.stop(working).await?;
    let finished = account_for(peer, stored, before, ran.count()).await?;
    let mut latencies: Vec<_> = ran.latencies().into_iter().filter(|(n, _)| *n >= WARM_UP).map(|(_, it)| it).collect();
    latencies.sort_unstable();
    Ok(Figure {
        p50: Some(percentile(&latencies, 50)?),
        p99: Some(percentile(&latencies, 99)?),
        ..Figure::rate(finished, elapsed, !all)
    })
}

fn percentile(sorted: &[Duration], percent: usize) -> anyhow::Result<Duration> {
    let last = sorted.len().checked_sub(1).context("no job has run")?;
    Ok(sorted[last * percent / 100])
}
