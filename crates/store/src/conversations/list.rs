//! Conversations as lists show them: filtered, the latest first, a page at a time.

use super::{Counterpart, counterpart};
use crate::{
    Error, Result,
    database::plan_for_filters,
    search::{
        self, Found,
        names::{Search, patterns},
    },
};
use chrono::{DateTime, Utc};
use domain::{
    CompanyId, ContactId, ConversationId, TeamId, UserId,
    conversation::{ConversationType, Priority, Status},
    message::Direction,
    sight::{Reach, Sight},
};
use serde_json::{Value, json};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// A conversation with what a list shows of those in it.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Which.
    pub id: ConversationId,
    /// What it is for.
    pub kind: ConversationType,
    /// The customer at the other end.
    pub counterpart: Option<Counterpart>,
    /// The contact's name.
    pub contact_name: Option<String>,
    /// The contact's number.
    pub contact_phone: Option<String>,
    /// The contact's e-mail address.
    pub contact_email: Option<String>,
    /// The provider's thread, such as a group.
    pub thread: Option<String>,
    /// What the tenant shows the customer as.
    pub brand: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// Its team.
    pub team_id: Option<TeamId>,
    /// Who has it.
    pub assignee_id: Option<UserId>,
    /// Since when it waits for somebody to take it.
    pub queued_at: Option<DateTime<Utc>>,
    /// Until when it is put aside.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Since when it is escalated.
    pub escalated_at: Option<DateTime<Utc>>,
    /// Why it was closed.
    pub close_reason: Option<String>,
    /// Since when lists leave it out.
    pub archived_at: Option<DateTime<Utc>>,
    /// The conversation that its messages went to.
    pub merged_into: Option<ConversationId>,
    /// What it is about, by the tenant's own division.
    pub category: Option<String>,
    /// The subject, or a channel's name.
    pub title: Option<String>,
    /// A channel's name in addresses.
    pub slug: Option<String>,
    /// What a channel is for.
    pub description: Option<String>,
    /// Whether a channel is for its members alone.
    pub is_private: bool,
    /// A ticket's number.
    pub ticket_number: Option<String>,
    /// Who asked for a ticket.
    pub requester_id: Option<UserId>,
    /// The support conversation that a ticket came from.
    pub linked_conversation_id: Option<ConversationId>,
    /// What the customer thought of it.
    pub csat_rating: Option<i16>,
    /// Who began it, where a person did.
    pub created_by: Option<UserId>,
    /// Its tags, in alphabetical order.
    pub tags: Vec<String>,
    /// Fields of the tenant's own making, as an object.
    pub custom_attributes: Value,
    /// Whatever else was told when it began.
    pub metadata: Value,
    /// People of the tenant who take part.
    pub participant_count: i64,
    /// Messages in all.
    pub message_count: i32,
    /// Messages that the one who looks has not read; where they do not take part: inbound ones that nobody has read.
    pub unread_count: i32,
    /// When the latest message was written.
    pub last_message_at: Option<DateTime<Utc>>,
    /// Its beginning.
    pub last_message_preview: Option<String>,
    /// Which way it went.
    pub last_direction: Option<Direction>,
    /// When the contact last wrote.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// When somebody first answered.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it was resolved, if it is.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Counts the changes.
    pub version: i64,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// The last change; lists are in its order.
    pub updated_at: DateTime<Utc>,
}

