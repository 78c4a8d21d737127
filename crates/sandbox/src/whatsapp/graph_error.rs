//! Errors in the form of the Graph API.
//!
//! Codes, HTTP statuses and wording follow Meta's error-code reference for the Cloud API and answers
//! of the real API that integrators have published. Clients should decide on `code`, as Meta advises;
//! the wording is here so that logs look familiar.

use crate::whatsapp::ids;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub(crate) status: StatusCode,
    pub(crate) code: u32,
    subcode: Option<u32>,
    kind: &'static str,
    message: String,
    details: Option<String>,
}

impl GraphError {
    fn new(status: StatusCode, code: u32, message: String) -> Self {
        Self { status, code, subcode: None, kind: "OAuthException", message, details: None }
    }

    /// An error of the Cloud API with its code in the message, as most are.
    pub(crate) fn numbered(status: StatusCode, code: u32, title: &str) -> Self {
        Self::new(status, code, format!("(#{code}) {title}"))
    }

    fn with_details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    pub(crate) fn bad_token() -> Self {
        let message = "Invalid OAuth access token - Cannot parse access token";
        Self::new(StatusCode::UNAUTHORIZED, 190, message.into())
    }

    pub(crate) fn missing_token() -> Self {
        let message = "An access token is required to request this resource.";
        Self::new(StatusCode::UNAUTHORIZED, 190, message.into())
    }

    /// Graph serves some expired versions as the oldest living one and refuses others with this
    /// error. The simulator always refuses, so that an expired version is noticed.
    pub(crate) fn expired_version(newest: u32) -> Self {
        let title = format!(
            "You are calling a deprecated version of the Ads API. Please update to the latest version: v{newest}.0."
        );
        Self::numbered(StatusCode::BAD_REQUEST, 2635, &title)
    }

    pub(crate) fn unknown_path(path: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 2500, format!("Unknown path components: {path}"))
    }

    /// The object does not exist or the token may not see it: Graph does not say which.
    pub(crate) fn unknown_object(method: &str, id: &str) -> Self {
        let message = format!(
            "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"
        );
        Self { subcode: Some(33), kind: "GraphMethodException", ..Self::new(StatusCode::BAD_REQUEST, 100, message) }
    }

    pub(crate) fn required(parameter: &str) -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 100, &format!("The parameter {parameter} is required."))
    }

    pub(crate) fn wrong_type(parameter: &str, wanted: &str) -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 100, &format!("Param {parameter} must be {wanted}."))
    }

    pub(crate) fn too_long(parameter: &str, max: usize) -> Self {
        let title = format!("Param {parameter} must be at most {max} characters long.");
        Self::numbered(StatusCode::BAD_REQUEST, 100, &title)
    }

    pub(crate) fn not_one_of(parameter: &str, allowed: &[&str], got: &Value) -> Self {
        let allowed = allowed.join(", ").to_uppercase();
        let title = format!("Param {parameter} must be one of {{{allowed}}} - got {got}.");
        Self::numbered(StatusCode::BAD_REQUEST, 100, &title)
    }

    pub(crate) fn unexpected_key(key: &str, parameter: &str) -> Self {
        let title = format!("Unexpected key \"{key}\" on param \"{parameter}\".");
        Self::numbered(StatusCode::BAD_REQUEST, 100, &title)
    }

    pub(crate) fn not_a_link(parameter: &str) -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 100, &format!("Param {parameter} is not a valid URI."))
    }

    pub(crate) fn invalid_parameter(details: impl Into<String>) -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 100, "Invalid parameter").with_details(details)
    }

    pub(crate) fn missing_value(details: impl Into<String>) -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 131_008, "Required parameter is missing").with_details(details)
    }

    pub(crate) fn invalid_value(details: impl Into<String>) -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 131_009, "Parameter value is not valid").with_details(details)
    }

    pub(crate) fn recipient_is_sender() -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 131_021, "Recipient cannot be sender")
            .with_details("Recipient and sender phone number is the same.")
    }

    pub(crate) fn user_id_not_supported() -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 131_062, "Business-scoped user ID is not supported")
            .with_details("Authentication templates must be sent to a phone number.")
    }

    pub(crate) fn pair_rate() -> Self {
        let title = "(Business Account, Consumer Account) pair rate limit hit";
        Self::numbered(StatusCode::BAD_REQUEST, 131_056, title).with_details(
            "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.",
        )
    }

    pub(crate) fn throughput(status: StatusCode) -> Self {
        Self::numbered(status, 130_429, "Rate limit hit").with_details("Cloud API message throughput has been reached.")
    }

    pub(crate) fn something_went_wrong() -> Self {
        Self::numbered(StatusCode::INTERNAL_SERVER_ERROR, 131_000, "Something went wrong")
            .with_details("Message failed to send due to an unknown error.")
    }

    pub(crate) fn parameter_count(component: &str, got: usize, expected: usize) -> Self {
        let title = "Number of parameters does not match the expected number of params";
        Self::numbered(StatusCode::BAD_REQUEST, 132_000, title).with_details(format!(
            "{component}: number of localizable_params ({got}) does not match the expected number of params ({expected})"
        ))
    }

    pub(crate) fn unknown_template(name: &str, language: &str) -> Self {
        let title = "Template name does not exist in the translation";
        Self::numbered(StatusCode::NOT_FOUND, 132_001, title)
            .with_details(format!("template name ({name}) does not exist in {language}"))
    }

    pub(crate) fn parameter_format(details: impl Into<String>) -> Self {
        let title = "Parameter format does not match format in the created template";
        Self::numbered(StatusCode::BAD_REQUEST, 132_012, title).with_details(details)
    }

    pub(crate) fn template_paused() -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 132_015, "Template is Paused")
            .with_details("Template is paused due to low quality so it cannot be sent.")
    }

    pub(crate) fn template_disabled() -> Self {
        Self::numbered(StatusCode::BAD_REQUEST, 132_016, "Template is Disabled")
            .with_details("Template has been paused too many times and is now permanently disabled.")
    }

    fn body(&self) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": ids::trace_id(),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = subcode.into();
        }
        if let Some(details) = &self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
        json!({ "error": error })
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(r#"OAuth "Facebook Platform" "invalid_token""#),
            );
        }
        response
    }
}
