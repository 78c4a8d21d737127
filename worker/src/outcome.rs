//! What a provider's answer means for the job, the connection and, of a send, the message.
//!
//! The decision is made here, from the plugin's error, in one table; the job only carries it out.

use crate::call::Failure;
use plugin_host::{CallError, Cause};
use plugin_sdk::{ErrorKind, FailureReason, PluginError};
use queue::JobError;
use serde_json::{Value, json};
use std::time::Duration;

/// What to do after a send that did not end with a receipt.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The provider certainly does not have it: the message waits, and the job is tried again.
    Again {
        /// The provider's wish, if it named one.
        after: Option<Duration>,
        /// Why, for the job's record.
        why: String,
        /// Whether the provider is out of order: enough of that in a row opens the connection's circuit breaker.
        out_of_order: bool,
    },
    /// The credentials need an admin: the connection is marked, and its messages wait for it.
    Reauthorize {
        /// Why, for the connection's status.
        why: String,
    },
    /// Nobody was called: only a person can give access, which the connection says itself by now.
    NoAccess {
        /// Why, for the job's record.
        why: String,
        /// Whether the connection's jobs are held back. Those of one that is switched off are not.
        is_parked: bool,
    },
    /// It will not be sent: the message failed, and says why.
    Never {
        /// What the message shows.
        error: Value,
        /// Whether the contact wants no messages any more.
        opted_out: bool,
    },
    /// Nobody knows whether the provider has it: only a status report, or a person, can say.
    Unknown {
        /// Why, for the message.
        error: Value,
    },
}

/// What to do after a failed call that may be made twice without harm.
#[derive(Clone, Debug, PartialEq)]
pub enum Repeat {
    /// The job is tried again.
    Later(JobError),
    /// The credentials need an admin: the connection is marked, and its jobs wait for it.
    Reauthorize {
        /// Why, for the connection's status.
        why: String,
    },
    /// Trying again is no use before somebody has changed something.
    Never,
}

/// What a failed call means that may be made twice without harm, whatever became of the first.
pub fn of_failed_call(error: &Failure) -> Repeat {
    match of_failed_send(error) {
        Verdict::Again { after, why, out_of_order } => {
            Repeat::Later(JobError::Retry { after, error: why, blame: out_of_order })
        }
        Verdict::Unknown { .. } => Repeat::Later(JobError::retry(error)),
        Verdict::Reauthorize { why } => Repeat::Reauthorize { why },
        Verdict::NoAccess { is_parked: true, .. } => Repeat::Later(JobError::Snooze(Duration::ZERO)),
        Verdict::NoAccess { .. } | Verdict::Never { .. } => Repeat::Never,
    }
}

/// What went wrong, for people who look at the connection: in the plugin's words, if it has any.
pub fn told(error: &Failure) -> String {
    match error {
        Failure::Plugin(CallError { cause: Cause::Plugin(error), .. }) => error.message.clone(),
        error => error.to_string(),
    }
}

/// What kind of reason it was, stable for programs: the kind of the plugin's error, or how its call ended.
pub fn code(error: &Failure) -> String {
    let code = match error {
        Failure::Plugin(CallError { cause: Cause::Plugin(error), .. }) => serde_json::to_value(error.kind).ok(),
        Failure::Plugin(error) => Some(json!(error.cause.as_str())),
        Failure::Access(_) => Some(json!("auth_required")),
    };
    code.as_ref().and_then(Value::as_str).unwrap_or("error").to_owned()
}

/// What a failed call of the plugin's `send` means.
pub fn of_failed_send(error: &Failure) -> Verdict {
    let error = match error {
        Failure::Plugin(error) => error,
        Failure::Access(error) => return of_no_access(error),
    };
    match &error.cause {
        Cause::Plugin(error) => of_plugin_error(error),
        // The plugin died after it had called the provider, and nobody read the answer.
        _ if error.request_sent => Verdict::Unknown { error: shown("plugin_failed", None, &error.to_string()) },
        _ => Verdict::Again { after: None, why: error.to_string(), out_of_order: false },
    }
}

/// Nothing was sent. An authorization server that is away counts as the provider's being out of order.
fn of_no_access(error: &oauth::Error) -> Verdict {
    match error {
        oauth::Error::NeedsPerson { why, is_parked } => Verdict::NoAccess { why: why.clone(), is_parked: *is_parked },
        oauth::Error::Unavailable { after, why } => {
            Verdict::Again { after: *after, why: why.clone(), out_of_order: true }
        }
        error => Verdict::Again { after: None, why: error.to_string(), out_of_order: false },
    }
}

