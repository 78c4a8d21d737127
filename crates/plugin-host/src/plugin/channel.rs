//! Messages out.

use plugin_sdk::{Event, OutboundMessage, Receipt, ReceiptState};

use super::Plugin;
use crate::bindings::exports::signalbox::plugin::channel as guest;
use crate::call::CallContext;
use crate::error::CallError;
use crate::function::Function;

impl Plugin {
    /// Hands one message to the provider. After a failure, [`CallError::request_sent`] says
    /// whether the provider may have it nevertheless.
    pub async fn send(&self, ctx: &CallContext, message: &OutboundMessage) -> Result<Receipt, CallError> {
        let message = serde_json::to_string(message).expect("a message has only string keys");
        self.call(Function::Send, ctx, |ctx| (ctx, message), |receipt: guest::Receipt, _| Ok(receipt.into())).await
    }

    /// Asks how far messages got, by the provider's ids.
    pub async fn poll_status(&self, ctx: &CallContext, external_ids: Vec<String>) -> Result<Vec<Event>, CallError> {
        self.call_json(Function::PollStatus, ctx, |ctx| (ctx, external_ids)).await
    }
}

impl From<guest::Receipt> for Receipt {
    fn from(receipt: guest::Receipt) -> Self {
        Self {
            external_id: receipt.external_id,
            state: match receipt.state {
                guest::ReceiptState::Accepted => ReceiptState::Accepted,
                guest::ReceiptState::Sent => ReceiptState::Sent,
                guest::ReceiptState::Delivered => ReceiptState::Delivered,
                guest::ReceiptState::Unconfirmed => ReceiptState::Unconfirmed,
            },
        }
    }
}
