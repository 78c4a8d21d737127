//! Sends acks in batches, and again until the database has taken them or the lease is lost.

use crate::{
    Outcome,
    ack::{self, Ack, Verdict},
    gather::Gather,
    history::Ended,
    lane::LaneRun,
    report,
};
use std::{borrow::Cow, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

/// The shortest time between two batches. Only the next job of the same key waits for an ack.
const ROUND: Duration = Duration::from_millis(15);
/// The largest batch.
const MAX_BATCH: usize = 500;
/// A row that is locked at the moment is free in a moment.
const BUSY: Duration = Duration::from_millis(3);
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// What an acker is told.
pub(crate) enum ToAcker {
    /// A run has ended.
    Ack(Ack),
    /// Answer when everything said before is with the database.
    Flush(oneshot::Sender<()>),
}

/// Runs until all senders are gone and everything is sent.
pub(crate) async fn run(lane: Arc<LaneRun>, mut inbox: mpsc::UnboundedReceiver<ToAcker>) {
    let mut pending: Vec<Ack> = Vec::new();
    let mut flushes = Vec::new();
    let mut backoff = FIRST_BACKOFF;
    let mut gather = Gather::every(ROUND);
    loop {
        if !receive(&mut inbox, &mut pending, &mut flushes).await {
            return;
        }
        if flushes.is_empty() && pending.len() < MAX_BATCH {
            gather.wait().await;
            receive(&mut inbox, &mut pending, &mut flushes).await;
        }
        gather.begins();
        match send(&lane, &mut pending).await {
            Ok(()) => backoff = FIRST_BACKOFF,
            Err(error) => {
                // A database that broke down may have forgotten the acks before, too…
                lane.held.doubt();
                // …and what these runs did, since their commits do not wait for the disk (ADR 0011).
                receive(&mut inbox, &mut pending, &mut flushes).await;
                pending.iter_mut().for_each(run_again);
                tracing::warn!(%error, lane = %lane.lane, acks = pending.len(), "acks wait for the database");
                sleep(backoff).await;
                backoff = (backoff * 2).min(MAX_BACKOFF);
            }
        }
        if pending.is_empty() {
            for flush in flushes.drain(..) {
                // Whoever asked may have gone away.
                let _ = flush.send(());
            }
        }
    }
}

/// A run whose success could not be told before the database broke down is made once more: its effect may be gone.
fn run_again(ack: &mut Ack) {
    if ack.outcome == Outcome::Done {
        ack.outcome = Outcome::HandedBack;
    }
}

/// Adds what has come in to what is pending; waits only when nothing is. False at the end.
async fn receive(
    inbox: &mut mpsc::UnboundedReceiver<ToAcker>,
    pending: &mut Vec<Ack>,
    flushes: &mut Vec<oneshot::Sender<()>>,
) -> bool {
    let mut messages = Vec::new();
    if pending.is_empty() {
        if inbox.recv_many(&mut messages, MAX_BATCH).await == 0 {
            return false;
        }
    } else {
        let room = MAX_BATCH.saturating_sub(pending.len());
        messages.extend(std::iter::from_fn(|| inbox.try_recv().ok()).take(room));
    }
    for message in messages {
        match message {
            ToAcker::Ack(ack) => pending.push(ack),
            ToAcker::Flush(done) => flushes.push(done),
        }
    }
    true
}

/// Sends what is pending; what stays in it must be sent again.
async fn send(lane: &LaneRun, pending: &mut Vec<Ack>) -> sqlx::Result<()> {
    if pending.is_empty() {
        return Ok(());
    }
    match send_batch(lane, pending).await {
        // One bad ack must not hold up the others for ever.
        Err(error) if pending.len() > 1 && is_about_the_data(&error) => send_singly(lane, pending).await,
        sent => sent,
    }
}

async fn send_singly(lane: &LaneRun, pending: &mut Vec<Ack>) -> sqlx::Result<()> {
    for ack in std::mem::take(pending) {
        let mut single = vec![ack];
        match send_batch(lane, &mut single).await {
            Err(error) if is_about_the_data(&error) => {
                let run = single[0].run;
                lane.held.ended(run);
                tracing::error!(%error, job = %run.id, "the database refuses this ack; the job runs again when its lease ends");
            }
            // Busy, or the connection broke: again with the next batch.
            Ok(()) | Err(_) => pending.append(&mut single),
        }
    }
    Ok(())
}

async fn send_batch(lane: &LaneRun, pending: &mut Vec<Ack>) -> sqlx::Result<()> {
    let now = lane.queue.clock.now();
    let answer = lane.control.ask(lane.lease, async |pool| ack::send(pool, pending, now).await).await?;
    let mut verdicts = answer.verdicts.into_iter();
    let mut someone_may_want_it = false;
    let mut ended = Vec::with_capacity(pending.len());
    pending.retain(|ack| {
        let verdict = verdicts.next().expect("there is a verdict for every ack");
        if verdict == Verdict::Busy {
            return true;
        }
        let known_as_lost = lane.held.ended(ack.run);
        if verdict == Verdict::Lost && !known_as_lost {
            report::lease_lost(ack.run);
        }
        if verdict == Verdict::Acked {
            ended.extend(Ended::of(ack));
        }
        someone_may_want_it |= ack.outcome == Outcome::HandedBack;
        // The fetcher's timer must know of the new due time.
        if ack.outcome.run_at().is_some() {
            lane.queue.wake.say_here(lane.lane);
        }
        false
    });
    lane.recorder.count(lane.lane, ended, now);
    for freed in answer.lanes {
        lane.queue.wake(freed);
    }
    if someone_may_want_it {
        lane.queue.wake(lane.lane);
    }
    if !pending.is_empty() {
        sleep(BUSY).await;
    }
    Ok(())
}

/// Whether the statement itself was refused (bad data, a broken constraint, a missing right), so that
/// the same statement would be refused again.
fn is_about_the_data(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code().map(Cow::into_owned));
    code.is_some_and(|code| ["22", "23", "42"].iter().any(|class| code.starts_with(class)))
}
