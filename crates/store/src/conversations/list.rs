//! Conversations as lists show them: filtered, the latest first, a page at a time.

use crate::{Error, Result, database::plan_for_filters};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ContactId, ConversationId, UserId,
    conversation::{Priority, Status},
    message::Direction,
};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// A conversation with what a list shows of its contact.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Which.
    pub id: ConversationId,
    /// With whom.
    pub contact_id: ContactId,
    /// The contact's name.
    pub contact_name: Option<String>,
    /// The contact's number.
    pub contact_phone: Option<String>,
    /// Over which account.
    pub connection_id: ConnectionId,
    /// The plugin that speaks for it.
    pub channel: String,
    /// The provider's thread, such as a group.
    pub thread: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// Who has it.
    pub assignee_id: Option<UserId>,
    /// Since when it is escalated.
    pub escalated_at: Option<DateTime<Utc>>,
    /// Its tags, in alphabetical order.
    pub tags: Vec<String>,
    /// Messages in all.
    pub message_count: i32,
    /// Inbound messages that nobody has read.
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
    /// Only what this person may see: their own, and nobody's.
    pub visible_to: Option<UserId>,
    /// Only this channel.
    pub channel: Option<String>,
    /// Only these statuses.
    pub statuses: Option<Vec<Status>>,
    /// Only this queue state, as [`Status::queue_state`] names it.
    pub queue_state: Option<&'static str>,
    /// Only what this person has, or with `Some(None)` nobody.
    pub assignee: Option<Option<UserId>>,
    /// Only what has this tag.
    pub tag: Option<String>,
    /// Only this contact's.
    pub contact: Option<ContactId>,
    /// Only what has, or has no, unread messages.
    pub unread: Option<bool>,
    /// Only what has this in the contact's name or the last message, whatever the case.
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
    contact_id: Uuid,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    connection_id: Uuid,
    channel: String,
    thread: Option<String>,
    status: String,
    priority: String,
    assignee_id: Option<Uuid>,
    escalated_at: Option<DateTime<Utc>>,
    tags: Vec<String>,
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
            contact_id: row.contact_id.into(),
            contact_name: row.contact_name,
            contact_phone: row.contact_phone,
            connection_id: row.connection_id.into(),
            channel: row.channel,
            thread: row.thread,
            status: row.status.parse().map_err(|error| Error::corrupt("conversations.status", error))?,
            priority: row.priority.parse().map_err(|error| Error::corrupt("conversations.priority", error))?,
            assignee_id: row.assignee_id.map(UserId),
            escalated_at: row.escalated_at,
            tags: row.tags,
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

const COLUMNS: &str = "SELECT v.id, v.contact_id, c.name AS contact_name, c.phone AS contact_phone, v.connection_id,
       v.channel, v.thread, v.status, v.priority, v.assignee_id, v.escalated_at,
       ARRAY(SELECT t.tag FROM conversation_tags t WHERE t.tenant_id = v.tenant_id AND t.conversation_id = v.id
              ORDER BY t.tag) AS tags,
       v.message_count, v.unread_count, v.last_message_at, v.last_message_preview, v.last_direction, v.last_inbound_at,
       v.first_response_at, v.resolved_at, v.version, v.created_at, v.updated_at
  FROM conversations v JOIN contacts c ON c.tenant_id = v.tenant_id AND c.id = v.contact_id
 WHERE true";

/// A page of at most `limit` conversations behind `after`, the latest change first.
pub async fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Overview>> {
    plan_for_filters(conn).await?;
    let mut query = QueryBuilder::new(COLUMNS);
    narrow(&mut query, filter);
    if let Some(after) = after {
        query.push(" AND (v.updated_at, v.id) < (").push_bind(after.updated_at).push(", ").push_bind(after.id.0);
        query.push(")");
    }
    query.push(" ORDER BY v.updated_at DESC, v.id DESC LIMIT ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Overview::try_from).collect()
}

/// How many conversations the filter leaves.
pub async fn count(conn: &mut PgConnection, filter: &Filter) -> Result<i64> {
    plan_for_filters(conn).await?;
    let mut query = QueryBuilder::new("SELECT count(*) FROM conversations v WHERE true");
    narrow(&mut query, filter);
    Ok(query.build_query_scalar().fetch_one(conn).await?)
}

/// One conversation, if it passes the filter.
pub(super) async fn one(conn: &mut PgConnection, filter: &Filter, id: ConversationId) -> Result<Option<Overview>> {
    let mut query = QueryBuilder::new(COLUMNS);
    narrow(&mut query, filter);
    query.push(" AND v.id = ").push_bind(id.0);
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    row.map(Overview::try_from).transpose()
}

fn narrow(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    if let Some(user) = filter.visible_to {
        query.push(" AND (v.assignee_id IS NULL OR v.assignee_id = ").push_bind(user.0).push(")");
    }
    if let Some(channel) = &filter.channel {
        query.push(" AND v.channel = ").push_bind(channel.clone());
    }
    if let Some(statuses) = &filter.statuses {
        query.push(" AND v.status = ANY(").push_bind(names(statuses.iter().copied())).push(")");
    }
    if let Some(state) = filter.queue_state {
        let with = |assigned| names(Status::ALL.iter().copied().filter(|s| s.queue_state(assigned) == state));
        query.push(" AND v.status = ANY(CASE WHEN v.assignee_id IS NULL THEN ").push_bind(with(false));
        query.push(" ELSE ").push_bind(with(true)).push(" END)");
    }
    match filter.assignee {
        Some(Some(user)) => drop(query.push(" AND v.assignee_id = ").push_bind(user.0)),
        Some(None) => drop(query.push(" AND v.assignee_id IS NULL")),
        None => {}
    }
    if let Some(tag) = &filter.tag {
        query.push(" AND EXISTS (SELECT FROM conversation_tags t WHERE t.tenant_id = v.tenant_id");
        query.push(" AND t.conversation_id = v.id AND t.tag = ").push_bind(tag.clone()).push(")");
    }
    if let Some(contact) = filter.contact {
        query.push(" AND v.contact_id = ").push_bind(contact.0);
    }
    if let Some(unread) = filter.unread {
        query.push(if unread { " AND v.unread_count > 0" } else { " AND v.unread_count = 0" });
    }
    if let Some(search) = &filter.search {
        query.push(" AND v.id IN (SELECT search_conversations(").push_bind(containing(search)).push("))");
    }
}

fn names(statuses: impl Iterator<Item = Status>) -> Vec<String> {
    statuses.map(|status| status.as_str().to_owned()).collect()
}

/// The LIKE pattern for lower-cased text that contains `text`.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars().flat_map(char::to_lowercase) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::containing;

    #[test]
    fn what_people_type_is_no_pattern() {
        assert_eq!(containing("MÜL"), "%mül%");
        assert_eq!(containing(r"50%_\"), r"%50\%\_\\%");
    }
}