fn of_plugin_error(error: &PluginError) -> Verdict {
    let reason = error.reason().unwrap_or(FailureReason::Other);
    let after = error.retry_after_ms.map(Duration::from_millis);
    match error.kind {
        ErrorKind::RateLimited | ErrorKind::Transient => {
            Verdict::Again { after, why: error.to_string(), out_of_order: error.kind == ErrorKind::Transient }
        }
        ErrorKind::AuthRequired => Verdict::Reauthorize { why: error.message.clone() },
        _ if reason == FailureReason::Reauthorize => Verdict::Reauthorize { why: error.message.clone() },
        // Only a plugin that broke its promise ends here: a send of unknown outcome has a receipt that says so.
        ErrorKind::Timeout => Verdict::Unknown { error: of_error(error, reason) },
        _ => Verdict::Never { error: of_error(error, reason), opted_out: reason == FailureReason::OptedOut },
    }
}

fn of_error(error: &PluginError, reason: FailureReason) -> Value {
    let code = error.code.as_deref().and_then(|code| code.split_once(':')).map(|(_, code)| code);
    shown(reason.as_str(), code, &error.message)
}

/// The error of a message, as the API shows it.
pub fn shown(reason: &str, code: Option<&str>, message: &str) -> Value {
    json!({ "reason": reason, "code": code, "title": message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(error: &PluginError) -> Verdict {
        of_plugin_error(error)
    }

    #[test]
    fn a_wait_that_the_provider_names_is_honoured() {
        let error = PluginError::new(ErrorKind::RateLimited, "slow down")
            .with_reason(FailureReason::RateLimited, 131_056)
            .with_retry_after_ms(6000);
        assert!(matches!(verdict(&error), Verdict::Again { after: Some(wait), .. } if wait == Duration::from_secs(6)));
    }

    #[test]
    fn a_closed_window_is_final_and_says_so() {
        let error =
            PluginError::new(ErrorKind::Permanent, "too late").with_reason(FailureReason::WindowClosed, 131_047);
        let Verdict::Never { error, opted_out: false } = verdict(&error) else { panic!("must be final") };
        assert_eq!(error, json!({ "reason": "window_closed", "code": "131047", "title": "too late" }));
    }

    #[test]
    fn expired_credentials_ask_for_an_admin_under_either_kind() {
        for kind in [ErrorKind::AuthRequired, ErrorKind::Permanent] {
            let error = PluginError::new(kind, "expired").with_reason(FailureReason::Reauthorize, 190);
            assert!(matches!(verdict(&error), Verdict::Reauthorize { .. }));
        }
    }

    #[test]
    fn without_access_nothing_was_sent() {
        let refused = Failure::Access(oauth::Error::NeedsPerson { why: "revoked".to_owned(), is_parked: true });
        let expected = Verdict::NoAccess { why: "revoked".to_owned(), is_parked: true };
        assert_eq!(of_failed_send(&refused), expected);
        let after = Some(Duration::from_secs(8));
        let away = Failure::Access(oauth::Error::Unavailable { after, why: "away".to_owned() });
        assert_eq!(of_failed_send(&away), Verdict::Again { after, why: "away".to_owned(), out_of_order: true });
    }

    #[test]
    fn a_call_that_may_be_made_twice_is_made_again_unless_it_is_no_use() {
        let failure = |kind| {
            let cause = Cause::Plugin(PluginError::new(kind, "no"));
            let function = plugin_host::Function::Subscribe;
            Failure::Plugin(CallError { plugin: "p@1.0.0".to_owned(), function, cause, request_sent: true })
        };
        for kind in [ErrorKind::Transient, ErrorKind::RateLimited, ErrorKind::Timeout] {
            assert!(matches!(of_failed_call(&failure(kind)), Repeat::Later(JobError::Retry { .. })), "{kind:?}");
        }
        for kind in [ErrorKind::InvalidConfig, ErrorKind::PermissionDenied, ErrorKind::Internal] {
            assert_eq!(of_failed_call(&failure(kind)), Repeat::Never, "{kind:?}");
        }
        assert!(matches!(of_failed_call(&failure(ErrorKind::AuthRequired)), Repeat::Reauthorize { .. }));
        assert_eq!(told(&failure(ErrorKind::Internal)), "no");
    }

    #[test]
    fn an_opt_out_is_remembered() {
        let error = PluginError::new(ErrorKind::Permanent, "no").with_reason(FailureReason::OptedOut, 131_050);
        assert!(matches!(verdict(&error), Verdict::Never { opted_out: true, .. }));
    }

    #[test]
    fn what_nobody_knows_is_never_repeated() {
        let error = PluginError::new(ErrorKind::Timeout, "no answer");
        assert!(matches!(verdict(&error), Verdict::Unknown { .. }));
    }
}
