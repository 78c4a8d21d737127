//! Messages out.

use crate::call::Context;
use crate::error::PluginError;
use crate::event::Event;
use crate::host::Host;
use crate::outbound::OutboundMessage;

/// A plugin that sends messages.
///
/// ```
/// use signalbox_plugin_sdk::http::Request;
/// use signalbox_plugin_sdk::{Channel, Context, Host, OutboundMessage, PluginError, Receipt};
///
/// struct Texts;
///
/// impl Channel for Texts {
///     fn send(_: &Context, host: &impl Host, message: &OutboundMessage) -> Result<Receipt, PluginError> {
///         let request = Request::post("https://api.example.com/messages").secret("token").json(message)?;
///         match host.send(request) {
///             Ok(response) if response.is_success() => {
///                 Ok(Receipt::accepted(response.header("message-id").map(str::to_owned)))
///             }
///             Ok(response) => Err(PluginError::of_response(&response)),
///             // The provider may have it: only a later report can tell.
///             Err(failure) if failure.request_sent => Ok(Receipt::unconfirmed()),
///             Err(failure) => Err(failure.into()),
///         }
///     }
/// }
/// ```
pub trait Channel {
    /// Hands one message to the provider.
    ///
    /// Returns `transient` or `rate_limited` only if the provider certainly did not take it; if
    /// nobody knows, a receipt in state `unconfirmed`.
    fn send(ctx: &Context, host: &impl Host, message: &OutboundMessage) -> Result<Receipt, PluginError>;

    /// Asks how far messages got, by the provider's ids: status events about those the provider
    /// says something about. For providers that do not report by webhook.
    fn poll_status(ctx: &Context, host: &impl Host, external_ids: &[String]) -> Result<Vec<Event>, PluginError> {
        let _ = (ctx, host, external_ids);
        Err(PluginError::unsupported("this plugin does not ask for statuses"))
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
