//! One lane of one process while it runs: what its fetcher, its worker and its acker share.

use crate::{
    Queue, WorkerId, ack::Ack, acker::ToAcker, buffer::Buffer, claim::Claimed, control::Control, handlers::Registry,
    held::Held, history::Recorder, registration::Registration, slots::Slots,
};
use domain::job::Lane;
use std::{sync::Arc, time::Duration};
use tokio::sync::{mpsc, oneshot, watch};

/// How far a process has come on its way to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Claiming and running.
    Running,
    /// Claiming no more; what runs may finish.
    Draining,
    /// What still runs is interrupted.
    Interrupting,
}

pub(crate) struct LaneRun {
    pub(crate) lane: Lane,
    pub(crate) queue: Queue,
    /// Connections that handlers cannot use up.
    pub(crate) control: Arc<Control>,
    pub(crate) lease: Duration,
    pub(crate) registry: Arc<Registry>,
    pub(crate) held: Arc<Held>,
    pub(crate) registration: Registration,
    pub(crate) poll: Duration,
    pub(crate) buffer: Buffer,
    pub(crate) slots: Slots,
    pub(crate) phase: watch::Receiver<Phase>,
    /// Whether the fetcher has ended: then nothing comes into the buffer any more.
    pub(crate) fetched: watch::Sender<bool>,
    pub(crate) acks: mpsc::UnboundedSender<ToAcker>,
    /// What has become of attempts.
    pub(crate) recorder: Arc<Recorder>,
}

impl LaneRun {
    /// Ends a run. The database hears of it with the next batch.
    pub(crate) fn ack(&self, ack: Ack) {
        // The acker outlives everyone who has a sender, unless the process is being torn down:
        // then the lease runs out and the job runs again.
        let _ = self.acks.send(ToAcker::Ack(ack));
    }

    /// Gives a job back that was not started.
    pub(crate) fn hand_back(&self, job: &Claimed) {
        self.slots.free();
        self.ack(Ack { run: job.run, outcome: crate::Outcome::HandedBack, wait: None, duration: None });
    }

    /// Who this process is to the queue; waits until it is anybody.
    pub(crate) async fn worker(&self) -> WorkerId {
        loop {
            let mut registration = self.registration.clone();
            if let Ok(worker) = registration.wait_for(Option::is_some).await
                && let Some(worker) = *worker
            {
                return worker;
            }
            // The heartbeat is gone, and the process with it.
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the phase has come.
    pub(crate) async fn reached(&self, phase: Phase) {
        // An error means that the sender is gone, and with it everyone who could wait for work.
        let _ = self.phase.clone().wait_for(|now| *now >= phase).await;
    }

    /// Waits until nothing is fetched any more and every ack is with the database.
    pub(crate) async fn closed(&self) {
        let _ = self.fetched.subscribe().wait_for(|fetched| *fetched).await;
        let (done, flushed) = oneshot::channel();
        if self.acks.send(ToAcker::Flush(done)).is_ok() {
            let _ = flushed.await;
        }
    }
}