/// What a list is narrowed to; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these types.
    pub kinds: Option<Vec<ConversationType>>,
    /// Only this channel.
    pub channel: Option<String>,
    /// Only this brand.
    pub brand: Option<String>,
    /// Only these statuses.
    pub statuses: Option<Vec<Status>>,
    /// Only this queue state, as [`Status::queue_state`] names it.
    pub queue_state: Option<&'static str>,
    /// Only these priorities.
    pub priorities: Option<Vec<Priority>>,
    /// Only this category.
    pub category: Option<String>,
    /// Only what was closed for this reason.
    pub close_reason: Option<String>,
    /// Only this team's, or with `Some(None)` no team's.
    pub team: Option<Option<TeamId>>,
    /// Only what this person has, or with `Some(None)` nobody.
    pub assignee: Option<Option<UserId>>,
    /// Only where this person takes part.
    pub participant: Option<UserId>,
    /// Only what has all these tags.
    pub tags: Vec<String>,
    /// Only what has these fields of the tenant's own making, as an object.
    pub attributes: Option<Value>,
    /// Only this contact's.
    pub contact: Option<ContactId>,
    /// Only with the people of this company.
    pub company: Option<CompanyId>,
    /// Only what has, or has no, unread messages.
    pub unread: Option<bool>,
    /// Only what is, or is not, escalated.
    pub escalated: Option<bool>,
    /// Only what is, or is not, archived. Lists leave archived ones out unless they are asked for.
    pub archived: Option<bool>,
    /// Only what has all these words, or words that have them within, in the contact's name, the title or the last message,
    /// whatever the case and the accents.
    pub search: Option<String>,
}

