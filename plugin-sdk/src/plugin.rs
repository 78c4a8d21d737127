//! The one trait an author implements.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::check::CheckReport;
use crate::error::PluginError;
use crate::event::Event;
use crate::http::{Header, Http, find_header};
use crate::outbound::OutboundMessage;

/// A plugin. What it does not override answers `unsupported`; the host calls only what the
/// manifest lists.
///
/// There is no `self`: every call runs in a fresh instance, so nothing lives longer than a call.
pub trait Plugin {
    /// Turns a webhook, whose signature the host has checked, into events. Has no network.
    fn parse(ctx: &Context, request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
        let _ = (ctx, request);
        Err(PluginError::unsupported("this plugin receives nothing"))
    }

    /// Hands one message to the provider.
    ///
    /// Returns `transient` or `rate_limited` only if the provider certainly did not take it; if
    /// nobody knows, a receipt in state `unconfirmed`.
    fn send(ctx: &Context, http: &dyn Http, message: &OutboundMessage) -> Result<Receipt, PluginError> {
        let _ = (ctx, http, message);
        Err(PluginError::unsupported("this plugin sends nothing"))
    }

    /// Runs an action of the manifest.
    fn invoke(ctx: &Context, http: &dyn Http, name: &str, input: Value) -> Result<Value, PluginError> {
        let _ = (ctx, http, input);
        Err(PluginError::unsupported(format!("no action `{name}`")))
    }

    /// Tests the connection with the provider. What the provider finds wrong belongs in the
    /// report; an error means that the test could not be made.
    fn check(ctx: &Context, http: &dyn Http) -> Result<CheckReport, PluginError> {
        let _ = (ctx, http);
        Err(PluginError::unsupported("this plugin has no connection test"))
    }
}

/// What the host tells about a call.
#[derive(Debug, Clone)]
pub struct Context {
    /// Unique per call.
    pub call_id: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The time of the call, in milliseconds since the Unix epoch: there is no other clock.
    pub now_ms: u64,
    /// The connection the call is for.
    pub connection_id: String,
    /// The connection's settings as JSON, without its secrets.
    pub settings: String,
}

impl Context {
    /// The settings as the plugin's own type.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, PluginError> {
        serde_json::from_str(&self.settings).map_err(|error| PluginError::invalid_config(format!("settings: {error}")))
    }

    /// The time of the call as a signed number, as events carry it.
    pub fn now(&self) -> i64 {
        i64::try_from(self.now_ms).unwrap_or(i64::MAX)
    }
}

/// A webhook as it came in.
#[derive(Debug, Clone)]
pub struct InboundRequest {
    /// In capitals.
    pub method: String,
    /// Of the URL.
    pub path: String,
    /// Without the question mark.
    pub query: String,
    /// As received.
    pub headers: Vec<Header>,
    /// As received.
    pub body: Vec<u8>,
}

impl InboundRequest {
    /// The first header of a name, in any case, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

/// How far a send got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReceiptState {
    /// The provider took it and will report about it.
    Accepted,
    /// The provider has handed it on.
    Sent,
    /// It reached the recipient's device.
    Delivered,
    /// It may or may not have been taken: it must not be repeated blindly.
    Unconfirmed,
}

/// The provider's answer to a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's id of the message.
    pub external_id: Option<String>,
    /// How far it got.
    pub state: ReceiptState,
}

impl Receipt {
    /// The provider took it under this id.
    pub fn accepted(external_id: Option<String>) -> Self {
        Self { external_id, state: ReceiptState::Accepted }
    }

    /// Nobody knows whether the provider took it.
    pub fn unconfirmed() -> Self {
        Self { external_id: None, state: ReceiptState::Unconfirmed }
    }
}
