//! Events in the words of clients: what the log says, with the message or conversation as REST shows it.

use super::access::{Viewer, seen_by};
use crate::conversations::{ShownConversation, ShownMessage};
use ::realtime::{
    ChannelName, Ours,
    frame::{self, Frame},
    hub::{Audience, Delivery},
    limits,
    position::Who,
};
use chrono::{DateTime, Utc};
use domain::{
    ConversationId, EventId, MessageId, TeamId, UserId,
    event::{Actor, EventKind},
    sight::Sight,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use store::{conversations::list as conversations, events::Event, messages::list as messages, streams::Told};

/// What somebody hears when a conversation is no longer theirs to see.
const OUT_OF_SIGHT: &str = "conversation.out_of_sight";

/// The data of an event.
#[derive(Serialize)]
struct Telling<'a> {
    stream: &'a str,
    epoch: &'a str,
    seq: i64,
    id: EventId,
    #[serde(rename = "type")]
    kind: &'a str,
    occurred_at: DateTime<Utc>,
    actor: Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<ConversationId>,
    data: &'a Map<String, Value>,
}

/// Messages and conversations as they are now.
#[derive(Default)]
struct Shown {
    messages: HashMap<MessageId, Value>,
    conversations: HashMap<ConversationId, Value>,
}

/// The events of conversations, for those who hear them.
pub async fn of_conversations(
    conn: &mut PgConnection,
    epoch: &str,
    events: &[Event],
) -> Result<Vec<Delivery>, store::Error> {
    let messages: HashSet<MessageId> = events.iter().filter_map(message).collect();
    let about = events.iter().filter(|event| event.kind.as_str().starts_with("conversation."));
    let about: HashSet<ConversationId> = about.filter_map(conversation).collect();
    let shown = Shown::load(conn, messages, about).await?;
    let tell = |event: &Event| {
        let (id, seq) = event.conversation?;
        let channel = Ours::Conversation(id).name();
        let frame = shown.frame(&channel, epoch, seq, event, true);
        Some(Delivery { channel, seq, audience: Audience::Everybody, frame })
    };
    Ok(events.iter().filter_map(tell).collect())
}

/// What the streams of a tenant tell, for these people: in the inbox to those who see the conversation, and that it is gone
/// to those who saw it before; in people's own streams to them.
pub async fn of_tenant(
    conn: &mut PgConnection,
    epoch: &str,
    viewers: &[Viewer],
    told: &[Told],
) -> Result<Vec<Delivery>, store::Error> {
    let about: HashSet<ConversationId> = told.iter().filter_map(|told| conversation(&told.event)).collect();
    let about: Vec<ConversationId> = about.into_iter().collect();
    let seen = seen_by(conn, &about, viewers).await?;
    let seen: HashMap<ConversationId, Arc<HashSet<Who>>> =
        seen.into_iter().map(|(id, people)| (id, Arc::new(people))).collect();
    let spoken_to = told.iter().filter(|told| told.reader.is_some()).filter_map(|told| message(&told.event)).collect();
    let shown = Shown::load(conn, spoken_to, about.into_iter().collect()).await?;
    Ok(told.iter().flat_map(|told| deliveries(&shown, epoch, viewers, &seen, told)).collect())
}

fn deliveries(
    shown: &Shown,
    epoch: &str,
    viewers: &[Viewer],
    seen: &HashMap<ConversationId, Arc<HashSet<Who>>>,
    told: &Told,
) -> Vec<Delivery> {
    let Told { seq, reader, event } = told;
    let conversation = conversation(event);
    let seeing = conversation.and_then(|id| seen.get(&id)).cloned().unwrap_or_default();
    if let Some(user) = reader {
        let channel = Ours::User(*user).name();
        let full = shown.frame(&channel, epoch, *seq, event, true);
        let bare = shown.frame(&channel, epoch, *seq, event, false);
        // Whoever gets the one does not get the other, which has the same number.
        let full = Delivery { channel: channel.clone(), seq: *seq, audience: Audience::People(seeing), frame: full };
        return vec![full, Delivery { channel, seq: *seq, audience: Audience::Everybody, frame: bare }];
    }
    let channel = Ours::Inbox.name();
    if event.kind == EventKind::ConversationDeleted {
        let frame = out_of_sight(&channel, epoch, *seq, event, EventKind::ConversationDeleted.as_str());
        return vec![Delivery { channel, seq: *seq, audience: Audience::Everybody, frame }];
    }
    let team = conversation.and_then(|id| shown.conversations.get(&id)).and_then(|shown| team(&shown["team_id"]));
    let blind = blinded(viewers, &seeing, event, team);
    let mut deliveries = Vec::new();
    if !blind.is_empty() {
        let frame = out_of_sight(&channel, epoch, *seq, event, OUT_OF_SIGHT);
        let audience = Audience::People(Arc::new(blind));
        deliveries.push(Delivery { channel: channel.clone(), seq: *seq, audience, frame });
    }
    if !seeing.is_empty() {
        let frame = shown.frame(&channel, epoch, *seq, event, true);
        deliveries.push(Delivery { channel, seq: *seq, audience: Audience::People(seeing), frame });
    }
    deliveries
}

