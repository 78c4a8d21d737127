//! Conversations, those in which something happened last first: of several with one contact that are not over, the first
//! stays so.

use super::{ConvertError, Export, Lines, pages};
use crate::record::{Conversation, Record};
use domain::conversation::{Priority, Status};
use serde_json::{Map, Value};
use std::cmp::Reverse;

pub(super) fn write(export: &Export, lines: &mut Lines<'_>) -> Result<(), ConvertError> {
    let mut conversations: Vec<_> =
        export.conversations.iter().filter_map(|(id, conversation)| converted(export, *id, conversation)).collect();
    lines.converted.left_out += u64::try_from(export.conversations.len() - conversations.len()).unwrap_or_default();
    conversations.sort_by_key(|conversation| Reverse((conversation.updated_at, conversation.created_at)));
    for conversation in conversations {
        lines.write(&Record::Conversation(conversation))?;
    }
    Ok(())
}

/// None: it says of nobody, of no time or of no status that Chatwoot has.
fn converted(export: &Export, id: i64, conversation: &Value) -> Option<Conversation> {
    let meta = conversation.get("meta")?;
    let inbox = pages::number(conversation, "inbox_id")?;
    let name = export.inboxes.get(&inbox).and_then(|inbox| inbox.name.clone());
    let last = pages::time(conversation, "last_activity_at").or_else(|| pages::time(conversation, "timestamp"));
    let tag = |label: &Value| label.as_str().map(|label| pages::at_most(label, 100)).filter(|label| !label.is_empty());
    Some(Conversation {
        id: id.to_string(),
        contact: pages::number(meta.get("sender")?, "id")?.to_string(),
        connection: name.unwrap_or_else(|| inbox.to_string()),
        thread: None,
        status: match pages::text(conversation, "status")? {
            "open" => Status::Open,
            "pending" => Status::Pending,
            "snoozed" => Status::Snoozed,
            "resolved" => Status::Resolved,
            _ => return None,
        },
        priority: match pages::text(conversation, "priority") {
            Some("low") => Priority::Low,
            Some("high") => Priority::High,
            Some("urgent") => Priority::Urgent,
            _ => Priority::Normal,
        },
        title: conversation
            .pointer("/additional_attributes/mail_subject")
            .and_then(Value::as_str)
            .map(|subject| pages::at_most(subject, 255))
            .filter(|subject| !subject.is_empty()),
        category: None,
        team: meta.get("team").and_then(|team| pages::text(team, "name")).map(str::to_owned),
        assignee: meta.get("assignee").and_then(|agent| pages::text(agent, "email")).map(str::to_owned),
        brand: None,
        tags: pages::array(conversation, "labels").iter().filter_map(tag).collect(),
        custom_attributes: match conversation.get("custom_attributes") {
            Some(Value::Object(attributes)) => attributes.clone(),
            _ => Map::new(),
        },
        csat_rating: None,
        snoozed_until: pages::time(conversation, "snoozed_until"),
        close_reason: None,
        created_at: pages::time(conversation, "created_at").or(last)?,
        updated_at: last,
        resolved_at: None,
    })
}