/// The last row of a page, from which the next one goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its last change.
    pub updated_at: DateTime<Utc>,
    /// Its id.
    pub id: ConversationId,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    contact_id: Option<Uuid>,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    contact_email: Option<String>,
    connection_id: Option<Uuid>,
    channel: Option<String>,
    thread: Option<String>,
    brand: Option<String>,
    status: String,
    priority: String,
    team_id: Option<Uuid>,
    assignee_id: Option<Uuid>,
    queued_at: Option<DateTime<Utc>>,
    snoozed_until: Option<DateTime<Utc>>,
    escalated_at: Option<DateTime<Utc>>,
    close_reason: Option<String>,
    archived_at: Option<DateTime<Utc>>,
    merged_into: Option<Uuid>,
    category: Option<String>,
    title: Option<String>,
    slug: Option<String>,
    description: Option<String>,
    is_private: bool,
    ticket_number: Option<String>,
    requester_id: Option<Uuid>,
    linked_conversation_id: Option<Uuid>,
    csat_rating: Option<i16>,
    created_by: Option<Uuid>,
    tags: Vec<String>,
    custom_attributes: Value,
    metadata: Value,
    participant_count: i64,
    message_count: i32,
    unread_count: i32,
    last_message_at: Option<DateTime<Utc>>,
    last_message_preview: Option<String>,
    last_direction: Option<String>,
    last_inbound_at: Option<DateTime<Utc>>,
    first_response_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Overview {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let direction = row.last_direction.map(|name| name.parse()).transpose();
        Ok(Self {
            id: row.id.into(),
            kind: row.kind.parse().map_err(|error| Error::corrupt("conversations.type", error))?,
            counterpart: counterpart(row.contact_id, row.connection_id, row.channel),
            contact_name: row.contact_name,
            contact_phone: row.contact_phone,
            contact_email: row.contact_email,
            thread: row.thread,
            brand: row.brand,
            status: row.status.parse().map_err(|error| Error::corrupt("conversations.status", error))?,
            priority: row.priority.parse().map_err(|error| Error::corrupt("conversations.priority", error))?,
            team_id: row.team_id.map(TeamId),
            assignee_id: row.assignee_id.map(UserId),
            queued_at: row.queued_at,
            snoozed_until: row.snoozed_until,
            escalated_at: row.escalated_at,
            close_reason: row.close_reason,
            archived_at: row.archived_at,
            merged_into: row.merged_into.map(ConversationId),
            category: row.category,
            title: row.title,
            slug: row.slug,
            description: row.description,
            is_private: row.is_private,
            ticket_number: row.ticket_number,
            requester_id: row.requester_id.map(UserId),
            linked_conversation_id: row.linked_conversation_id.map(ConversationId),
            csat_rating: row.csat_rating,
            created_by: row.created_by.map(UserId),
            tags: row.tags,
            custom_attributes: row.custom_attributes,
            metadata: row.metadata,
            participant_count: row.participant_count,
            message_count: row.message_count,
            unread_count: row.unread_count,
            last_message_at: row.last_message_at,
            last_message_preview: row.last_message_preview,
            last_direction: direction.map_err(|error| Error::corrupt("conversations.last_direction", error))?,
            last_inbound_at: row.last_inbound_at,
            first_response_at: row.first_response_at,
            resolved_at: row.resolved_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The columns of a list. What hangs on the rows is asked for in lateral joins, which a page asks for its rows alone.
const COLUMNS: &str = "v.id, v.type AS kind, v.contact_id, c.name AS contact_name, c.phone AS contact_phone,
       c.email AS contact_email, v.connection_id, v.channel, v.thread, v.brand, v.status, v.priority, v.team_id,
       v.assignee_id, v.queued_at, v.snoozed_until, v.escalated_at, v.close_reason, v.archived_at, v.merged_into,
       v.category, v.title, v.slug, v.description, v.is_private, v.ticket_number, v.requester_id,
       v.linked_conversation_id, v.csat_rating, v.created_by,
       ARRAY(SELECT t.tag FROM conversation_tags t WHERE t.tenant_id = v.tenant_id AND t.conversation_id = v.id
              ORDER BY t.tag) AS tags,
       v.custom_attributes, v.metadata,
       (SELECT count(*) FROM conversation_participants p
         WHERE p.tenant_id = v.tenant_id AND p.conversation_id = v.id AND p.left_at IS NULL) AS participant_count,
       v.message_count,
       CASE WHEN me.user_id IS NULL THEN v.unread_count ELSE greatest(v.message_count - me.seen_count, 0) END
           AS unread_count,
       v.last_message_at, v.last_message_preview, v.last_direction, v.last_inbound_at, v.first_response_at,
       v.resolved_at, v.version, v.created_at, v.updated_at";

/// A page of at most `limit` conversations behind `after`, the latest change first.
pub async fn page(
    conn: &mut PgConnection,
    sight: &Sight,
    filter: &Filter,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Overview>> {
    plan_for_filters(conn).await?;
    let found = find(conn, filter).await?;
    // The rows of the page are found first: what hangs on them is looked up for these alone.
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM (SELECT v.* FROM conversations v WHERE v.tenant_id = current_tenant()");
    narrow(&mut query, sight, filter);
    found.narrow(&mut query);
    if let Some(after) = after {
        query.push(" AND (v.updated_at, v.id) < (").push_bind(after.updated_at).push(", ").push_bind(after.id.0);
        query.push(")");
    }
    query.push(" ORDER BY v.updated_at DESC, v.id DESC LIMIT ").push_bind(limit).push(") v");
    with_those_in_it(&mut query, sight);
    query.push(" ORDER BY v.updated_at DESC, v.id DESC");
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Overview::try_from).collect()
}

/// How many conversations the filter leaves.
pub async fn count(conn: &mut PgConnection, sight: &Sight, filter: &Filter) -> Result<i64> {
    plan_for_filters(conn).await?;
    let found = find(conn, filter).await?;
    let mut query = QueryBuilder::new("SELECT count(*) FROM conversations v WHERE v.tenant_id = current_tenant()");
    narrow(&mut query, sight, filter);
    found.narrow(&mut query);
    Ok(query.build_query_scalar().fetch_one(conn).await?)
}

/// One conversation, if the person sees it, or with `everybody` in any case.
pub(super) async fn one(
    conn: &mut PgConnection,
    sight: &Sight,
    everybody: bool,
    id: ConversationId,
) -> Result<Option<Overview>> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM (SELECT v.* FROM conversations v WHERE v.tenant_id = current_tenant() AND v.id = ");
    query.push_bind(id.0);
    if !everybody {
        within(&mut query, sight);
    }
    query.push(") v");
    with_those_in_it(&mut query, sight);
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    row.map(Overview::try_from).transpose()
}

/// Joins the contact, and the part that the one who looks has in it.
fn with_those_in_it(query: &mut QueryBuilder<Postgres>, sight: &Sight) {
    query.push(" LEFT JOIN contacts c ON c.tenant_id = v.tenant_id AND c.id = v.contact_id");
    query.push(" LEFT JOIN conversation_participants me ON me.tenant_id = v.tenant_id AND me.conversation_id = v.id");
    query.push(" AND me.left_at IS NULL AND me.user_id = ").push_bind(sight.user.0);
}

/// Leaves what the person sees, of conversations `v`.
///
/// Whoever has a conversation takes part in it, too, and sees it for having it; what they take part in besides is little,
/// and known before the first row is read.
pub(crate) fn within(query: &mut QueryBuilder<Postgres>, sight: &Sight) {
    query.push(" AND (in_sight(v.type, v.is_private, v.team_id, v.assignee_id, v.requester_id, ");
    query.push_bind(sight.user.0).push(", ").push_bind(ids(&sight.teams)).push(", ");
    query.push_bind(reach(sight)).push(") OR v.id IN (SELECT p.conversation_id FROM conversation_participants p");
    query.push(" WHERE p.tenant_id = current_tenant() AND p.left_at IS NULL AND NOT p.as_assignee");
    query.push(" AND p.user_id = ").push_bind(sight.user.0).push("))");
}

/// The name of a reach for the database function `in_sight`.
pub(crate) const fn reach(sight: &Sight) -> &'static str {
    match sight.reach {
        Reach::Queues => "queues",
        Reach::Teams => "teams",
        Reach::Everything => "everything",
    }
}

fn ids(teams: &[TeamId]) -> Vec<Uuid> {
    teams.iter().map(|team| team.0).collect()
}

/// What has to be looked for in indexes before a list is made.
struct Finds {
    typed: Option<Search>,
    attributes: Option<(Value, Found)>,
}

async fn find(conn: &mut PgConnection, filter: &Filter) -> Result<Finds> {
    let mut finds = Finds { typed: None, attributes: None };
    if let Some(typed) = &filter.search {
        let patterns = patterns(typed);
        let ids = sqlx::query_scalar!(r#"SELECT find_conversations($1, $2) AS "id!""#, &patterns, search::at_most());
        let found = Found::of(ids.fetch_all(&mut *conn).await?);
        finds.typed = Some(Search { patterns, found });
    }
    if let Some(wanted) = filter.attributes.as_ref().filter(|wanted| **wanted != json!({})) {
        let ids =
            sqlx::query_scalar!(r#"SELECT conversations_with_attributes($1, $2) AS "id!""#, wanted, search::at_most());
        finds.attributes = Some((wanted.clone(), Found::of(ids.fetch_all(conn).await?)));
    }
    Ok(finds)
}

impl Finds {
    fn narrow(&self, query: &mut QueryBuilder<Postgres>) {
        if let Some(typed) = &self.typed {
            typed.narrow(query, "v.id", "search_form(' ' || v.search_text)");
        }
        if let Some((wanted, found)) = &self.attributes {
            found.narrow_to_attributes(query, "v", wanted);
        }
    }
}

/// Leaves what the person sees and the filter lets through, of conversations `v`, but for what is [found](find) before.
pub(crate) fn narrow(query: &mut QueryBuilder<Postgres>, sight: &Sight, filter: &Filter) {
    within(query, sight);
    if let Some(kinds) = &filter.kinds {
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        query.push(" AND v.type = ANY(").push_bind(kinds).push(")");
    }
    if let Some(statuses) = &filter.statuses {
        query.push(" AND v.status = ANY(").push_bind(names(statuses.iter().copied())).push(")");
    }
    if let Some(state) = filter.queue_state {
        in_queue_state(query, state);
    }
    if let Some(priorities) = &filter.priorities {
        let priorities: Vec<_> = priorities.iter().map(|priority| priority.as_str()).collect();
        query.push(" AND v.priority = ANY(").push_bind(priorities).push(")");
    }
    for (column, value) in [
        ("v.channel", &filter.channel),
        ("v.brand", &filter.brand),
        ("v.category", &filter.category),
        ("v.close_reason", &filter.close_reason),
    ] {
        if let Some(value) = value {
            query.push(" AND ").push(column).push(" = ").push_bind(value.clone());
        }
    }
    is_or_is_nobodys(query, "v.team_id", filter.team.map(|team| team.map(Uuid::from)));
    is_or_is_nobodys(query, "v.assignee_id", filter.assignee.map(|user| user.map(Uuid::from)));
    if let Some(user) = filter.participant {
        query.push(" AND EXISTS (SELECT FROM conversation_participants p WHERE p.tenant_id = v.tenant_id");
        query.push(" AND p.conversation_id = v.id AND p.left_at IS NULL AND p.user_id = ").push_bind(user.0).push(")");
    }
    for tag in &filter.tags {
        query.push(" AND EXISTS (SELECT FROM conversation_tags t WHERE t.tenant_id = v.tenant_id");
        query.push(" AND t.conversation_id = v.id AND t.tag = ").push_bind(tag.clone()).push(")");
    }
    if let Some(contact) = filter.contact {
        query.push(" AND v.contact_id = ").push_bind(contact.0);
    }
    if let Some(company) = filter.company {
        query.push(" AND v.contact_id IN (SELECT c.id FROM contacts c WHERE c.tenant_id = current_tenant()");
        query.push(" AND c.company_id = ").push_bind(company.0).push(")");
    }
    if let Some(unread) = filter.unread {
        query.push(if unread { " AND v.unread_count > 0" } else { " AND v.unread_count = 0" });
    }
    for (column, wanted) in [("v.escalated_at", filter.escalated), ("v.archived_at", filter.archived)] {
        if let Some(wanted) = wanted {
            query.push(" AND ").push(column).push(if wanted { " IS NOT NULL" } else { " IS NULL" });
        }
    }
}

/// Leaves what stands so in the words of queues. The statuses by themselves come first, for their index.
fn in_queue_state(query: &mut QueryBuilder<Postgres>, state: &str) {
    let having = |assigned| Status::ALL.iter().copied().filter(move |s| s.queue_state(assigned) == state);
    let (nobodys, somebodys): (Vec<_>, Vec<_>) = (having(false).collect(), having(true).collect());
    let either = Status::ALL.iter().copied().filter(|status| nobodys.contains(status) || somebodys.contains(status));
    query.push(" AND v.status = ANY(").push_bind(names(either)).push(")");
    if somebodys.is_empty() {
        query.push(" AND v.assignee_id IS NULL");
    } else if nobodys.is_empty() {
        query.push(" AND v.assignee_id IS NOT NULL");
    } else if nobodys != somebodys {
        query.push(" AND v.status = ANY(CASE WHEN v.assignee_id IS NULL THEN ").push_bind(names(nobodys.into_iter()));
        query.push(" ELSE ").push_bind(names(somebodys.into_iter())).push(" END)");
    }
}

/// Somebody's, or with `Some(None)` nobody's.
#[expect(clippy::option_option, reason = "as the filter has it: not asked for, nobody's, somebody's")]
fn is_or_is_nobodys(query: &mut QueryBuilder<Postgres>, column: &str, wanted: Option<Option<Uuid>>) {
    match wanted {
        Some(Some(id)) => drop(query.push(" AND ").push(column).push(" = ").push_bind(id)),
        Some(None) => drop(query.push(" AND ").push(column).push(" IS NULL")),
        None => {}
    }
}

fn names(statuses: impl Iterator<Item = Status>) -> Vec<String> {
    statuses.map(|status| status.as_str().to_owned()).collect()
}
