//! Calls of the GraphQL Admin API.
//!
//! What a call meets is told apart by what it may have done. A query does nothing, so whatever goes
//! wrong may pass. A mutation whose answer is lost may have been carried out: that is never
//! `transient`, which promises the opposite, but `timeout` with the code [`OUTCOME_UNKNOWN`]. Every
//! mutation here may be repeated: it names what shall be (tags, subscriptions), or it is one of a
//! draft's, which finds out first what became of it.

mod refusal;
pub mod search;

use plugin_sdk::http::{Failure, FailureKind, Http, Request};
use plugin_sdk::{ErrorKind, PluginError};
use serde::Serialize;
use serde_json::Value;

use crate::json;
use crate::settings::Settings;

/// The code of a mutation that may or may not have been carried out.
pub const OUTCOME_UNKNOWN: &str = "outcome_unknown";

/// The name the manifest gives to the access token.
const ACCESS_TOKEN: &str = "access_token";

/// Says which version of the API answered.
const VERSION_HEADER: &str = "x-shopify-api-version";

/// A shop's API.
pub struct Client<'a> {
    http: &'a dyn Http,
    url: String,
}

/// What Shopify answered.
pub struct Answer {
    /// The `data` of the answer.
    pub data: Value,
    /// The version that answered: the nearest one, if the version asked for is not served.
    pub version: Option<String>,
}

/// What Shopify is asked.
#[derive(Serialize)]
struct Call<'a> {
    query: &'a str,
    variables: Value,
}

/// Whether a call changes something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    Change,
}

impl<'a> Client<'a> {
    /// The API of the shop in `settings`, which are checked.
    pub fn new(settings: &Settings, http: &'a impl Http) -> Self {
        let Settings { shop, api_version, .. } = settings;
        Self { http, url: format!("https://{shop}.myshopify.com/admin/api/{api_version}/graphql.json") }
    }

    /// Reads something.
    pub fn query(&self, document: &str, variables: Value) -> Result<Value, PluginError> {
        Ok(self.ask(document, variables)?.data)
    }

    /// Reads something, and says which version of the API answered.
    pub fn ask(&self, document: &str, variables: Value) -> Result<Answer, PluginError> {
        self.send(document, variables, Effect::None)
    }

    /// Changes something. What Shopify objects to stands in the `userErrors` of the answer, for
    /// [`objections`].
    pub fn mutate(&self, document: &str, variables: Value) -> Result<Value, PluginError> {
        Ok(self.send(document, variables, Effect::Change)?.data)
    }

    fn send(&self, document: &str, variables: Value, effect: Effect) -> Result<Answer, PluginError> {
        let request = Request::post(&self.url)
            .json(&Call { query: document, variables })?
            .header("accept", "application/json")
            .secret(ACCESS_TOKEN);
        let response = self.http.send(request).map_err(|failure| unanswered(&failure, effect))?;
        if !response.is_success() {
            return Err(settle(refusal::of_status(&response), effect));
        }
        // A success that is no JSON was not Shopify's to give, but what it stands for may have been done.
        let mut body: Value = response.json().map_err(|_| {
            let error = PluginError::transient("Shopify's answer is not JSON").with_remote_status(response.status);
            settle(error, effect)
        })?;
        if let Some(error) = refusal::of_body(&body, response.status) {
            return Err(settle(error, effect));
        }
        let version = response.header(VERSION_HEADER).map(str::to_owned);
        Ok(Answer { data: body.get_mut("data").map(Value::take).unwrap_or_default(), version })
    }
}

/// What an error means for a call with this effect: nobody knows what a server in trouble did.
fn settle(error: PluginError, effect: Effect) -> PluginError {
    if effect == Effect::Change && error.kind == ErrorKind::Transient {
        return PluginError { kind: ErrorKind::Timeout, ..error }.with_code(OUTCOME_UNKNOWN);
    }
    error
}

fn unanswered(failure: &Failure, effect: Effect) -> PluginError {
    let message = format!("no answer from Shopify: {failure}");
    if failure.kind == FailureKind::Denied {
        return PluginError::new(ErrorKind::PermissionDenied, message).with_code("egress");
    }
    match (effect, failure.request_sent) {
        (Effect::Change, true) => PluginError::new(ErrorKind::Timeout, message).with_code(OUTCOME_UNKNOWN),
        (Effect::None, _) if failure.kind == FailureKind::Timeout => PluginError::new(ErrorKind::Timeout, message),
        _ => PluginError::transient(message),
    }
}

/// What Shopify objects to in the input of a mutation: the caller's to change.
pub fn objections(payload: &Value, list: &str) -> Result<(), PluginError> {
    let errors = json::list(payload, list);
    let Some(first) = errors.first() else {
        return Ok(());
    };
    let messages: Vec<&str> = errors.iter().filter_map(|error| json::str(error, "/message")).collect();
    let error = PluginError::invalid_input(refusal::said(&messages.join("; ")));
    Err(match json::str(first, "/code") {
        Some(code) => error.with_code(code.to_ascii_lowercase()),
        None => error,
    })
}
