//! Texts, attachments, locations, contact cards and reactions.

use super::Account;
use super::fields::Fields;
use crate::whatsapp::graph_error::GraphError;

pub(super) fn text(body: &Fields<'_>) -> Result<(), GraphError> {
    let text = body.object("text")?;
    text.only(&["body", "preview_url"])?;
    text.text("body", 4096).map(|_| ())
}

/// An attachment: exactly one of an uploaded id and a link.
pub(super) fn media(body: &Fields<'_>, kind: &str, account: &dyn Account) -> Result<(), GraphError> {
    let media = body.object(kind)?;
    let allowed: &[&str] = match kind {
        "document" => &["id", "link", "provider", "caption", "filename"],
        "image" | "video" => &["id", "link", "provider", "caption"],
        "audio" => &["id", "link", "provider", "voice"],
        _ => &["id", "link", "provider"],
    };
    media.only(allowed)?;
    media.optional_text("caption", 1024)?;
    source(&media, account)
}

/// Where the bytes of an attachment come from.
pub(super) fn source(media: &Fields<'_>, account: &dyn Account) -> Result<(), GraphError> {
    match (media.get("id").is_some(), media.get("link").is_some()) {
        (false, true) => media.link("link").map(|_| ()),
        (true, false) => {
            let id = media.text("id", 64)?;
            if account.has_media(id) {
                Ok(())
            } else {
                Err(GraphError::invalid_value(format!("Media with id {id} does not exist.")))
            }
        }
        _ => Err(GraphError::missing_value(format!(
            "Exactly one of {} and {} must be given.",
            media.name("id"),
            media.name("link")
        ))),
    }
}

pub(super) fn location(body: &Fields<'_>) -> Result<(), GraphError> {
    let place = body.object("location")?;
    place.only(&["latitude", "longitude", "name", "address"])?;
    place.number("latitude", -90.0, 90.0)?;
    place.number("longitude", -180.0, 180.0)?;
    place.optional_text("name", 1000)?;
    place.optional_text("address", 1000)?;
    Ok(())
}

/// Contact cards. A name needs one part besides its formatted form.
pub(super) fn contacts(body: &Fields<'_>) -> Result<(), GraphError> {
    let cards = body.objects("contacts")?;
    if cards.is_empty() || cards.len() > 257 {
        return Err(GraphError::invalid_value("Invalid contacts count. Min: 1, Max: 257"));
    }
    for card in &cards {
        let name = card.object("name")?;
        name.text("formatted_name", usize::MAX)?;
        let parts = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
        if parts.iter().all(|part| name.get(part).is_none()) {
            return Err(GraphError::missing_value(format!(
                "{} needs at least one of {}.",
                card.name("name"),
                parts.join(", ")
            )));
        }
    }
    Ok(())
}

/// A reaction to a message of this conversation; an empty emoji takes it back.
pub(super) fn reaction(body: &Fields<'_>, account: &dyn Account) -> Result<(), GraphError> {
    let reaction = body.object("reaction")?;
    reaction.only(&["message_id", "emoji"])?;
    let target = reaction.text("message_id", usize::MAX)?;
    let emoji =
        reaction.optional_text("emoji", usize::MAX)?.ok_or_else(|| GraphError::required(&reaction.name("emoji")))?;
    if !looks_like_one_emoji(emoji) {
        return Err(GraphError::invalid_value("Reaction is not a valid emoji."));
    }
    if account.author(target).is_some() {
        Ok(())
    } else {
        Err(GraphError::invalid_value("The message to react to does not exist."))
    }
}

/// Joined emoji take up to ten code points; letters and spaces are never part of one.
fn looks_like_one_emoji(text: &str) -> bool {
    text.is_empty()
        || (text.chars().count() <= 10
            && !text.is_ascii()
            && !text.chars().any(|c| c.is_alphabetic() && c.is_ascii() || c.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_are_told_from_words() {
        for good in ["", "👍", "❤️", "👩🏽‍🚀", "1️⃣", "🇧🇷"] {
            assert!(looks_like_one_emoji(good), "{good}");
        }
        for bad in ["ok", "1", "👍 👍", "nice 👍"] {
            assert!(!looks_like_one_emoji(bad), "{bad}");
        }
    }
}
