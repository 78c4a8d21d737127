//! The innermost service of a worker: runs the handler of a job.

use crate::{
    JobError,
    cancellation::Cancellations,
    claim::Claimed,
    handlers::Registry,
    lane::{LaneRun, Phase},
};
use apalis_core::{error::BoxDynError, task::Task};
use futures::future::BoxFuture;
use std::{
    any::Any,
    sync::Arc,
    task::{Context, Poll},
};
use tower::Service;
use tracing::Instrument;

/// Looks up and runs the handler, inside a span that names the job.
#[derive(Clone)]
pub(crate) struct Runner {
    pub(crate) registry: Arc<Registry>,
    pub(crate) cancellations: Cancellations,
}

impl Service<Task<Claimed>> for Runner {
    type Response = ();
    type Error = JobError;
    type Future = BoxFuture<'static, Result<(), JobError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, task: Task<Claimed>) -> Self::Future {
        let job = &task.args;
        let span = tracing::info_span!(
            "job",
            job = %job.run.id,
            kind = job.kind,
            tenant = %job.run.tenant,
            attempt = job.attempt,
            trace_id = job.trace_id,
        );
        let attempt = span.in_scope(|| self.registry.of(job).run(job));
        let (run, cancellations) = (job.run, self.cancellations.clone());
        let attempt = async move {
            tokio::select! {
                biased;
                answer = attempt => answer,
                reason = cancellations.of(run) => Err(JobError::Cancel(reason)),
            }
        };
        Box::pin(attempt.instrument(span))
    }
}

/// A panic is a failed attempt like any other.
pub(crate) fn panicked(panic: &Box<dyn Any + Send>) -> JobError {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    JobError::retry(format_args!("the handler panicked: {}", said.unwrap_or("it did not say why")))
}

/// The process is stopping and did not wait for this run any longer.
#[derive(Debug, thiserror::Error)]
#[error("interrupted by the shutdown")]
pub(crate) struct Interrupted;

/// Runs an attempt as a task of its own, so that handlers use all cores and a slow one delays no
/// other; interrupts it when the time for draining is over.
pub(crate) fn spawn<F>(lane: Arc<LaneRun>, attempt: F) -> tokio::task::JoinHandle<Result<(), BoxDynError>>
where
    F: Future<Output = Result<(), BoxDynError>> + Send + 'static,
{
    tokio::spawn(async move {
        tokio::select! {
            biased;
            answer = attempt => answer,
            () = lane.reached(Phase::Interrupting) => Err(Interrupted.into()),
        }
    })
}
