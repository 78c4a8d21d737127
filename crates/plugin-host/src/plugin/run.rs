//! The frame around every call: a place in the pool, limits, and what is made of the outcome.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

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
use crate::call_state::{CallState, CpuBudget};
use crate::clock::CallClock;
use crate::config::Limits;
use crate::crypto::CallCrypto;
use crate::engine::TICK;
use crate::error::{CallError, Cause};
use crate::function::Function;
use crate::http::HttpAccess;
use crate::limiter::MemoryLimiter;
use crate::log::CallLog;
use crate::record::{CallRecord, Failed};
use crate::redact::Redactor;
use crate::state::StateAccess;

/// How a call ended: cut by the wall limit, or crashed, or with the guest's own result.
pub(super) type Ending<T> = Result<wasmtime::Result<Result<T, types::Error>>, Elapsed>;

/// Most bytes of an error's code and of its message.
const ERROR_CODE: usize = 128;
const ERROR_MESSAGE: usize = 2048;

/// A call under way. The store goes before the permit, so that the pool has room for the next.
pub(super) struct Call<'a> {
    pub store: Store<CallState>,
    plugin: &'a Plugin,
    ctx: &'a CallContext,
    function: Function,
    redactor: Arc<Redactor>,
    started: Instant,
    _permit: SemaphorePermit<'a>,
}

impl Plugin {
    /// Waits for a place and makes a store with the limits of one call.
    pub(super) async fn begin<'a>(&'a self, function: Function, ctx: &'a CallContext) -> Call<'a> {
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
            state: store.map(|store| StateAccess::new(Arc::clone(store), &self.limits)),
            crypto: CallCrypto::new(Arc::clone(&self.manifest), ctx.secrets.clone(), is_pure),
            clock: CallClock::new(ctx.now_ms, is_pure),
            tape: ctx.tape.clone(),
            host_calls: 0,
        };
        let store = self.store(state);
        Call { store, plugin: self, ctx, function, redactor, started: Instant::now(), _permit: permit }
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

    /// Runs a call within the wall limit and a span that its lines and requests belong to. Also says for how long it
    /// was running, rather than waiting.
    pub(super) async fn bounded<T>(
        &self,
        function: Function,
        ctx: &CallContext,
        call: impl Future<Output = T>,
    ) -> (Result<T, Elapsed>, Duration) {
        let span = tracing::info_span!(
            "plugin_call",
            plugin = %self.name,
            function = function.as_str(),
            call_id = ctx.call_id,
            connection_id = ctx.connection_id,
            attempt = ctx.attempt,
        );
        let mut call = pin!(call);
        let mut busy = Duration::ZERO;
        let measured = poll_fn(|context| {
            let began = Instant::now();
            let polled = call.as_mut().poll(context);
            busy += began.elapsed();
            polled
        });
        let ending = timeout(self.limits.wall, measured).instrument(span).await;
        (ending, busy)
    }
}

impl Call<'_> {
    /// Makes of the ending what the caller gets; `decode` reads the guest's answer.
    pub fn finish<T, R>(
        mut self,
        (ending, busy): (Ending<T>, Duration),
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
        self.record(result.as_ref().err(), duration, busy);
        result.map_err(|cause| CallError {
            plugin: plugin.name.to_string(),
            function: self.function,
            cause,
            request_sent: self.may_have_sent(),
        })
    }

    fn record(&mut self, failure: Option<&Cause>, duration: Duration, busy: Duration) {
        let Some(recorder) = &self.ctx.recorder else { return };
        let state = self.store.data_mut();
        let record = CallRecord {
            manifest: Arc::clone(&self.plugin.manifest),
            function: self.function,
            duration,
            busy,
            memory: state.memory.used(),
            host_calls: state.host_calls,
            requests: state.http.as_mut().map(HttpAccess::take_requests).unwrap_or_default(),
            failed: failure.map(Failed::from),
        };
        recorder.record(self.ctx, record);
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

    /// A stranger's text as it may be stored and logged: without secrets, with an end, and without the one character
    /// that PostgreSQL does not keep.
    fn told(&self, text: &str, limit: usize) -> String {
        let mut told = self.redactor.excerpt(text, limit).replace('\0', "\u{fffd}");
        told.truncate(told.floor_char_boundary(limit));
        told
    }

    fn plugin_error(&self, error: types::Error) -> PluginError {
        PluginError {
            kind: error.kind.into(),
            code: error.code.map(|code| self.told(&code, ERROR_CODE)),
            message: self.told(&error.message, ERROR_MESSAGE),
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
