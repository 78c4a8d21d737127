//! What a webhook means, in the same words for every provider.

mod read;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::content::Content;
use crate::failure::FailureReason;
use crate::sender::{Profile, Sender};

/// One thing that happened at the provider. `parse` returns an array of these.
///
/// Times are milliseconds since the Unix epoch, as the provider says; ids called external are the
/// provider's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A message came in, or was sent by the business from elsewhere.
    Message(Message),
    /// A message has new content.
    MessageEdited(MessageEdited),
    /// A message was taken back.
    MessageRevoked(MessageRevoked),
    /// Someone reacted to a message, or took the reaction back.
    Reaction(Reaction),
    /// A message of ours moved on, or failed.
    Status(Status),
    /// A person is known by other ids from now on.
    IdentityChanged(IdentityChanged),
    /// A person changed something about themselves.
    Contact(ContactChange),
    /// Anything else: kept, never lost.
    Custom(Custom),
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Message {
    /// Unique within the connection.
    pub external_id: String,
    /// Group or thread, when it is not the sender's own conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// The customer: of an echo the one it was sent to.
    pub sender: Sender,
    /// When it was sent.
    pub occurred_at_ms: i64,
    /// What it says.
    pub content: Content,
    /// External id of the message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Written by somebody else before.
    #[serde(default)]
    pub forwarded: bool,
    /// The advertisement or post it came from, as the provider describes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Value>,
    /// What else it refers to, such as a product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Value>,
    /// Sent by the business from another device.
    #[serde(default)]
    pub echo: bool,
}

/// New content for a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct MessageEdited {
    /// Of the original message.
    pub external_id: String,
    /// Who edited it.
    pub sender: Sender,
    /// When it was edited.
    pub occurred_at_ms: i64,
    /// What it says now.
    pub content: Content,
}

/// A message was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct MessageRevoked {
    /// Of the original message.
    pub external_id: String,
    /// Who took it back.
    pub sender: Sender,
    /// When.
    pub occurred_at_ms: i64,
}

/// A reaction to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Reaction {
    /// Of the reaction itself.
    pub external_id: String,
    /// External id of the message reacted to.
    pub target: String,
    /// Who reacted.
    pub sender: Sender,
    /// When.
    pub occurred_at_ms: i64,
    /// `None`: the reaction was removed.
    #[serde(default)]
    pub emoji: Option<String>,
}

/// How far a message of ours got. Statuses come in any order, and again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Status {
    /// Of the message it speaks of.
    pub external_id: String,
    /// How far it got.
    pub state: StatusState,
    /// When it got there.
    pub occurred_at_ms: i64,
    /// To whom it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Sender>,
    /// Our own message id, echoed by the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StatusError>,
    /// What it costs, as the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Value>,
}

/// How far a message got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StatusState {
    /// It left the provider.
    Sent,
    /// It reached the recipient's device.
    Delivered,
    /// It was opened, or played.
    Read,
    /// It will not arrive.
    Failed,
}

/// Why a message failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct StatusError {
    /// The provider's code.
    pub code: String,
    /// The provider's short text.
    pub title: String,
    /// The provider's long text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What it means.
    pub reason: FailureReason,
}

/// The same person, under other ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct IdentityChanged {
    /// As they were known.
    pub previous: Sender,
    /// As they are known now.
    pub current: Sender,
    /// When it changed.
    pub occurred_at_ms: i64,
}

/// A person changed something about themselves: profile, wishes about messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ContactChange {
    /// Who.
    pub sender: Sender,
    /// When.
    pub occurred_at_ms: i64,
    /// What, as the provider says.
    pub changes: Value,
    /// The same in words that every provider shares: what becomes of the contact's own fields.
    #[serde(default, skip_serializing_if = "Profile::is_empty")]
    pub profile: Profile,
}

/// Something that fits no other event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Custom {
    /// `<plugin>.<what>`, for example `whatsapp.account_update`.
    pub name: String,
    /// When, or when it came in if the provider does not say.
    pub occurred_at_ms: i64,
    /// The provider's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The customer it is about, in whose conversation it is shown. A customer that is not known yet
    /// becomes known by this, so an event that makes the provider forget one names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// What the provider sent.
    pub data: Value,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Event;

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn events_carry_their_name_and_survive_a_round_trip() {
        let sender = json!({"ids": [{"kind": "bsuid", "value": "US.1"}]});
        for event in [
            json!({"event": "message", "external_id": "m1", "sender": sender, "occurred_at_ms": 1,
            "content": {"type": "text", "text": "hi"}, "forwarded": false, "echo": false}), json!({"event": "message_edited", "external_id": "m1", "sender": sender, "occurred_at_ms": 1,
            "content": {"type": "text", "text": "ho"}}), json!({"event": "message_revoked", "external_id": "m1", "sender": sender, "occurred_at_ms": 1}),
            json!({"event": "reaction", "external_id": "r1", "target": "m1", "sender": sender,
            "occurred_at_ms": 1, "emoji": null}), json!({"event": "status", "external_id": "m2", "state": "failed", "occurred_at_ms": 1,
            "error": {"code": "131047", "title": "Re-engagement message", "reason": "window_closed"}}), json!({"event": "identity_changed", "previous": sender, "current": sender, "occurred_at_ms": 1}),
            json!({"event": "contact", "sender": sender, "occurred_at_ms": 1, "changes": {"name": "A"}}),
            json!({"event": "contact", "sender": sender, "occurred_at_ms": 1, "changes": {}, "profile": {"email": ""}}),
            json!({"event": "custom", "name": "whatsapp.x", "occurred_at_ms": 1, "data": [1]}),
            json!({"event": "custom", "name": "shop.x", "occurred_at_ms": 1, "sender": sender, "data": {}}),
        ] {
            let typed: Event = serde_json::from_value(event.clone()).unwrap();
            assert_eq!(serde_json::to_value(&typed).unwrap(), event);
            // With the tag first, as it is written, and somewhere else, as it may be.
            let written = serde_json::to_string(&typed).unwrap();
            assert!(written.starts_with(r#"{"event":"#), "{written}");
            let sorted = event.to_string();
            for text in [written, sorted] {
                assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), typed, "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_event_says_why() {
        for (text, wrong) in [
            ("[]", "expected an event"),
            ("{}", "missing field `event`"),
            (r#"{"name":"x"}"#, "missing field `event`"),
            (r#"{"event":"party"}"#, "unknown variant `party`"),
            (r#"{"a":1,"event":"party"}"#, "unknown variant `party`"),
            (r#"{"event":"custom","name":"x"}"#, "missing field `occurred_at_ms`"),
            (r#"{"name":"x","event":"custom"}"#, "missing field `occurred_at_ms`"),
            (r#"{"event":"custom","name":7}"#, "expected a string"),
        ] {
            let error = serde_json::from_str::<Event>(text).unwrap_err().to_string();
            assert!(error.contains(wrong), "{text}: {error}");
        }
    }
}
