//! What Meta would refuse anyway, said before the call and in plainer words.
//!
//! Source of the numbers: the pages on sending under
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>.
//! Lengths are counted in characters. Where the documentation is silent, Meta decides.

mod interactive;

use plugin_sdk::outbound::MediaSource;
use plugin_sdk::{OutboundContent, OutboundMessage, PluginError};
use serde_json::Value;

const TEXT: usize = 4_096;
const CAPTION: usize = 1_024;
const TEMPLATE_NAME: usize = 512;
const CALLBACK_DATA: usize = 512;

/// Refuses a message that cannot be sent, naming the field.
pub fn check(message: &OutboundMessage) -> Result<(), PluginError> {
    filled("message_id", &message.message_id)?;
    at_most("message_id", &message.message_id, CALLBACK_DATA)?;
    match &message.content {
        OutboundContent::Text { text, .. } => {
            filled("text", text)?;
            at_most("text", text, TEXT)
        }
        OutboundContent::Template { name, language, .. } => template(name, language),
        OutboundContent::Image { source, caption }
        | OutboundContent::Video { source, caption }
        | OutboundContent::Document { source, caption, .. } => {
            media(source)?;
            at_most("caption", caption.as_deref().unwrap_or_default(), CAPTION)
        }
        OutboundContent::Audio { source } | OutboundContent::Sticker { source } => media(source),
        OutboundContent::Interactive { interactive } => interactive::check(interactive),
        OutboundContent::Rich { .. } => refuse("a rich message is sent as an interactive one".to_owned()),
        OutboundContent::Location { latitude, longitude, .. } => {
            within("latitude", *latitude, 90.0)?;
            within("longitude", *longitude, 180.0)
        }
        OutboundContent::Contacts { contacts } => cards(contacts),
        OutboundContent::Reaction { target, .. } | OutboundContent::Read { target, .. } => filled("target", target),
    }
}

fn template(name: &str, language: &str) -> Result<(), PluginError> {
    filled("name", name)?;
    at_most("name", name, TEMPLATE_NAME)?;
    filled("language", language)
}

fn media(source: &MediaSource) -> Result<(), PluginError> {
    match (&source.link, &source.media_id) {
        (Some(link), None) => https("link", link),
        (None, Some(media_id)) => filled("media_id", media_id),
        _ => refuse("exactly one of `link` and `media_id` is needed".to_owned()),
    }
}

fn cards(contacts: &[Value]) -> Result<(), PluginError> {
    if contacts.is_empty() {
        return refuse("`contacts` must hold at least one card".to_owned());
    }
    let unnamed =
        |card: &&Value| card.pointer("/name/formatted_name").and_then(Value::as_str).is_none_or(str::is_empty);
    if contacts.iter().any(|card| unnamed(&card)) {
        return refuse("every card in `contacts` needs `name.formatted_name`".to_owned());
    }
    Ok(())
}

fn refuse<T>(message: String) -> Result<T, PluginError> {
    Err(PluginError::invalid_input(message))
}

fn filled(field: &str, text: &str) -> Result<(), PluginError> {
    if text.trim().is_empty() {
        return refuse(format!("`{field}` must not be empty"));
    }
    Ok(())
}

fn at_most(field: &str, text: &str, limit: usize) -> Result<(), PluginError> {
    // Bytes are never fewer than characters, and are known without counting.
    if text.len() > limit {
        let length = text.chars().count();
        if length > limit {
            return refuse(format!("`{field}` has {length} characters; WhatsApp takes at most {limit}"));
        }
    }
    Ok(())
}

fn https(field: &str, link: &str) -> Result<(), PluginError> {
    let host = link.get(..8).filter(|scheme| scheme.eq_ignore_ascii_case("https://"));
    if host.is_none() || link.len() == 8 || link.contains(char::is_whitespace) {
        return refuse(format!("`{field}` must be an https address"));
    }
    Ok(())
}

fn within(field: &str, degrees: f64, limit: f64) -> Result<(), PluginError> {
    if !(-limit..=limit).contains(&degrees) {
        return refuse(format!("`{field}` must lie between -{limit} and {limit}"));
    }
    Ok(())
}
