//! Jobs are stored and run at the same time.

use super::{BULK, CUT_OFF, LOOK, account_for, until};
use crate::{Peer, Ran, report::Figure};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::time::{sleep, sleep_until};

/// Jobs that may wait.
const AHEAD: u64 = 4_000;
/// How long everything runs before it counts.
const WARM_UP: Duration = Duration::from_secs(2);

pub async fn run<P: Peer>(peer: &P, length: Duration) -> anyhow::Result<Figure> {
    let before = peer.finished().await?;
    let ran = Arc::new(Ran::default());
    let begin = Instant::now();
    let (warm, end) = (begin + WARM_UP, begin + (WARM_UP + length).min(CUT_OFF));
    let working = peer.work(ran.clone()).await?;
    let stored = AtomicU64::new(0);
    let producer = async || -> anyhow::Result<()> {
        while Instant::now() < end {
            if stored.load(Ordering::Relaxed).saturating_sub(ran.count()) > AHEAD {
                sleep(LOOK).await;
                continue;
            }
            let first = stored.fetch_add(BULK, Ordering::Relaxed);
            peer.store(first..first + BULK).await?;
        }
        Ok(())
    };
    let measured = async {
        sleep_until(warm.into()).await;
        let (at, finished) = (Instant::now(), peer.finished().await?);
        sleep_until(end.into()).await;
        let elapsed = at.elapsed();
        Ok((peer.finished().await? - finished, elapsed))
    };
    let ((), (), (finished, elapsed)) = tokio::try_join!(producer(), producer(), measured)?;
    let stored = stored.into_inner();
    until(Instant::now() + CUT_OFF, || ran.count() >= stored).await;
    peer.stop(working).await?;
    account_for(peer, stored, before, ran.count()).await?;
    Ok(Figure::rate(finished, elapsed, WARM_UP + length > CUT_OFF))
}

/// The same while somebody's transaction keeps every dead row from being cleared away.
pub async fn beside_an_idle_transaction<P: Peer>(peer: &P, length: Duration) -> anyhow::Result<Figure> {
    let held = peer.hold_transaction().await?;
    let figure = run(peer, length).await?;
    drop(held);
    Ok(figure)
}
