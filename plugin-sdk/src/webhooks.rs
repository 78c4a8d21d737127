//! Webhooks in.

use crate::call::Context;
use crate::error::PluginError;
use crate::event::Event;
use crate::http::{Header, find_header};

/// A plugin that receives webhooks. The manifest's `webhook` recipe says how they are verified,
/// told apart and routed; the host does that before the plugin sees them.
///
/// ```
/// use signalbox_plugin_sdk::{Context, Event, InboundRequest, PluginError, Webhooks, event};
///
/// struct Orders;
///
/// impl Webhooks for Orders {
///     fn parse(ctx: &Context, request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
///         let data = serde_json::from_slice(&request.body)
///             .map_err(|error| PluginError::invalid_input(error.to_string()))?;
///         let name = "orders.changed".to_owned();
///         let event = event::Custom { name, occurred_at_ms: ctx.now(), external_id: None, sender: None, data };
///         Ok(vec![Event::Custom(event)])
///     }
/// }
/// ```
pub trait Webhooks {
    /// Turns a webhook, whose signature the host has checked, into events. Has neither network nor
    /// state: the same request gives the same events.
    fn parse(ctx: &Context, request: &InboundRequest) -> Result<Vec<Event>, PluginError>;
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
