//! What is known of a call once it is over, for whoever keeps account of calls.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use manifest::Manifest;
use plugin_sdk::ErrorKind;

use crate::call::CallContext;
use crate::error::Cause;
use crate::function::Function;

/// Most bytes of [`Failed::detail`].
const DETAIL: usize = 200;

/// Keeps account of calls. It is told of each as it ends, on the task that called: it must not wait.
pub trait Recorder: fmt::Debug + Send + Sync {
    /// Notes a call that is over.
    fn record(&self, ctx: &CallContext, call: CallRecord);
}

/// A call that is over. It says what happened, and nothing of what was said: no settings, no input, no result, of a
/// request neither path nor body.
#[derive(Debug, Clone)]
pub struct CallRecord {
    /// Of which plugin, in which version.
    pub manifest: Arc<Manifest>,
    /// What was called.
    pub function: Function,
    /// From the start of the call to its end, waiting included.
    pub duration: Duration,
    /// How much of it the call was running, guest and host together.
    pub busy: Duration,
    /// The most memory that it had, in bytes.
    pub memory: usize,
    /// How often it called the host, for whatever.
    pub host_calls: u32,
    /// The requests it made, in order; those that were refused, too.
    pub requests: Vec<RequestRecord>,
    /// How it failed, if it did.
    pub failed: Option<Failed>,
}

impl CallRecord {
    /// Short stable name of how it ended, as in metrics.
    pub fn outcome(&self) -> &'static str {
        self.failed.as_ref().map_or("ok", |failed| failed.cause)
    }
}

/// How a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Short stable name of the cause, as in metrics.
    pub cause: &'static str,
    /// Of an error that the plugin answered with, its kind.
    pub kind: Option<ErrorKind>,
    /// The code of such an error, or what the host says of a call that it ended. The plugin's own words are not here:
    /// they may name a customer.
    pub detail: Option<String>,
}

impl From<&Cause> for Failed {
    fn from(cause: &Cause) -> Self {
        let (kind, detail) = match cause {
            Cause::Plugin(error) => (Some(error.kind), error.code.clone()),
            // Its pointer may hold names that a plugin made up of what it was told.
            Cause::BadOutput { message, .. } => (None, Some(message.clone())),
            cause => (None, Some(cause.to_string())),
        };
        Self { cause: cause.as_str(), kind, detail: detail.map(cut) }
    }
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(DETAIL));
    text
}

/// A request that a call made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRecord {
    /// In capitals, if it is a method at all.
    pub method: String,
    /// Where it went; empty if the address was none.
    pub host: String,
    /// The status of the answer, or the kind of failure.
    pub answer: Result<u16, &'static str>,
}

#[cfg(test)]
mod tests {
    use plugin_sdk::PluginError;

    use super::*;

    #[test]
    fn what_a_plugin_says_in_its_own_words_is_not_recorded() {
        let mut error = PluginError::new(ErrorKind::NotFound, "no customer +4915155512345");
        error.code = Some("unknown:404".to_owned());
        let failed = Failed::from(&Cause::Plugin(error));
        assert_eq!((failed.cause, failed.kind), ("error", Some(ErrorKind::NotFound)));
        assert_eq!(failed.detail.as_deref(), Some("unknown:404"));

        let pointer = "/+4915155512345".to_owned();
        let failed = Failed::from(&Cause::BadOutput { pointer, message: "expected a string".to_owned() });
        assert_eq!(failed.detail.as_deref(), Some("expected a string"));
    }

    #[test]
    fn a_detail_has_an_end() {
        let failed = Failed::from(&Cause::Trap("é".repeat(1000)));
        let detail = failed.detail.unwrap();
        assert!(detail.ends_with('é') && (DETAIL - 1..=DETAIL).contains(&detail.len()), "{} bytes", detail.len());
    }
}
