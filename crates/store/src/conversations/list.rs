//! Conversations as lists show them: filtered, the latest first, a page at a time.

use super::{
    Counterpart, counterpart,
    filter::{Filter, find, narrow},
    sight,
};
use crate::{Error, Result, database::plan_for_filters};
use chrono::{DateTime, Utc};
use domain::{
    ConversationId, TeamId, UserId,
    conversation::{ConversationType, Priority, Status},
    message::Direction,
    sight::{Reach, Sight},
};
use serde_json::Value;
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
    /// The other person of a direct message.
    pub with_user_id: Option<UserId>,
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
    with_user_id: Option<Uuid>,
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
            with_user_id: row.with_user_id.map(UserId),
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
       v.category, v.title, v.slug, v.description, v.is_private, v.ticket_number,
       other.user_id AS with_user_id, v.requester_id,
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
    query.push(COLUMNS).push(" FROM (");
    sight::seen(&mut query, sight, Some(limit), |query| {
        narrow(query, filter);
        found.narrow(query);
        if let Some(after) = after {
            query.push(" AND (v.updated_at, v.id) < (").push_bind(after.updated_at).push(", ").push_bind(after.id.0);
            query.push(")");
        }
    });
    query.push(") v");
    with_those_in_it(&mut query, sight);
    query.push(" ORDER BY v.updated_at DESC, v.id DESC");
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Overview::try_from).collect()
}

/// How many conversations the filter leaves.
pub async fn count(conn: &mut PgConnection, sight: &Sight, filter: &Filter) -> Result<i64> {
    plan_for_filters(conn).await?;
    let found = find(conn, filter).await?;
    let mut query = QueryBuilder::new("SELECT count(*) FROM (");
    sight::seen(&mut query, sight, None, |query| {
        narrow(query, filter);
        found.narrow(query);
    });
    query.push(") v");
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
        sight::within(&mut query, sight);
    }
    query.push(") v");
    with_those_in_it(&mut query, sight);
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    row.map(Overview::try_from).transpose()
}

/// These conversations, as far as they exist, as somebody sees them who takes part in none: whom they are shown to is for
/// the caller to know.
pub async fn many(conn: &mut PgConnection, wanted: &[ConversationId]) -> Result<Vec<Overview>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<Uuid> = wanted.iter().map(|id| id.0).collect();
    let nobody = Sight { user: UserId(Uuid::nil()), reach: Reach::Everything, teams: Vec::new() };
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM (SELECT v.* FROM conversations v WHERE v.tenant_id = current_tenant()");
    query.push(" AND v.id = ANY (").push_bind(wanted).push(")) v");
    with_those_in_it(&mut query, &nobody);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Overview::try_from).collect()
}

/// Joins the contact, and the part that the one who looks has in it.
fn with_those_in_it(query: &mut QueryBuilder<Postgres>, sight: &Sight) {
    query.push(" LEFT JOIN contacts c ON c.tenant_id = v.tenant_id AND c.id = v.contact_id");
    query.push(" LEFT JOIN conversation_participants me ON me.tenant_id = v.tenant_id AND me.conversation_id = v.id");
    query.push(" AND me.left_at IS NULL AND me.user_id = ").push_bind(sight.user.0);
    query.push(" LEFT JOIN LATERAL (SELECT p.user_id FROM conversation_participants p WHERE p.tenant_id = v.tenant_id");
    query.push(" AND p.conversation_id = v.id AND p.user_id <> ").push_bind(sight.user.0);
    query.push(" LIMIT 1) other ON v.type = 'direct_message'");
}
