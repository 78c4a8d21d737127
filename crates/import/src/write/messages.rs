//! What was said: messages and notes, with their own times. All of it counts as read.

use super::{Task, Work};
use crate::{
    Error, content,
    record::{Attachment, Kind, Record, Sender, Sent, Way},
    report::{Code, Outcome},
};
use chrono::{DateTime, Utc};
use domain::{
    MessageId,
    message::{DeliveryStatus, Direction, SenderKind},
};
use std::collections::{BTreeMap, HashMap, HashSet};
use store::{
    conversations::{
        self,
        importing::{self as place, Added, Standing},
    },
    messages::importing::{self, Written},
};
use uuid::Uuid;

pub(super) async fn write(work: &mut Work<'_>, tasks: Vec<Task<'_>>) -> Result<(), Error> {
    // What was said stays said: another wording of it is told of, and not written.
    let (said_before, new): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|task| task.last.is_some());
    for task in &said_before {
        work.kept(task);
    }
    let tenant = work.batch.tenant;
    let (standing, current) = lock(work, &new).await?;
    let mut written = Vec::with_capacity(new.len());
    for task in &new {
        let Some(said) = Saying::of(&task.fit.record) else { continue };
        match work.target(Kind::Conversation, said.conversation) {
            Some(id) => match current.get(&id) {
                Some(id) => written.push((task, said.written(work, *id))),
                None => work.refuse(task, Code::Deleted),
            },
            None => work.refuse(task, Code::UnknownConversation),
        }
    }
    let rows: Vec<_> = written.iter().map(|(_, (row, _))| row.clone()).collect();
    let stored: HashSet<_> =
        importing::insert(work.batch.conn, tenant, &rows, work.batch.now).await?.into_iter().collect();
    let known = already_known(work, &rows, &stored).await?;
    for (task, (row, notes)) in &written {
        if stored.contains(&row.id) {
            work.wrote(task, Outcome::Created, row.id, None, notes.clone());
        } else if let Some(id) = row.external_id.as_ref().and_then(|id| known.get(&(row.conversation_id, id.clone()))) {
            work.wrote(task, Outcome::Joined, *id, None, notes.clone());
        } else {
            work.refuse(task, Code::NotStorable);
        }
    }
    let added = rows.iter().filter(|row| stored.contains(&row.id));
    let added = sum_up(added, &standing);
    Ok(place::count(work.batch.conn, tenant, &added).await?)
}

/// Locks the conversations that something is added to, and says which each of them is now.
async fn lock(
    work: &mut Work<'_>,
    tasks: &[Task<'_>],
) -> Result<(HashMap<Uuid, Standing>, HashMap<Uuid, Uuid>), Error> {
    let tenant = work.batch.tenant;
    let of = |task: &Task<'_>| {
        Saying::of(&task.fit.record).and_then(|said| work.target(Kind::Conversation, said.conversation))
    };
    let ids: HashSet<_> = tasks.iter().filter_map(of).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let current: HashMap<_, _> = place::current(work.batch.conn, tenant, &ids).await?.into_iter().collect();
    let ids: Vec<_> = current.values().copied().collect();
    let standing = place::lock(work.batch.conn, tenant, &ids).await?;
    Ok((standing.into_iter().map(|standing| (standing.id, standing)).collect(), current))
}

/// The messages of which the channel told before, by their conversations and the provider's ids.
async fn already_known(
    work: &mut Work<'_>,
    rows: &[Written],
    stored: &HashSet<Uuid>,
) -> Result<HashMap<(Uuid, String), Uuid>, Error> {
    let left = rows.iter().filter(|row| !stored.contains(&row.id));
    let (conversations, external): (Vec<_>, Vec<_>) =
        left.filter_map(|row| Some((row.conversation_id, row.external_id.clone()?))).unzip();
    if external.is_empty() {
        return Ok(HashMap::new());
    }
    let known = importing::by_external_id(work.batch.conn, work.batch.tenant, &conversations, &external).await?;
    Ok(known.into_iter().map(|(conversation, external, id)| ((conversation, external), id)).collect())
}

/// What a message and a note have in common.
struct Saying<'a> {
    id: &'a str,
    conversation: &'a str,
    direction: Direction,
    sender: Option<&'a Sender>,
    text: &'a str,
    files: &'a [Attachment],
    external_id: Option<&'a String>,
    reply_to: Option<&'a String>,
    status: DeliveryStatus,
    sent_at: DateTime<Utc>,
}

