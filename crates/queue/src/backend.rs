//! The face that apalis sees: a backend that yields claimed jobs, and a layer around the handlers
//! that acks them.
//!
//! Nothing here touches the database. Claims, acks and heartbeats are tasks of their own, so that
//! database errors end no worker and handlers starve no lease.

use crate::{JobError, Outcome, ack::Ack, claim::Claimed, lane::LaneRun, report, runner::Interrupted};
use apalis_core::{
    backend::{Backend, BackendConfig, finalize::Ephemeral},
    error::BoxDynError,
    task::Task,
    worker::context::WorkerContext,
};
use futures::future::BoxFuture;
use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::time::Instant;
use tower::{Layer, Service};
use uuid::Uuid;

/// A lane as a source of tasks.
pub(crate) struct LaneBackend {
    lane: Arc<LaneRun>,
    closing: Option<BoxFuture<'static, ()>>,
}

impl LaneBackend {
    pub(crate) fn new(lane: Arc<LaneRun>) -> Self {
        Self { lane, closing: None }
    }
}

impl Backend for LaneBackend {
    type Task = Task<Claimed>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Self::Task, Infallible>>> {
        self.lane.buffer.poll_next(cx).map(|job| Some(Ok(Task::new(job))))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        let lane = &self.lane;
        let closing = self.closing.get_or_insert_with(|| {
            let lane = Arc::clone(lane);
            Box::pin(async move { lane.closed().await })
        });
        closing.as_mut().poll(cx).map(Ok)
    }
}

impl BackendConfig for LaneBackend {
    type Args = Claimed;
    type Id = Uuid;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = AckLayer;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> AckLayer {
        AckLayer(Arc::clone(&self.lane))
    }
}

/// Acks what comes out of all other layers.
pub(crate) struct AckLayer(Arc<LaneRun>);

impl<S> Layer<S> for AckLayer {
    type Service = AckService<S>;

    fn layer(&self, inner: S) -> AckService<S> {
        AckService { inner, lane: Arc::clone(&self.0) }
    }
}

pub(crate) struct AckService<S> {
    inner: S,
    lane: Arc<LaneRun>,
}

impl<S> Service<Task<Claimed>> for AckService<S>
where
    S: Service<Task<Claimed>, Response = (), Error: Into<BoxDynError>, Future: Send + 'static>,
{
    type Response = ();
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<(), BoxDynError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, task: Task<Claimed>) -> Self::Future {
        let lane = Arc::clone(&self.lane);
        let (run, attempt, kind) = (task.args.run, task.args.attempt, task.args.kind.clone());
        let policy = lane.registry.of(&task.args).retry;
        let wait = task.args.waited(lane.queue.clock.now());
        report::started(lane.lane, &task.args, wait);
        let started = Instant::now();
        let attempt_future = self.inner.call(task);
        Box::pin(async move {
            let answer = attempt_future.await.map_err(Into::into);
            let time = started.elapsed();
            let outcome = match read(answer) {
                Some(answer) => Outcome::of(answer, attempt, run, policy, lane.queue.clock.now()),
                None => Outcome::HandedBack,
            };
            lane.slots.ran(time);
            report::ended(lane.lane, &kind, run, attempt, &outcome, time);
            lane.ack(Ack { run, outcome, wait, duration: Some(time) });
            Ok(())
        })
    }
}

/// The handler's answer, or `None` when the attempt was interrupted.
fn read(answer: Result<(), BoxDynError>) -> Option<Result<(), JobError>> {
    let Err(error) = answer else { return Some(Ok(())) };
    match error.downcast::<JobError>() {
        Ok(error) => Some(Err(*error)),
        Err(other) if other.is::<Interrupted>() => None,
        Err(other) => Some(Err(JobError::retry(format_args!("the attempt broke off: {other}")))),
    }
}
