//! Webhooks in.

use plugin_sdk::{Event, InboundRequest};

use super::Plugin;
use crate::bindings::exports::signalbox::plugin::webhooks as guest;
use crate::bindings::signalbox::plugin::types;
use crate::call::CallContext;
use crate::error::CallError;
use crate::function::Function;

impl Plugin {
    /// Turns a webhook, whose signature was checked before, into events. Has neither network nor
    /// state.
    pub async fn parse(&self, ctx: &CallContext, request: InboundRequest) -> Result<Vec<Event>, CallError> {
        let request = guest::InboundRequest::from(request);
        self.call_json(Function::Parse, ctx, |ctx| (ctx, request)).await
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
