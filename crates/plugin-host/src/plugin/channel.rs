//! Messages in and out.

use plugin_sdk::{Event, InboundRequest, OutboundMessage, Receipt, ReceiptState};

use super::Plugin;
use super::run::guest_context;
use crate::bindings::exports::signalbox::plugin::channel as guest;
use crate::bindings::signalbox::plugin::types;
use crate::call::CallContext;
use crate::error::{CallError, Function};
use crate::output;

impl Plugin {
    /// Turns a webhook, whose signature was checked before, into events. Has no network.
    pub async fn parse(&self, ctx: &CallContext, request: InboundRequest) -> Result<Vec<Event>, CallError> {
        let Some(channel) = &self.channel else {
            return Err(self.unsupported(Function::Parse));
        };
        let request = guest::InboundRequest::from(request);
        let mut call = self.begin(Function::Parse, ctx).await;
        let ending = self
            .bounded(Function::Parse, ctx, async {
                let instance = self.instance.instantiate_async(&mut call.store).await?;
                let guest = channel.load(&mut call.store, &instance)?;
                guest.call_parse(&mut call.store, &guest_context(ctx), &request).await
            })
            .await;
        call.finish(ending, |json, limits| output::decode(&json, limits.output))
    }

    /// Hands one message to the provider. After a failure, [`CallError::request_sent`] says
    /// whether the provider may have it nevertheless.
    pub async fn send(&self, ctx: &CallContext, message: &OutboundMessage) -> Result<Receipt, CallError> {
        let Some(channel) = &self.channel else {
            return Err(self.unsupported(Function::Send));
        };
        let message = serde_json::to_string(message).expect("a message has only string keys");
        let mut call = self.begin(Function::Send, ctx).await;
        let ending = self
            .bounded(Function::Send, ctx, async {
                let instance = self.instance.instantiate_async(&mut call.store).await?;
                let guest = channel.load(&mut call.store, &instance)?;
                guest.call_send(&mut call.store, &guest_context(ctx), &message).await
            })
            .await;
        call.finish(ending, |receipt, _| Ok(receipt.into()))
    }
}

impl From<InboundRequest> for guest::InboundRequest {
    fn from(request: InboundRequest) -> Self {
        Self {
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request
                .headers
                .into_iter()
                .map(|header| types::Header { name: header.name, value: header.value })
                .collect(),
            body: request.body,
        }
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
