//! Messages to the provider.

use serde::Deserialize;
use serde_json::json;
use signalbox_plugin_sdk::http::Request;
use signalbox_plugin_sdk::{
    Host, OutboundContent, OutboundMessage, PluginError, Receipt, SenderId, sender,
};

use crate::settings::Settings;

/// What the provider answers when it took a message.
#[derive(Deserialize)]
struct Accepted {
    id: String,
}

/// Hands one message to the provider.
pub fn message(
    settings: &Settings,
    host: &impl Host,
    message: &OutboundMessage,
) -> Result<Receipt, PluginError> {
    let OutboundContent::Text { text, .. } = &message.content else {
        let what = message.content.type_name();
        return Err(PluginError::unsupported(format!("only text can be sent, not {what}")));
    };
    let to = sender::find(&message.to, SenderId::PHONE)
        .ok_or_else(|| PluginError::invalid_input("the contact has no telephone number"))?;
    let body = json!({
        "from": settings.number,
        "to": to,
        "text": text,
        // Comes back in statuses, should the answer to this be lost.
        "reference": message.message_id,
    });
    let request =
        Request::post("https://api.example.com/messages").secret("api_key").json(&body)?;
    match host.send(request) {
        // It has the message, even if its answer cannot be read.
        Ok(response) if response.is_success() => {
            let accepted = response.json::<Accepted>().ok();
            Ok(Receipt::accepted(accepted.map(|accepted| accepted.id)))
        }
        Ok(response) => Err(PluginError::of_response(&response)),
        // It may have the message: only a status can tell. Sending again could send it twice.
        Err(failure) if failure.request_sent => Ok(Receipt::unconfirmed()),
        Err(failure) => Err(failure.into()),
    }
}
