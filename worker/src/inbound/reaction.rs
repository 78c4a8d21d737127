//! Somebody reacts to a message, or takes it back.

use super::{
    Applied, Source,
    person::{self, Proof},
};
use domain::event::EventKind;
use inbox::Transaction;
use plugin_sdk::event::Reaction;
use serde_json::json;
use store::{messages, reactions};

/// Sets or removes a reaction, unless this or a later one is known.
pub async fn apply(tx: &mut Transaction, source: &Source, event: &Reaction) -> Result<Applied, inbox::Error> {
    let Some(contact) = person::resolve(tx, source, &event.sender, Proof::Speaks).await? else {
        return Ok(Applied::Nothing);
    };
    if contact.blocked {
        return Ok(Applied::LeftOut);
    }
    let (tenant, now) = (tx.tenant(), tx.now());
    let target = messages::find_reported(tx.conn(), tenant, source.connection, &event.target, None).await?;
    if let Some(message) = &target {
        tx.conversation(message.conversation_id).await?;
    }
    let reaction = reactions::Reaction {
        connection_id: source.connection,
        target: &event.target,
        contact_id: contact.id,
        emoji: event.emoji.as_deref(),
        external_id: &event.external_id,
        occurred_at: person::time(event.occurred_at_ms, now),
    };
    if !reactions::set(tx.conn(), tenant, &reaction).await? {
        return Ok(Applied::Nothing);
    }
    let data = json!({
        "message_id": target.as_ref().map(|message| message.id),
        "target": event.target, "emoji": event.emoji,
    });
    match target {
        Some(message) => {
            tx.emit(message.conversation_id, EventKind::MessageReactionChanged, data).await?;
        }
        None => {
            tx.emit_apart(EventKind::MessageReactionChanged, Some(contact.id), data);
        }
    }
    Ok(Applied::Changed)
}
