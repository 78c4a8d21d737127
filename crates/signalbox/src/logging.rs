//! Logs: lines for people or JSON for machines, on standard error.

use anyhow::Context as _;
use config::{Log, LogFormat};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// How much is said when nothing is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// A service: what it does.
    Service,
    /// A command for people, whose own output matters more: only what is wrong.
    Quiet,
}

/// Begins to log.
///
/// A command for people does not log at `info`, which is what nobody asked for; any other filter was chosen.
pub fn start(log: &Log, default: Default) -> anyhow::Result<()> {
    let filter =
        if default == Default::Quiet && log.filter == Log::default().filter { "warn" } else { log.filter.as_str() };
    let filter = EnvFilter::try_new(filter).context("log.filter")?;
    let registry = tracing_subscriber::registry().with(filter);
    match log.format {
        LogFormat::Text => registry.with(fmt::layer().with_writer(std::io::stderr)).try_init(),
        LogFormat::Json => {
            let layer = fmt::layer().json().flatten_event(true).with_current_span(true).with_writer(std::io::stderr);
            registry.with(layer).try_init()
        }
    }
    .context("logging was started twice")
}
