//! Runs plugins: wasmtime engine, capability checks, limits, secret injection.
//!
//! A plugin is a stranger. [`PluginHost::load`] takes one `.wasm` file, reads its manifest, compiles
//! it and refuses what this host cannot honour. Each call of a [`Plugin`] gets a fresh instance with
//! its own memory, CPU and wall limits; whatever it does there ends as a value or as a
//! [`CallError`] that names the plugin, the cause, and whether the provider may have been reached.
//!
//! Secrets are injected into requests on their way out and removed from everything that comes
//! back: no byte of them enters the guest's memory.

#![deny(clippy::disallowed_methods)]

mod artifact;
mod bindings;
mod call;
mod call_state;
mod clock;
mod compiler;
mod config;
mod contract;
mod crypto;
mod engine;
mod error;
mod examine;
mod function;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod host;
mod http;
mod inject;
mod limiter;
mod log;
mod observe;
mod output;
mod plugin;
mod record;
mod redact;
mod state;
pub mod tape;

pub use call::{CallContext, CallSecrets};
pub use compiler::{CompileError, Compiler, compile};
pub use config::{Config, Limits};
pub use error::{CallError, Cause, LoadError};
pub use examine::Examination;
pub use function::Function;
pub use host::{PluginHost, SetupError, encode};
pub use plugin::{Invocation, Plugin};
pub use record::{CallRecord, Failed, Recorder, RequestRecord};
pub use state::{StateError, StateFuture, StateStore};
pub use tape::Tape;
