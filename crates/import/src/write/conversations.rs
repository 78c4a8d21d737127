//! Conversations as the other system left them. Of several with one contact at one connection only one is not closed.

use super::{Task, Work};
use crate::{
    Error,
    record::{Conversation, Kind, Record},
    report::{Code, Outcome},
};
use chrono::{DateTime, Utc};
use domain::{
    ContactId, ConversationId, TeamId, UserId,
    conversation::{AssignmentMethod, Status},
    event::{Actor, EventKind},
    jobs::WakeConversation,
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use store::{
    contacts::importing::{self as contacts, Current},
    conversations::{
        self,
        assignments::{self, Assignment},
        importing::{self, Begun, Place},
        participants,
    },
};
use uuid::Uuid;

pub(super) async fn write(work: &mut Work<'_>, tasks: Vec<Task<'_>>) -> Result<(), Error> {
    let (changed, new): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|task| task.last.is_some());
    begin(work, &new).await?;
    // In the order of their ids, as everywhere.
    let mut changed = changed;
    changed.sort_by_key(|task| task.last.as_ref().map(|item| item.target_id));
    for task in &changed {
        refresh(work, task).await?;
    }
    Ok(())
}

/// What a line says, with the ids that its words mean here.
struct Meant<'a> {
    told: &'a Conversation,
    contact: Current,
    connection_id: Uuid,
    team: Option<TeamId>,
    assignee: Option<UserId>,
    status: Status,
    updated_at: DateTime<Utc>,
    notes: Vec<Code>,
}

impl<'a> Meant<'a> {
    /// None: the contact, or the connection, is not there any more.
    fn of(work: &Work<'_>, told: &'a Conversation, contacts: &HashMap<Uuid, Current>) -> Option<Self> {
        let directory = work.batch.directory;
        let contact = work.target(Kind::Contact, &told.contact).and_then(|id| contacts.get(&id))?;
        let assignee = told.assignee.as_deref().and_then(|email| directory.active_user(email));
        let is_over = told.snoozed_until.is_some_and(|until| until <= work.batch.now);
        Some(Self {
            told,
            contact: contact.clone(),
            connection_id: directory.connection(&told.connection)?.0,
            team: told.team.as_deref().and_then(|team| directory.team(team)),
            assignee,
            status: if is_over { Status::Open } else { told.status },
            updated_at: told.updated_at.unwrap_or(told.created_at).max(told.created_at),
            notes: if told.assignee.is_some() && assignee.is_none() { vec![Code::UnknownAgent] } else { Vec::new() },
        })
    }

    fn place(&self) -> Place {
        Place { connection_id: self.connection_id, contact_id: self.contact.id, thread: self.told.thread.clone() }
    }

    fn close(&mut self) {
        self.status = Status::Closed;
        self.notes.push(Code::ClosedBesideAnother);
    }

    fn snoozed_until(&self) -> Option<DateTime<Utc>> {
        self.told.snoozed_until.filter(|_| self.status == Status::Snoozed)
    }

    fn resolved_at(&self) -> Option<DateTime<Utc>> {
        let is_done = matches!(self.status, Status::Resolved | Status::Closed);
        is_done.then(|| self.told.resolved_at.unwrap_or(self.updated_at))
    }

    fn begun(self, id: Uuid, source: &str) -> Begun {
        let waits = self.assignee.is_none() && self.status.waits_for_somebody();
        let (snoozed_until, resolved_at) = (self.snoozed_until(), self.resolved_at());
        let mut import = json!({ "source": source, "id": self.told.id });
        if self.notes.contains(&Code::UnknownAgent) {
            import["assignee"] = json!(self.told.assignee);
        }
        Begun {
            id,
            contact_id: self.contact.id,
            connection_id: self.connection_id,
            thread: self.place().thread,
            status: self.status.as_str(),
            priority: self.told.priority.as_str(),
            brand: self.told.brand.clone(),
            team_id: self.team.map(Uuid::from),
            assignee_id: self.assignee.map(Uuid::from),
            queued_at: waits.then_some(self.updated_at),
            snoozed_until,
            resolved_at,
            close_reason: self.told.close_reason.clone(),
            title: self.told.title.clone(),
            category: self.told.category.clone(),
            csat_rating: self.told.csat_rating,
            custom_attributes: Value::Object(self.told.custom_attributes.clone()),
            metadata: json!({ "import": import }),
            search_text: conversations::search_text([self.contact.name.as_deref(), self.told.title.as_deref(), None]),
            tags: self.told.tags.clone(),
            created_at: self.told.created_at,
            updated_at: self.updated_at,
            assignment_id: Uuid::now_v7(),
        }
    }
}

async fn begin(work: &mut Work<'_>, tasks: &[Task<'_>]) -> Result<(), Error> {
    let tenant = work.batch.tenant;
    let contacts = contacts_of(work, tasks).await?;
    let mut meant = Vec::with_capacity(tasks.len());
    for task in tasks {
        let Record::Conversation(told) = &task.fit.record else { continue };
        match Meant::of(work, told, &contacts) {
            Some(one) => meant.push((task, one)),
            None => work.refuse(task, Code::Deleted),
        }
    }
    let unfinished = meant.iter().filter(|(_, one)| one.status != Status::Closed).map(|(_, one)| one.place());
    let unfinished: Vec<_> = unfinished.collect();
    let mut taken: HashSet<Place> = importing::taken(work.batch.conn, tenant, &unfinished).await?.into_iter().collect();
    let mut begun = Vec::with_capacity(meant.len());
    for (task, mut one) in meant {
        if one.status != Status::Closed && !taken.insert(one.place()) {
            one.close();
        }
        let id = ConversationId::new();
        wake_in_time(work, id, one.snoozed_until()).await?;
        let data = json!({ "status": one.status, "created_at": one.told.created_at });
        work.tell(EventKind::ConversationImported, Some((id, 1)), Some(ContactId(one.contact.id)), data);
        work.wrote(task, Outcome::Created, id.0, Some(1), one.notes.clone());
        begun.push(one.begun(id.0, work.batch.source));
    }
    let by = json!(Actor::System);
    Ok(importing::insert(work.batch.conn, tenant, &begun, &by).await?)
}

