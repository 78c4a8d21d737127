//! Which function runs which kind of job: one visible list.

use crate::{JobContext, JobError, claim::Claimed, outcome};
use domain::job::{Job, Lane, RetryPolicy};
use futures::future::BoxFuture;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, fmt, sync::Arc};

type Run = Arc<dyn Fn(&RawValue, JobContext) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// The handlers of a process, each given a clone of `S` (pools, clients, settings) with its job.
///
/// ```
/// # use domain::{TenantId, job::{Job, Lane, RetryPolicy}};
/// # use queue::{Handlers, JobContext, JobError};
/// # #[derive(Debug, serde::Serialize, serde::Deserialize)]
/// # struct Greet { tenant: TenantId }
/// # impl Job for Greet {
/// #     const KIND: &'static str = "greet";
/// #     const LANE: Lane = Lane::Live;
/// #     const RETRY: RetryPolicy = RetryPolicy::PROMPT;
/// #     fn tenant(&self) -> TenantId { self.tenant }
/// # }
/// #[derive(Clone)]
/// struct Env;
///
/// async fn greet(env: Env, job: Greet, ctx: JobContext) -> Result<(), JobError> {
///     Ok(())
/// }
///
/// let handlers = Handlers::new(Env).register(greet);
/// ```
pub struct Handlers<S> {
    state: S,
    registry: Registry,
}

impl<S: Clone + Send + Sync + 'static> Handlers<S> {
    /// No handlers yet.
    pub fn new(state: S) -> Self {
        Self { state, registry: Registry::default() }
    }

    /// Runs jobs of the type that `handler` takes with it.
    ///
    /// # Panics
    /// When the kind has a handler already: two would be a mistake in the list.
    #[must_use]
    pub fn register<J, F, Fut>(mut self, handler: F) -> Self
    where
        J: Job,
        F: Fn(S, J, JobContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let state = self.state.clone();
        let run: Run = Arc::new(move |args, context| match decode::<J>(args) {
            // Arguments can be edited, and the tenant that they name is what handlers work with.
            Ok(job) if job.tenant() != context.tenant => {
                Box::pin(std::future::ready(Err(JobError::fail("the arguments name another tenant"))))
            }
            Ok(job) => Box::pin(handler(state.clone(), job, context)),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        });
        let entry = Handler { kind: J::KIND, lane: J::LANE, retry: J::RETRY, run };
        let before = self.registry.0.insert(J::KIND, entry);
        assert!(before.is_none(), "two handlers are registered for `{}` jobs", J::KIND);
        self
    }

    pub(crate) fn registry(self) -> Registry {
        self.registry
    }

    pub(crate) fn as_registry(&self) -> &Registry {
        &self.registry
    }
}

impl<S> fmt::Debug for Handlers<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.registry.0.keys()).finish()
    }
}

/// Arguments that do not fit will not fit the next time either.
fn decode<J: Job>(args: &RawValue) -> Result<J, JobError> {
    let mut json = serde_json::Deserializer::from_str(args.get());
    serde_path_to_error::deserialize(&mut json)
        .map_err(|error| JobError::Fail(format!("bad arguments at `{}`: {}", error.path(), error.inner())))
}

/// The handlers by kind, with the state already inside.
#[derive(Clone, Default)]
pub(crate) struct Registry(BTreeMap<&'static str, Handler>);

#[derive(Clone)]
pub(crate) struct Handler {
    kind: &'static str,
    lane: Lane,
    pub(crate) retry: RetryPolicy,
    run: Run,
}

impl Registry {
    /// The kinds that a worker of the lane may claim.
    pub(crate) fn kinds(&self, lane: Lane) -> Vec<String> {
        self.0.values().filter(|handler| handler.lane == lane).map(|handler| handler.kind.to_owned()).collect()
    }

    /// Every kind that has a handler.
    pub(crate) fn all_kinds(&self) -> Vec<String> {
        self.0.keys().map(|kind| (*kind).to_owned()).collect()
    }

    /// The handler of a claimed job.
    pub(crate) fn of(&self, job: &Claimed) -> &Handler {
        self.0.get(job.kind.as_str()).expect("only kinds with a handler are claimed")
    }
}

impl Handler {
    /// Runs one attempt.
    pub(crate) fn run(&self, job: &Claimed) -> BoxFuture<'static, Result<(), JobError>> {
        // Attempts whose worker died count when they are started, so this is where they end.
        if job.attempt > u32::from(self.retry.max_attempts) {
            let error = "given up: the last attempt was lost with its worker";
            return Box::pin(std::future::ready(Err(JobError::fail(error))));
        }
        let context = JobContext {
            id: job.run.id,
            tenant: job.run.tenant,
            kind: self.kind,
            attempt: job.attempt,
            last_attempt: outcome::is_last(job.attempt, self.retry),
            run_token: job.run.token,
            has_its_turn: job.ticket,
            connection: job.connection,
            trace_id: job.trace_id.clone(),
            enqueued_at: job.enqueued_at,
        };
        (self.run)(&job.args, context)
    }
}
