//! Claimed jobs that wait for their worker: filled by the fetcher, emptied by the worker, and at the
//! stop by the fetcher again, which hands back what was not started.

use crate::claim::Claimed;
use futures::task::AtomicWaker;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

#[derive(Debug, Default)]
pub(crate) struct Buffer {
    jobs: Mutex<VecDeque<Claimed>>,
    worker: AtomicWaker,
}

impl Buffer {
    pub(crate) fn fill(&self, jobs: Vec<Claimed>) {
        self.lock().extend(jobs);
        self.worker.wake();
    }

    pub(crate) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Claimed> {
        if let Some(job) = self.lock().pop_front() {
            return Poll::Ready(job);
        }
        self.worker.register(cx.waker());
        // One that came between the look and the registration.
        self.lock().pop_front().map_or(Poll::Pending, Poll::Ready)
    }

    pub(crate) fn empty(&self) -> Vec<Claimed> {
        self.lock().drain(..).collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Claimed>> {
        // Every change is one call: a panic leaves the deque whole.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