/// Who saw the conversation before the event, as far as it says what was before, and does not now. `at` is the team that
/// it is of now.
fn blinded(viewers: &[Viewer], seeing: &HashSet<Who>, event: &Event, at: Option<TeamId>) -> HashSet<Who> {
    let (data, kind) = (&event.data, event.kind);
    let person = |value: &Value| value.as_str().and_then(|id| id.parse::<UserId>().ok());
    let before = |sight: &Sight| match kind {
        EventKind::ConversationAssigned => sight.covers(at, person(&data["from"])),
        EventKind::ConversationTransferred => sight.covers(team(&data["from"]), None),
        EventKind::ParticipantLeft => person(&data["user_id"]) == Some(sight.user),
        EventKind::ConversationUpdated => data["changes"].get("is_private").is_some(),
        _ => false,
    };
    let blind = viewers.iter().filter(|viewer| !seeing.contains(&viewer.who) && before(&viewer.sight));
    blind.map(|viewer| viewer.who).collect()
}

/// That a conversation is gone: its id, and nothing of it.
fn out_of_sight(channel: &ChannelName, epoch: &str, seq: i64, event: &Event, kind: &str) -> Frame {
    let conversation_id = conversation(event);
    let data = Map::from_iter([("conversation_id".to_owned(), json!(conversation_id))]);
    write(channel, epoch, seq, event, kind, conversation_id, &data).0
}

impl Shown {
    async fn load(
        conn: &mut PgConnection,
        messages: HashSet<MessageId>,
        conversations: HashSet<ConversationId>,
    ) -> Result<Self, store::Error> {
        let mut shown = Self::default();
        let messages: Vec<MessageId> = messages.into_iter().collect();
        for message in messages::many(conn, &messages).await? {
            shown.messages.insert(message.id, json!(ShownMessage::from(message)));
        }
        let conversations: Vec<ConversationId> = conversations.into_iter().collect();
        for overview in conversations::many(conn, &conversations).await? {
            let id = overview.id;
            let mut conversation = json!(ShownConversation::from(overview));
            // What somebody has not read is theirs alone.
            if let Some(fields) = conversation.as_object_mut() {
                fields.remove("unread_count");
            }
            shown.conversations.insert(id, conversation);
        }
        Ok(shown)
    }

    /// An event with what it is about, as far as it is not too large for one message.
    fn frame(&self, channel: &ChannelName, epoch: &str, seq: i64, event: &Event, sees: bool) -> Frame {
        let bare = event.data.as_object().cloned().unwrap_or_default();
        let id = conversation(event);
        let mut full = bare.clone();
        if sees {
            if let Some(message) = message(event).and_then(|id| self.messages.get(&id)) {
                full.insert("message".to_owned(), message.clone());
            }
            if let Some(conversation) = id.and_then(|id| self.conversations.get(&id)) {
                full.insert("conversation".to_owned(), conversation.clone());
            }
        }
        let kind = event.kind.as_str();
        let (frame, size) = write(channel, epoch, seq, event, kind, id, &full);
        if size <= limits::OUTGOING_DATA {
            return frame;
        }
        let (frame, size) = write(channel, epoch, seq, event, kind, id, &bare);
        if size <= limits::OUTGOING_DATA {
            return frame;
        }
        write(channel, epoch, seq, event, kind, id, &Map::new()).0
    }
}

fn write(
    channel: &ChannelName,
    epoch: &str,
    seq: i64,
    event: &Event,
    kind: &str,
    conversation_id: Option<ConversationId>,
    data: &Map<String, Value>,
) -> (Frame, usize) {
    let stream = channel.ours().and_then(Ours::stream).unwrap_or_default();
    let telling = Telling {
        stream: &stream,
        epoch,
        seq,
        id: event.id,
        kind,
        occurred_at: event.occurred_at,
        actor: event.actor,
        conversation_id,
        data,
    };
    let text = serde_json::to_string(&telling).expect("ids, times and JSON can be written as JSON");
    (frame::event(channel, kind, &text), text.len())
}

/// The conversation that an event is about: also of one that is gone, which has no stream any more.
fn conversation(event: &Event) -> Option<ConversationId> {
    let named = || event.data["conversation_id"].as_str().and_then(|id| id.parse().ok());
    event.conversation.map(|(id, _)| id).or_else(named)
}

fn team(id: &Value) -> Option<TeamId> {
    id.as_str().and_then(|id| id.parse().ok())
}

fn message(event: &Event) -> Option<MessageId> {
    event.data["message_id"].as_str().and_then(|id| id.parse().ok())
}