async fn contacts_of(work: &mut Work<'_>, tasks: &[Task<'_>]) -> Result<HashMap<Uuid, Current>, Error> {
    let of = |task: &Task<'_>| match &task.fit.record {
        Record::Conversation(told) => work.target(Kind::Contact, &told.contact),
        _ => None,
    };
    let ids: Vec<_> = tasks.iter().filter_map(of).collect();
    let current = contacts::current(work.batch.conn, work.batch.tenant, &ids).await?;
    Ok(current.into_iter().map(|current| (current.asked, current)).collect())
}

/// What is put aside comes back in its time: the one thing that an import has happen later.
async fn wake_in_time(work: &mut Work<'_>, id: ConversationId, until: Option<DateTime<Utc>>) -> Result<(), Error> {
    if let Some(until) = until {
        let job = WakeConversation { tenant_id: work.batch.tenant, conversation_id: id, until };
        queue::enqueue_at(work.batch.conn, &job, until).await?;
    }
    Ok(())
}

/// Brings a conversation up to what the other system says now, unless something has happened to it here.
async fn refresh(work: &mut Work<'_>, task: &Task<'_>) -> Result<(), Error> {
    let (tenant, now) = (work.batch.tenant, work.batch.now);
    let (Record::Conversation(told), Some(last)) = (&task.fit.record, &task.last) else { return Ok(()) };
    let id = ConversationId(last.target_id);
    let standing = conversations::lock(work.batch.conn, tenant, id).await?;
    let Some(mut conversation) = standing.filter(|standing| Some(standing.event_seq) == last.version) else {
        work.kept(task);
        return Ok(());
    };
    let contacts = contacts_of(work, std::slice::from_ref(task)).await?;
    let Some(mut meant) = Meant::of(work, told, &contacts) else {
        work.kept(task);
        return Ok(());
    };
    if meant.status != Status::Closed && conversation.status == Status::Closed && is_taken(work, id, &meant).await? {
        meant.close();
    }
    if conversation.assignee_id != meant.assignee {
        hand_over(work, id, meant.team.or(conversation.team_id), meant.assignee).await?;
    }
    if conversation.snoozed_until != meant.snoozed_until() {
        wake_in_time(work, id, meant.snoozed_until()).await?;
    }
    conversation.set_status(meant.status, meant.updated_at);
    conversation.snoozed_until = meant.snoozed_until();
    conversation.resolved_at = meant.resolved_at();
    conversation.close_reason.clone_from(&told.close_reason);
    conversation.assignee_id = meant.assignee;
    conversation.team_id = meant.team.or(conversation.team_id);
    conversation.queue_up(meant.updated_at);
    conversation.priority = told.priority;
    conversation.title.clone_from(&told.title);
    conversation.category.clone_from(&told.category);
    conversation.brand = told.brand.clone().or(conversation.brand);
    conversation.custom_attributes = Value::Object(told.custom_attributes.clone());
    let seq = conversation.next_seq();
    conversations::save(work.batch.conn, tenant, &conversation).await?;
    importing::set_tags(work.batch.conn, tenant, id.0, &told.tags, now).await?;
    let data = json!({ "status": meant.status, "created_at": told.created_at });
    work.tell(EventKind::ConversationImported, Some((id, seq)), conversation.contact_id(), data);
    work.wrote(task, Outcome::Updated, id.0, Some(seq), meant.notes);
    Ok(())
}

/// Whether the contact has another conversation that is not closed in this one's place.
async fn is_taken(work: &mut Work<'_>, id: ConversationId, meant: &Meant<'_>) -> Result<bool, Error> {
    let tenant = work.batch.tenant;
    let thread = importing::thread(work.batch.conn, tenant, id.0).await?;
    let place = Place { thread, ..meant.place() };
    Ok(!importing::taken(work.batch.conn, tenant, &[place]).await?.is_empty())
}

async fn hand_over(
    work: &mut Work<'_>,
    id: ConversationId,
    team_id: Option<TeamId>,
    assignee: Option<UserId>,
) -> Result<(), Error> {
    let (tenant, now) = (work.batch.tenant, work.batch.now);
    assignments::end(work.batch.conn, tenant, id, now).await?;
    if let Some(user_id) = assignee {
        let assignment = Assignment {
            id: Uuid::now_v7(),
            team_id,
            user_id,
            assigned_by: Actor::System,
            method: AssignmentMethod::Manual,
            waited: None,
            assigned_at: now,
            unassigned_at: None,
        };
        assignments::begin(work.batch.conn, tenant, id, &assignment).await?;
    }
    Ok(participants::follow_assignee(work.batch.conn, tenant, id, assignee, now).await?)
}
