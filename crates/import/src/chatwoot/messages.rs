//! Messages, page by page in the order of time.

use super::{ConvertError, Export, Lines, pages, pages::Type};
use crate::record::{Attachment, FileKind, Message, Note, Record, Sender, Sent, Way};
use serde_json::Value;
use std::collections::HashSet;
use url::Url;

pub(super) fn write(export: &Export, lines: &mut Lines<'_>) -> Result<(), ConvertError> {
    // Pages overlap where something was written while they were being saved.
    let mut written = HashSet::new();
    for page in &export.pages {
        for message in pages::messages(&page.file, page.conversation)? {
            if !pages::number(&message, "id").is_some_and(|id| written.insert(id)) {
                continue;
            }
            if !export.conversations.contains_key(&page.conversation) {
                lines.converted.without_conversation += 1;
                continue;
            }
            match converted(export, &message) {
                Some(record) => lines.write(&record)?,
                None => lines.converted.left_out += 1,
            }
        }
    }
    Ok(())
}

/// None: it says nothing of when it was written.
fn converted(export: &Export, message: &Value) -> Option<Record> {
    let (id, conversation) = (pages::number(message, "id")?.to_string(), pages::number(message, "conversation_id")?);
    let conversation = conversation.to_string();
    let sent_at = pages::time(message, "created_at")?;
    let kind = Type::of(message)?;
    let (text, attachments) = said(message);
    let is_private = message.get("private").and_then(Value::as_bool).unwrap_or_default();
    if is_private || kind == Type::Activity {
        let sender = if kind == Type::Activity { Sender::System } else { author(export, message) };
        let sender = Some(sender);
        return Some(Record::Note(Note { id, conversation, sender, text, attachments, sent_at }));
    }
    let is_inbound = kind == Type::Incoming;
    Some(Record::Message(Message {
        id,
        conversation,
        direction: if is_inbound { Way::Inbound } else { Way::Outbound },
        sender: Some(match kind {
            Type::Incoming => Sender::Contact,
            Type::Template => Sender::Bot { name: None },
            Type::Outgoing | Type::Activity => author(export, message),
        }),
        text,
        attachments,
        external_id: some_id(pages::text(message, "source_id")),
        reply_to: some_id(
            message.get("content_attributes").and_then(|more| pages::text(more, "in_reply_to_external_id")),
        ),
        status: (!is_inbound).then(|| match pages::text(message, "status") {
            Some("delivered") => Sent::Delivered,
            Some("read") => Sent::Read,
            Some("failed") => Sent::Failed,
            _ => Sent::Sent,
        }),
        sent_at,
    }))
}

/// Messages name agents by id; the list of agents has their addresses.
fn author(export: &Export, message: &Value) -> Sender {
    let Some(sender) = message.get("sender").filter(|sender| sender.is_object()) else {
        // Automations and campaigns write without a name.
        return Sender::Bot { name: None };
    };
    let name = pages::text(sender, "name").map(|name| pages::at_most(name, 255));
    let by = pages::text(sender, "type").or_else(|| pages::text(message, "sender_type")).unwrap_or("user");
    if !by.eq_ignore_ascii_case("user") {
        return Sender::Bot { name };
    }
    let email = pages::number(sender, "id").and_then(|id| export.agents.get(&id)).cloned();
    Sender::Agent { email: email.or_else(|| pages::text(sender, "email").map(str::to_owned)), name }
}

fn some_id(id: Option<&str>) -> Option<String> {
    id.filter(|id| id.chars().count() <= 1000).map(str::to_owned)
}

/// What it says, with its files. What is attached but no file (a place, a card, a link) is said in words.
fn said(message: &Value) -> (String, Vec<Attachment>) {
    let mut words: Vec<String> = pages::text(message, "content").map(str::to_owned).into_iter().collect();
    let mut files = Vec::new();
    for attached in pages::array(message, "attachments") {
        match file(attached) {
            Some(file) => files.push(file),
            None => words.extend(in_words(attached)),
        }
    }
    files.truncate(50);
    (words.join("\n"), files)
}

fn file(attached: &Value) -> Option<Attachment> {
    let kind = match pages::text(attached, "file_type")? {
        "image" | "story_mention" => FileKind::Image,
        "video" | "ig_reel" => FileKind::Video,
        "audio" => FileKind::Audio,
        "file" | "share" => FileKind::Document,
        _ => return None,
    };
    let url = pages::text(attached, "data_url").filter(|url| url.len() <= 2048)?;
    let parsed = Url::parse(url).ok().filter(|url| ["http", "https"].contains(&url.scheme()))?;
    let name = parsed.path_segments().and_then(|mut parts| parts.next_back()).filter(|name| !name.is_empty());
    Some(Attachment {
        url: url.to_owned(),
        kind,
        mime_type: None,
        filename: name.map(|name| pages::at_most(name, 255)),
        size: pages::number(attached, "file_size").and_then(|size| u64::try_from(size).ok()),
    })
}

fn in_words(attached: &Value) -> Option<String> {
    let title = pages::text(attached, "fallback_title");
    let number = |key: &str| attached.get(key).and_then(Value::as_f64);
    let place = number("coordinates_lat").zip(number("coordinates_long"));
    let place = place.filter(|_| pages::text(attached, "file_type") == Some("location"));
    let place = place.map(|(latitude, longitude)| format!("{latitude}, {longitude}"));
    let parts: Vec<_> = [title, place.as_deref(), pages::text(attached, "data_url")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
