//! Between the generated types and the SDK's own.

use super::bindings::channel::exports::signalbox::plugin::channel;
use super::bindings::host::signalbox::plugin::types;
use super::bindings::webhooks::exports::signalbox::plugin::webhooks;
use crate::call::Context;
use crate::channel::{Receipt, ReceiptState};
use crate::error::{ErrorKind, PluginError};
use crate::http::Header;
use crate::webhooks::InboundRequest;

impl From<types::CallContext> for Context {
    fn from(ctx: types::CallContext) -> Self {
        Self {
            call_id: ctx.call_id,
            attempt: ctx.attempt,
            now_ms: ctx.now_ms,
            connection_id: ctx.connection_id,
            settings: ctx.settings,
        }
    }
}

impl From<webhooks::InboundRequest> for InboundRequest {
    fn from(request: webhooks::InboundRequest) -> Self {
        Self {
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headers.into_iter().map(Into::into).collect(),
            body: request.body,
        }
    }
}

impl From<Receipt> for channel::Receipt {
    fn from(receipt: Receipt) -> Self {
        Self {
            external_id: receipt.external_id,
            state: match receipt.state {
                ReceiptState::Accepted => channel::ReceiptState::Accepted,
                ReceiptState::Sent => channel::ReceiptState::Sent,
                ReceiptState::Delivered => channel::ReceiptState::Delivered,
                ReceiptState::Unconfirmed => channel::ReceiptState::Unconfirmed,
            },
        }
    }
}

impl From<types::Header> for Header {
    fn from(header: types::Header) -> Self {
        Self { name: header.name, value: header.value }
    }
}

impl From<Header> for types::Header {
    fn from(header: Header) -> Self {
        Self { name: header.name, value: header.value }
    }
}

impl From<PluginError> for types::Error {
    fn from(error: PluginError) -> Self {
        Self {
            kind: error.kind.into(),
            code: error.code,
            message: error.message,
            retry_after_ms: error.retry_after_ms,
            remote_status: error.remote_status,
        }
    }
}

impl From<ErrorKind> for types::ErrorKind {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidInput => Self::InvalidInput,
            ErrorKind::InvalidConfig => Self::InvalidConfig,
            ErrorKind::AuthRequired => Self::AuthRequired,
            ErrorKind::PermissionDenied => Self::PermissionDenied,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::RateLimited => Self::RateLimited,
            ErrorKind::Transient => Self::Transient,
            ErrorKind::Timeout => Self::Timeout,
            ErrorKind::Permanent => Self::Permanent,
            ErrorKind::Unsupported => Self::Unsupported,
            ErrorKind::Internal => Self::Internal,
            ErrorKind::Other => Self::Other,
        }
    }
}
