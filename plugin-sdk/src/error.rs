//! Errors of a plugin, by what to do about them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::failure::FailureReason;
use crate::http::Response;

/// What went wrong, in terms of what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The caller's data is wrong: the same call fails again.
    InvalidInput,
    /// The settings of the connection are wrong: an admin has to act.
    InvalidConfig,
    /// The credentials are missing, expired or revoked.
    AuthRequired,
    /// The credentials are valid and lack a permission.
    PermissionDenied,
    /// The thing named does not exist at the provider.
    NotFound,
    /// Too many calls: try again after `retry_after_ms`.
    RateLimited,
    /// The provider certainly did not act, and a later attempt may succeed.
    Transient,
    /// No answer in time.
    Timeout,
    /// The provider refused for good.
    Permanent,
    /// This plugin does not do that.
    Unsupported,
    /// A bug or a broken promise inside the plugin.
    Internal,
    /// Anything a later version names.
    #[serde(other)]
    Other,
}

impl ErrorKind {
    /// Whether a later attempt of the same call may succeed.
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::Transient | Self::Timeout)
    }

    /// The name it has in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::InvalidConfig => "invalid_config",
            Self::AuthRequired => "auth_required",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::Transient => "transient",
            Self::Timeout => "timeout",
            Self::Permanent => "permanent",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal",
            Self::Other => "other",
        }
    }
}

/// What a plugin call ends with when it does not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct PluginError {
    /// Decides between retry, dead letter, parking and the breaker.
    pub kind: ErrorKind,
    /// Machine-readable. Of a send: `<failure reason>:<provider code>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// For people. Must not hold a secret.
    pub message: String,
    /// Earliest sensible next attempt, from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// HTTP status of the provider's answer, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_status: Option<u16>,
}

impl PluginError {
    /// An error with nothing but kind and message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, code: None, message: message.into(), retry_after_ms: None, remote_status: None }
    }

    /// The caller's data is wrong.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// The settings of the connection are wrong.
    pub fn invalid_config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidConfig, message)
    }

    /// The plugin does not do what was asked.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// The provider certainly did not act, and a later attempt may succeed.
    pub fn transient(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Transient, message)
    }

    /// A bug or a broken promise inside the plugin.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// The error of an answer that is no success, by what HTTP says of its status (RFC 9110, and
    /// RFC 6585 for 429). A plugin that knows its provider's own codes does better.
    pub fn of_response(response: &Response) -> Self {
        let kind = match response.status {
            400 | 409 | 413 | 415 | 422 => ErrorKind::InvalidInput,
            401 => ErrorKind::AuthRequired,
            403 => ErrorKind::PermissionDenied,
            404 | 410 => ErrorKind::NotFound,
            408 | 504 => ErrorKind::Timeout,
            429 => ErrorKind::RateLimited,
            500..=599 => ErrorKind::Transient,
            _ => ErrorKind::Permanent,
        };
        let error = Self::new(kind, format!("the provider answered {}", response.status));
        Self { retry_after_ms: response.retry_after_ms(), ..error }.with_remote_status(response.status)
    }

    /// With a machine-readable code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// With the reason of a failed send and the provider's own code as its code.
    #[must_use]
    pub fn with_reason(self, reason: FailureReason, provider_code: impl fmt::Display) -> Self {
        self.with_code(reason.code(provider_code))
    }

    /// With the time to wait before the next attempt.
    #[must_use]
    pub fn with_retry_after_ms(mut self, retry_after_ms: u64) -> Self {
        self.retry_after_ms = Some(retry_after_ms);
        self
    }

    /// With the HTTP status of the provider's answer.
    #[must_use]
    pub fn with_remote_status(mut self, status: u16) -> Self {
        self.remote_status = Some(status);
        self
    }

    /// Why the send failed, read from the code.
    pub fn reason(&self) -> Option<FailureReason> {
        self.code.as_deref().map(FailureReason::of_code)
    }
}

impl fmt::Display for PluginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for PluginError {}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, PluginError};
    use crate::failure::FailureReason;
    use crate::http::{Header, Response};

    #[test]
    fn an_error_reads_as_kind_code_and_message() {
        let error = PluginError::new(ErrorKind::Permanent, "the reply window is closed")
            .with_reason(FailureReason::WindowClosed, 131_047);
        assert_eq!(error.to_string(), "permanent (window_closed:131047): the reply window is closed");
        assert_eq!(error.reason(), Some(FailureReason::WindowClosed));
        assert_eq!(PluginError::internal("x").reason(), None);
    }

    #[test]
    fn an_answer_becomes_an_error_by_its_status() {
        for (status, kind) in [
            (401, ErrorKind::AuthRequired),
            (404, ErrorKind::NotFound),
            (422, ErrorKind::InvalidInput),
            (429, ErrorKind::RateLimited),
            (503, ErrorKind::Transient),
            (302, ErrorKind::Permanent),
        ] {
            let headers = vec![Header { name: "Retry-After".to_owned(), value: b"3".to_vec() }];
            let error = PluginError::of_response(&Response { status, headers, body: Vec::new() });
            assert_eq!((error.kind, error.remote_status, error.retry_after_ms), (kind, Some(status), Some(3_000)));
        }
    }

    #[test]
    fn kinds_have_the_names_they_are_serialized_with() {
        for kind in [
            ErrorKind::InvalidInput,
            ErrorKind::InvalidConfig,
            ErrorKind::AuthRequired,
            ErrorKind::PermissionDenied,
            ErrorKind::NotFound,
            ErrorKind::RateLimited,
            ErrorKind::Transient,
            ErrorKind::Timeout,
            ErrorKind::Permanent,
            ErrorKind::Unsupported,
            ErrorKind::Internal,
            ErrorKind::Other,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), serde_json::Value::from(kind.as_str()));
        }
        assert_eq!(serde_json::from_str::<ErrorKind>("\"a_later_kind\"").unwrap(), ErrorKind::Other);
    }
}