impl<'a> Saying<'a> {
    fn of(record: &'a Record) -> Option<Self> {
        match record {
            Record::Message(message) => Some(Self {
                id: &message.id,
                conversation: &message.conversation,
                direction: match message.direction {
                    Way::Inbound => Direction::Inbound,
                    Way::Outbound => Direction::Outbound,
                },
                sender: message.sender.as_ref(),
                text: &message.text,
                files: &message.attachments,
                external_id: message.external_id.as_ref(),
                reply_to: message.reply_to.as_ref(),
                status: match (message.direction, message.status) {
                    (Way::Inbound, _) => DeliveryStatus::Received,
                    (Way::Outbound, None | Some(Sent::Sent)) => DeliveryStatus::Sent,
                    (Way::Outbound, Some(Sent::Delivered)) => DeliveryStatus::Delivered,
                    (Way::Outbound, Some(Sent::Read)) => DeliveryStatus::Read,
                    (Way::Outbound, Some(Sent::Failed)) => DeliveryStatus::Failed,
                },
                sent_at: message.sent_at,
            }),
            Record::Note(note) => Some(Self {
                id: &note.id,
                conversation: &note.conversation,
                direction: Direction::Internal,
                sender: note.sender.as_ref(),
                text: &note.text,
                files: &note.attachments,
                external_id: None,
                reply_to: None,
                status: DeliveryStatus::Received,
                sent_at: note.sent_at,
            }),
            Record::Company(_) | Record::Contact(_) | Record::Conversation(_) => None,
        }
    }

    /// The row, and what is to be said about it.
    fn written(&self, work: &Work<'_>, conversation_id: Uuid) -> (Written, Vec<Code>) {
        let (kind, sender_id) = self.author(work);
        let is_stranger = matches!(self.sender, Some(Sender::Agent { .. })) && sender_id.is_none();
        let said = match self.direction {
            Direction::Outbound => content::sent(self.text, self.files),
            Direction::Inbound | Direction::Internal => content::received(self.text, self.files),
        };
        let author = self.sender.filter(|_| sender_id.is_none());
        let row = Written {
            id: MessageId::new().0,
            conversation_id,
            direction: self.direction.as_str(),
            sender_kind: kind.as_str(),
            sender_id,
            content_type: said.content_type,
            content: said.content,
            preview: said.preview,
            external_id: self.external_id.cloned(),
            reply_to: self.reply_to.cloned(),
            status: self.status.as_str(),
            occurred_at: self.sent_at,
            metadata: content::metadata(work.batch.source, self.id, author, self.files),
        };
        (row, if is_stranger { vec![Code::UnknownAgent] } else { Vec::new() })
    }

    fn author(&self, work: &Work<'_>) -> (SenderKind, Option<Uuid>) {
        match (self.sender, self.direction) {
            (Some(Sender::Contact), _) | (None, Direction::Inbound) => (SenderKind::Contact, None),
            (Some(Sender::Agent { email, .. }), _) => {
                let user = email.as_deref().and_then(|email| work.batch.directory.user(email));
                // Somebody of the tenant, but not through this product.
                user.map_or((SenderKind::External, None), |id| (SenderKind::User, Some(id.0)))
            }
            (Some(Sender::Bot { .. }), _) => (SenderKind::Automation, None),
            (Some(Sender::System), _) | (None, Direction::Internal) => (SenderKind::System, None),
            (None, Direction::Outbound) => (SenderKind::External, None),
        }
    }
}

/// What messages make of their conversations.
fn sum_up<'a>(rows: impl Iterator<Item = &'a Written>, standing: &HashMap<Uuid, Standing>) -> Vec<Added> {
    let mut by_conversation: BTreeMap<Uuid, Vec<&Written>> = BTreeMap::new();
    for row in rows {
        by_conversation.entry(row.conversation_id).or_default().push(row);
    }
    let sum = |(id, rows): (Uuid, Vec<&Written>)| Some(sum_of(standing.get(&id)?, &rows));
    by_conversation.into_iter().filter_map(sum).collect()
}

fn sum_of(standing: &Standing, rows: &[&Written]) -> Added {
    let of = |direction: Direction| rows.iter().filter(move |row| row.direction == direction.as_str());
    let visible = rows.iter().filter(|row| row.direction != Direction::Internal.as_str());
    // A note is not what the line of a conversation with a customer is about.
    let last = visible.max_by_key(|row| (row.occurred_at, row.id));
    let last = last.filter(|row| standing.last_message_at.is_none_or(|latest| latest <= row.occurred_at));
    let people = [SenderKind::User.as_str(), SenderKind::External.as_str()];
    let answers = of(Direction::Outbound).filter(|row| people.contains(&row.sender_kind));
    let found_by = |row: &Written| {
        let title = standing.title.as_deref();
        conversations::search_text([standing.contact_name.as_deref(), title, Some(&row.preview)])
    };
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    Added {
        id: standing.id,
        messages: number(rows.len()),
        outbound: number(of(Direction::Outbound).count()),
        last_message_at: last.map(|row| row.occurred_at),
        last_message_preview: last.map(|row| row.preview.clone()),
        last_direction: last.and_then(|row| row.direction.parse().ok()),
        search_text: last.map(|row| found_by(row)),
        last_inbound_at: of(Direction::Inbound).map(|row| row.occurred_at).max(),
        first_response_at: answers.map(|row| row.occurred_at).min(),
        updated_at: rows.iter().map(|row| row.occurred_at).max().unwrap_or_default(),
    }
}
