//! Jobs are stored first, and then run as fast as the peer can.

use super::{CUT_OFF, LOOK, account_for, fill, until};
use crate::{Peer, Ran, report::Figure};
use std::{sync::Arc, time::Instant};
use tokio::time::sleep;

/// `backlog` more jobs wait that do not count.
pub async fn run<P: Peer>(peer: &P, jobs: u64, backlog: u64) -> anyhow::Result<Figure> {
    fill(peer, 0..jobs + backlog).await?;
    let before = peer.finished().await?;
    let ran = Arc::new(Ran::default());
    let begin = Instant::now();
    let cut_off = begin + CUT_OFF;
    let working = peer.work(ran.clone()).await?;
    until(cut_off, || ran.count() >= jobs).await;
    // What the handlers saw is not committed yet. The time is taken before the database is asked, so that asking
    // costs the peer nothing.
    let (finished, elapsed) = loop {
        let elapsed = begin.elapsed();
        let finished = peer.finished().await? - before;
        if finished >= jobs || elapsed >= CUT_OFF {
            break (finished, elapsed);
        }
        sleep(LOOK).await;
    };
    peer.stop(working).await?;
    account_for(peer, jobs + backlog, before, ran.count()).await?;
    Ok(Figure::rate(finished, elapsed, finished < jobs))
}

/// The same, where the peer keeps as many jobs that are done.
pub async fn beside_finished<P: Peer>(peer: &P, jobs: u64, finished: u64) -> anyhow::Result<Figure> {
    if peer.retain_finished(finished).await? {
        run(peer, jobs, 0).await
    } else {
        Ok(Figure { note: Some("finished jobs are not kept, so there is nothing to measure"), ..Figure::default() })
    }
}
