//! Errors in HubSpot's form: `{status, message, correlationId, category}`.

use crate::ids;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// An error answer.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    category: &'static str,
    message: String,
    /// Further fields of the body.
    more: Vec<(&'static str, Value)>,
}

impl ApiError {
    fn new(status: StatusCode, category: &'static str, message: impl Into<String>) -> Self {
        Self { status, category, message: message.into(), more: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        self.more.push((name, value));
        self
    }

    pub(super) fn unauthenticated() -> Self {
        let message = "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview";
        Self::new(StatusCode::UNAUTHORIZED, "INVALID_AUTHENTICATION", message)
    }

    pub(super) fn expired(end: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let age = (now - end).num_seconds();
        let age = match age {
            0..60 => format!("{age} second(s)"),
            60..3600 => format!("{} minute(s)", age / 60),
            3600..86_400 => format!("{} hour(s)", age / 3600),
            _ => format!("{} day(s)", age / 86_400),
        };
        let message = format!("The OAuth token used to make this call expired {age} ago.");
        let end = end.to_rfc3339_opts(SecondsFormat::Millis, true);
        Self::new(StatusCode::UNAUTHORIZED, "EXPIRED_AUTHENTICATION", message)
            .with("context", json!({ "expire time": [end] }))
    }

    pub(super) fn missing_scope(scope: &str) -> Self {
        let message = "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.";
        let needed = json!([{
            "message": "One or more of the following scopes are required.",
            "context": { "requiredGranularScopes": [scope] },
        }]);
        Self::new(StatusCode::FORBIDDEN, "MISSING_SCOPES", message).with("errors", needed)
    }

    pub(super) fn rate_limited(policy: &str) -> Self {
        let message = format!("You have reached your {} limit.", policy.to_lowercase());
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITS", message)
            .with("errorType", "RATE_LIMIT".into())
            .with("policyName", policy.into())
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", message)
    }

    pub(super) fn missing_properties(kind: &str, missing: &[&str]) -> Self {
        let message = format!("Error creating {}. Some required properties were not set.", kind.to_uppercase());
        Self::invalid(message).with("context", json!({ "properties": missing }))
    }

    pub(super) fn unknown_object() -> Self {
        Self::new(StatusCode::NOT_FOUND, "OBJECT_NOT_FOUND", "Object not found. objectId are usually numeric.")
    }

    pub(super) fn unknown_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "OBJECT_NOT_FOUND", "Unable to find the requested resource.")
    }

    pub(super) fn contact_exists(id: u64) -> Self {
        let message = format!("Contact already exists. Existing ID: {id}");
        Self::new(StatusCode::CONFLICT, "CONFLICT", message)
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "status": "error",
            "message": self.message,
            "correlationId": ids::uuid(),
            "category": self.category,
        });
        for (name, value) in &self.more {
            body[*name] = value.clone();
        }
        body
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body())).into_response()
    }
}
