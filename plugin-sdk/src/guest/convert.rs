//! Between the generated types and the SDK's own.

use super::bindings::exports::signalbox::plugin::channel;
use super::bindings::signalbox::plugin::{http as wit_http, log as wit_log, types};
use crate::error::{ErrorKind, PluginError};
use crate::http::{Failure, FailureKind, Header, Request, Response};
use crate::log::Level;
use crate::plugin::{Context, InboundRequest, Receipt, ReceiptState};

pub(super) fn send(request: Request) -> Result<Response, Failure> {
    let answer = wit_http::send(&wit_http::Request {
        method: request.method,
        url: request.url,
        headers: request.headers.into_iter().map(Into::into).collect(),
        body: request.body,
        secret: request.secret,
        timeout_ms: request.timeout_ms,
    });
    match answer {
        Ok(response) => Ok(Response {
            status: response.status,
            headers: response.headers.into_iter().map(Into::into).collect(),
            body: response.body,
        }),
        Err(failure) => {
            Err(Failure { kind: failure.kind.into(), message: failure.message, request_sent: failure.request_sent })
        }
    }
}

pub(crate) fn log(level: Level, message: &str) {
    let level = match level {
        Level::Debug => wit_log::Level::Debug,
        Level::Info => wit_log::Level::Info,
        Level::Warn => wit_log::Level::Warn,
        Level::Error => wit_log::Level::Error,
    };
    wit_log::log(level, message);
}

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

impl From<channel::InboundRequest> for InboundRequest {
    fn from(request: channel::InboundRequest) -> Self {
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

impl From<wit_http::FailureKind> for FailureKind {
    fn from(kind: wit_http::FailureKind) -> Self {
        match kind {
            wit_http::FailureKind::Denied => Self::Denied,
            wit_http::FailureKind::Connect => Self::Connect,
            wit_http::FailureKind::Timeout => Self::Timeout,
            wit_http::FailureKind::Interrupted => Self::Interrupted,
            wit_http::FailureKind::TooLarge => Self::TooLarge,
            wit_http::FailureKind::Other => Self::Other,
        }
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
