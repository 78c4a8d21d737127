//! Hands one message to the Cloud API, and says what became of it.
//!
//! The hard part is the answer that does not come. A message must not reach a customer twice, so a
//! send is reported as failed for now (`transient`, `rate_limited`) only if Meta certainly did not
//! take it: the request never left, or Meta's own error says so. Everything else is a receipt in
//! state `unconfirmed`, and the status callback, which echoes our message id, settles it.

mod limits;
mod payload;
mod rich;

use plugin_sdk::http::{Failure, Http, Request, Response};
use plugin_sdk::{ErrorKind, OutboundContent, OutboundMessage, PluginError, Receipt, ReceiptState};
use serde_json::Value;

use crate::graph;
use crate::settings::Settings;

/// Sends a message, a reaction or a read receipt.
pub fn message(settings: &Settings, http: &dyn Http, message: &OutboundMessage) -> Result<Receipt, PluginError> {
    let shown;
    let message = match &message.content {
        OutboundContent::Rich { rich } => {
            shown = OutboundMessage { content: rich::interactive(rich)?, ..message.clone() };
            &shown
        }
        _ => message,
    };
    limits::check(message)?;
    let url = graph::url(&settings.api_version, &format!("{}/messages", settings.phone_number_id));
    let request = Request::post(url).json(&payload::of(message)?)?;
    // A read receipt given twice does no harm, so it is never ambiguous.
    let repeatable = matches!(message.content, OutboundContent::Read { .. });
    match http.send(graph::authorized(request)) {
        Ok(response) => answered(&response, repeatable),
        Err(failure) => unanswered(&failure, repeatable),
    }
}

fn answered(response: &Response, repeatable: bool) -> Result<Receipt, PluginError> {
    if response.is_success() {
        return Ok(receipt(response, repeatable));
    }
    if let Some(error) = graph::refused(response) {
        return Err(error);
    }
    // A gateway's error page: the message may have passed the gateway before.
    if response.status >= 500 && !repeatable {
        return Ok(Receipt::unconfirmed());
    }
    Err(graph::unexplained(response))
}

/// `{"messages":[{"id":"wamid…"}]}`, or `{"success":true}` for a read receipt.
fn receipt(response: &Response, repeatable: bool) -> Receipt {
    let id = response.json::<Value>().ok().and_then(|body| {
        let id = body.pointer("/messages/0/id")?.as_str()?;
        Some(id.to_owned())
    });
    let state = if id.is_some() || repeatable {
        ReceiptState::Accepted
    } else {
        // Taken, it seems, but nothing to recognise it by.
        ReceiptState::Unconfirmed
    };
    Receipt { external_id: id, state }
}

fn unanswered(failure: &Failure, repeatable: bool) -> Result<Receipt, PluginError> {
    if failure.request_sent && !repeatable {
        return Ok(Receipt::unconfirmed());
    }
    Err(graph::failed(ErrorKind::Transient, failure))
}
