//! A message arrives: contact, conversation, message, and what had been reported about it before.

use super::{
    Applied, Source, answer, edit,
    person::{self, Proof},
    status,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    MessageId,
    message::{DeliveryStatus, Direction, SenderKind},
};
use inbox::{Heard, Transaction};
use plugin_sdk::event::{Event, Message};
use serde_json::{Value, json};
use store::{
    conversations::NewConversation,
    messages::{self, NewMessage},
};

/// Stores a message, unless it is there already. One that names nobody it could belong to is kept as it came; one of a
/// blocked contact is left out.
pub async fn apply(
    tx: &mut Transaction,
    source: &Source,
    position: i32,
    event: &Message,
) -> Result<Applied, inbox::Error> {
    let tenant = tx.tenant();
    // Asked first, so that a repetition does not begin a new conversation when the old one was closed meanwhile.
    let heard = messages::heard_of(tx.conn(), tenant, source.connection, &event.external_id).await?;
    if heard.known {
        return Ok(Applied::Nothing);
    }
    // Of an echo the sender is whom somebody of the tenant wrote to.
    let proof = if event.echo { Proof::IsSpokenOf } else { Proof::Speaks };
    let Some(contact) = person::resolve(tx, source, &event.sender, proof).await? else {
        let kept = super::custom::keep(tx, source, position, "message_without_sender", &json!(event)).await?;
        return Ok(kept.into());
    };
    if contact.blocked && !event.echo {
        return Ok(Applied::LeftOut);
    }
    let now = tx.now();
    let new = NewConversation {
        contact_id: contact.id,
        identity_id: Some(contact.identity_id),
        connection_id: source.connection,
        channel: &source.channel,
        thread: event.thread.as_deref(),
    };
    let inbound = (!event.echo).then_some(&event.content);
    let (mut conversation, begun) = tx.belongs_to(&new, inbound).await?;
    conversation.contact_name.clone_from(&contact.name);
    let id = conversation.id;
    tx.hold(conversation);

    let message_id = MessageId::new();
    let answer = answer::of(tx, source, id, event).await?;
    let preview = event.content.preview();
    let (direction, sender_kind, state) = if event.echo {
        (Direction::Outbound, SenderKind::External, DeliveryStatus::Sent)
    } else {
        (Direction::Inbound, SenderKind::Contact, DeliveryStatus::Received)
    };
    let occurred_at = within_its_second(person::time(event.occurred_at_ms, now), source.received_at);
    let message = NewMessage {
        id: message_id,
        conversation_id: id,
        connection_id: Some(source.connection),
        direction,
        sender_kind,
        sender_id: (direction == Direction::Inbound).then_some(contact.id.0),
        content_type: event.content.type_name(),
        content: &json!(event.content),
        preview: &preview,
        external_id: Some(&event.external_id),
        reply_to: event.reply_to.as_deref(),
        origin_key: None,
        status: state,
        occurred_at,
        delivery_id: Some(source.delivery),
        position,
        metadata: &metadata(event, answer),
    };
    let arrived = Heard {
        message: &message,
        content: &event.content,
        contact: contact.id,
        contact_is_new: contact.new_here,
        identity: contact.identity_id,
        begun,
    };
    if !tx.hear(&arrived).await? {
        return Ok(Applied::Nothing);
    }
    if heard.early {
        apply_early(tx, source, event).await?;
    }
    Ok(Applied::Changed)
}

/// The place of a message in its second.
///
/// WhatsApp's times are whole seconds and ours are not: taken literally, an answer of the contact would be listed before
/// the reply that it answers, if both fall into one second. Within the second the arrival decides, so that the order of
/// the provider's seconds stays.
fn within_its_second(occurred_at: DateTime<Utc>, received_at: DateTime<Utc>) -> DateTime<Utc> {
    if occurred_at.timestamp_subsec_nanos() != 0 || received_at < occurred_at {
        return occurred_at;
    }
    received_at.min(occurred_at + TimeDelta::milliseconds(999))
}

/// Reports that overtook the message.
async fn apply_early(tx: &mut Transaction, source: &Source, event: &Message) -> Result<(), inbox::Error> {
    let tenant = tx.tenant();
    for early in messages::early::take(tx.conn(), tenant, source.connection, &event.external_id).await? {
        match serde_json::from_value(early) {
            Ok(Event::Status(report)) => status::apply_early(tx, source.connection, &report).await?,
            Ok(Event::MessageEdited(edited)) => edit::apply_edit(tx, source, &edited).await.map(drop)?,
            Ok(Event::MessageRevoked(revoked)) => edit::apply_revocation(tx, source, &revoked).await.map(drop)?,
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

fn metadata(event: &Message, answer: Option<Value>) -> Value {
    let mut metadata = serde_json::Map::new();
    if event.forwarded {
        metadata.insert("forwarded".to_owned(), Value::Bool(true));
    }
    for (name, value) in [("referral", &event.referral), ("context", &event.context)] {
        if let Some(value) = value {
            metadata.insert(name.to_owned(), value.clone());
        }
    }
    metadata.extend(answer.map(|answer| ("answer".to_owned(), answer)));
    Value::Object(metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrival_decides_within_a_second_and_never_beyond_it() {
        let second = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        let later = |ms| second + TimeDelta::milliseconds(ms);
        assert_eq!(within_its_second(second, later(400)), later(400));
        assert_eq!(within_its_second(second, later(60_000)), later(999));
        assert_eq!(within_its_second(second, later(-5_000)), second);
        // A provider that is more precise is believed.
        assert_eq!(within_its_second(later(300), later(400)), later(300));
    }
}
