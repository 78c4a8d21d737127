//! The frame around every call: a place in the pool, limits, and what is made of the outcome.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use plugin_sdk::{ErrorKind, PluginError};
use serde_json::Value;
use tokio::sync::SemaphorePermit;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};
use tracing::Instrument;
use wasmtime::{Store, Trap};

use super::Plugin;
use crate::bindings::signalbox::plugin::types;
use crate::call::CallContext;
use crate::clock::CallClock;
use crate::config::Limits;
use crate::crypto::CallCrypto;
use crate::engine::TICK;
use crate::error::{CallError, Cause};
use crate::function::Function;
use crate::http::HttpAccess;
use crate::limiter::MemoryLimiter;
use crate::log::CallLog;
use crate::redact::Redactor;
use crate::state::{CallState, CpuBudget};
use crate::store::CallStore;

/// How a call ended: cut by the wall limit, or crashed, or with the guest's own result.
pub(super) type Ending<T> = Result<wasmtime::Result<Result<T, types::Error>>, Elapsed>;

/// A call under way. The store goes before the permit, so that the pool has room for the next.
pub(super) struct Call<'a> {
    pub store: Store<CallState>,
    plugin: &'a Plugin,
    function: Function,
    redactor: Arc<Redactor>,
    started: Instant,
    _permit: SemaphorePermit<'a>,
}

impl Plugin {
    /// Waits for a place and makes a store with the limits of one call.
    pub(super) async fn begin(&self, function: Function, ctx: &CallContext) -> Call<'_> {
        let permit = self.permits.acquire().await.expect("nobody closes the semaphore");
        let redactor = Arc::new(Redactor::new(&ctx.secrets));
        let is_pure = function.is_pure();
        let http = (!is_pure).then(|| {
            let manifest = Arc::clone(&self.manifest);
            let redactor = Arc::clone(&redactor);
            HttpAccess::new(self.egress.clone(), manifest, ctx, redactor, &self.limits)
        });
        let store = ctx.state.as_ref().filter(|_| !is_pure);
        let state = CallState {
            memory: MemoryLimiter::new(self.limits.memory),
            cpu: CpuBudget::new(self.limits.cpu.as_nanos().div_ceil(TICK.as_nanos())),
            log: CallLog::new(Arc::clone(&self.name), &self.limits, Arc::clone(&redactor)),
            http,
            store: store.map(|store| CallStore::new(Arc::clone(store), &self.limits)),
            crypto: CallCrypto::new(Arc::clone(&self.manifest), ctx.secrets.clone(), is_pure),
            clock: CallClock::new(ctx.now_ms, is_pure),
        };
        Call { store: self.store(state), plugin: self, function, redactor, started: Instant::now(), _permit: permit }
    }

    fn store(&self, state: CallState) -> Store<CallState> {
        let mut store = Store::new(self.instance.engine(), state);
        store.limiter(|state| &mut state.memory);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| Ok(store.data_mut().cpu.on_tick()));
        // Lists that overlap in the guest's memory must not unfold into more than that memory.
        store.set_hostcall_fuel(self.limits.memory);
        store
    }

    /// Runs a call within the wall limit and a span that its lines and requests belong to.
    pub(super) async fn bounded<T>(
        &self,
        function: Function,
        ctx: &CallContext,
        call: impl Future<Output = T>,
    ) -> Result<T, Elapsed> {
        let span = tracing::info_span!(
            "plugin_call",
            plugin = %self.name,
            function = function.as_str(),
            call_id = ctx.call_id,
            connection_id = ctx.connection_id,
            attempt = ctx.attempt,
        );
        timeout(self.limits.wall, call).instrument(span).await
    }
}

impl Call<'_> {
    /// Makes of the ending what the caller gets; `decode` reads the guest's answer.
    pub fn finish<T, R>(
        self,
        ending: Ending<T>,
        decode: impl FnOnce(T, &Limits) -> Result<R, Cause>,
    ) -> Result<R, CallError> {
        let limits = &self.plugin.limits;
        let result = match ending {
            Err(_) => Err(Cause::WallLimit { limit: limits.wall }),
            Ok(Err(error)) => Err(self.crash(&error)),
            Ok(Ok(Err(error))) => Err(Cause::Plugin(self.plugin_error(error))),
            Ok(Ok(Ok(answer))) => decode(answer, limits),
        };
        let duration = self.started.elapsed();
        let plugin = self.plugin;
        plugin.memory_peak.fetch_max(self.store.data().memory.used(), Ordering::Relaxed);
        plugin.observer.record(&plugin.name, self.function, result.as_ref().err(), duration);
        result.map_err(|cause| CallError {
            plugin: plugin.name.to_string(),
            function: self.function,
            cause,
            request_sent: self.may_have_sent(),
        })
    }

    fn may_have_sent(&self) -> bool {
        let http = self.store.data().http.as_ref();
        http.is_some_and(HttpAccess::may_have_sent)
    }

    /// A refused allocation and a panic end in the same trap; the limiter knows which it was.
    fn crash(&self, error: &wasmtime::Error) -> Cause {
        tracing::debug!(plugin = %self.plugin.name, "call crashed: {error:?}");
        let limits = &self.plugin.limits;
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Cause::CpuLimit { limit: limits.cpu },
            _ if self.store.data().memory.has_refused() => Cause::OutOfMemory { limit: limits.memory },
            Some(trap) => Cause::Trap(trap.to_string()),
            None => Cause::Trap(error.root_cause().to_string()),
        }
    }

    fn plugin_error(&self, error: types::Error) -> PluginError {
        PluginError {
            kind: error.kind.into(),
            code: error.code.map(|code| self.redactor.text(&code).into_owned()),
            message: self.redactor.text(&error.message).into_owned(),
            retry_after_ms: error.retry_after_ms,
            remote_status: error.remote_status,
        }
    }
}

/// The context as the guest sees it.
pub(super) fn guest_context(ctx: &CallContext) -> types::CallContext {
    types::CallContext {
        call_id: ctx.call_id.clone(),
        attempt: ctx.attempt,
        now_ms: ctx.now_ms,
        connection_id: ctx.connection_id.clone(),
        settings: match &ctx.settings {
            Value::Null => "{}".to_owned(),
            settings => settings.to_string(),
        },
    }
}

impl From<types::ErrorKind> for ErrorKind {
    fn from(kind: types::ErrorKind) -> Self {
        match kind {
            types::ErrorKind::InvalidInput => Self::InvalidInput,
            types::ErrorKind::InvalidConfig => Self::InvalidConfig,
            types::ErrorKind::AuthRequired => Self::AuthRequired,
            types::ErrorKind::PermissionDenied => Self::PermissionDenied,
            types::ErrorKind::NotFound => Self::NotFound,
            types::ErrorKind::RateLimited => Self::RateLimited,
            types::ErrorKind::Transient => Self::Transient,
            types::ErrorKind::Timeout => Self::Timeout,
            types::ErrorKind::Permanent => Self::Permanent,
            types::ErrorKind::Unsupported => Self::Unsupported,
            types::ErrorKind::Internal => Self::Internal,
            types::ErrorKind::Other => Self::Other,
        }
    }
}
