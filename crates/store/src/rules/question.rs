//! What rules are asked about one event, in one round trip: the event, the enabled rules that wait for it, and how what it
//! concerns stands now.

use crate::{Error, Result, contacts::Profile, conversations::situation::Situation, events::Event, messages::Message};
use domain::{ConversationId, EventId, RuleId, TenantId};
use serde::Deserialize;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};

/// An enabled rule.
#[derive(Clone, Debug, Deserialize)]
pub struct ActiveRule {
    /// Which.
    pub id: RuleId,
    /// Its name, for the log.
    pub name: String,
    /// Its version, for the log and for caches.
    pub version: i64,
    /// What it says.
    pub definition: Value,
}

#[derive(Debug, Deserialize)]
struct KnownFact {
    name: String,
    data: Value,
}

/// An event with what rules may know about it. What has been deleted meanwhile is missing.
#[derive(Clone, Debug)]
pub struct Question {
    /// What happened.
    pub event: Event,
    /// The enabled rules that wait for such an event, in their order.
    pub rules: Vec<ActiveRule>,
    /// The message that it is about.
    pub message: Option<Message>,
    /// The conversation that it happened in.
    pub conversation: Option<Situation>,
    /// The contact that it concerns.
    pub contact: Option<Profile>,
}

/// The question that an event is. `None`: there is no such event.
pub async fn load(conn: &mut PgConnection, tenant: TenantId, id: EventId) -> Result<Option<Question>> {
    let row = sqlx::query!(
        r#"SELECT e.id, e.kind, e.conversation_id, e.seq, e.contact_id, e.actor, e.data, e.causation_id, e.depth,
                  e.trace_id, e.occurred_at,
                  ARRAY(SELECT jsonb_build_object('id', r.id, 'name', r.name, 'version', r.version,
                                                  'definition', r.definition)
                          FROM rules r
                         WHERE r.tenant_id = e.tenant_id AND r.event_kind = e.kind AND r.enabled
                           AND e.data @> r.event_data
                         ORDER BY r.position, r.id) AS "rules!: Vec<Json<ActiveRule>>",
                  m.id AS "message_id?", m.conversation_id AS "message_conversation_id?",
                  m.connection_id AS "connection_id?", m.direction AS "direction?", m.sender_kind AS "sender_kind?",
                  m.content AS "content?", m.content_type AS "content_type?", m.occurred_at AS "written_at?",
                  m.metadata AS "metadata?", m.external_id AS "external_id?", m.reply_to AS "reply_to?",
                  m.status AS "message_status?", m.error AS "error?",
                  v.channel AS "channel?", v.status AS "status?", v.priority AS "priority?",
                  v.assignee_id IS NOT NULL AS "assigned!", v.message_count AS "message_count?",
                  v.created_at AS "begun_at?",
                  ARRAY(SELECT t.tag FROM conversation_tags t
                         WHERE t.tenant_id = v.tenant_id AND t.conversation_id = v.id ORDER BY t.tag) AS "tags!",
                  NOT EXISTS (SELECT FROM conversations o
                               WHERE o.tenant_id = v.tenant_id AND o.contact_id = v.contact_id
                                 AND o.id <> v.id) AS "is_first!",
                  c.name AS "contact_name?", c.email AS "contact_email?", c.custom_attributes AS "custom_attributes?",
                  ARRAY(SELECT jsonb_build_object('name', f.name, 'data', f.data) FROM contact_facts f
                         WHERE f.tenant_id = $1 AND f.contact_id = c.id
                         ORDER BY f.connection_id, f.place) AS "facts!: Vec<Json<KnownFact>>",
                  c.created_at AS "contact_since?"
             -- Row by row (OFFSET 0): left to itself, the planner joins whole tables while they are small. And the
             -- message's id on its own: in a join, row-level security would keep this expression away from the index.
             FROM (SELECT *, (data ->> 'message_id')::uuid AS about FROM events
                    WHERE tenant_id = $1 AND id = $2 OFFSET 0) e
             LEFT JOIN LATERAL (SELECT * FROM messages WHERE tenant_id = $1 AND id = e.about OFFSET 0) m ON true
             LEFT JOIN LATERAL (
                  SELECT * FROM conversations WHERE tenant_id = $1 AND id = e.conversation_id OFFSET 0) v ON true
             LEFT JOIN LATERAL (
                  SELECT * FROM contacts WHERE tenant_id = $1 AND id = e.contact_id OFFSET 0) c ON true"#,
        tenant.0,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let event = Event {
        id: row.id.into(),
        kind: row.kind.parse().map_err(|e| Error::corrupt("events.kind", e))?,
        conversation: row.conversation_id.map(ConversationId::from).zip(row.seq),
        contact_id: row.contact_id.map(Into::into),
        actor: serde_json::from_value(row.actor).map_err(|e| Error::corrupt("events.actor", e))?,
        data: row.data,
        causation_id: row.causation_id.map(Into::into),
        depth: row.depth,
        trace_id: row.trace_id,
        occurred_at: row.occurred_at,
    };
    let message = match (row.message_id, row.message_conversation_id, row.connection_id) {
        (Some(id), Some(conversation), Some(connection)) => Some(Message {
            id: id.into(),
            conversation_id: conversation.into(),
            connection_id: connection.into(),
            direction: word(row.direction, "messages.direction")?,
            sender_kind: word(row.sender_kind, "messages.sender_kind")?,
            content: row.content.unwrap_or_default(),
            content_type: row.content_type.unwrap_or_default(),
            occurred_at: row.written_at.unwrap_or_default(),
            metadata: row.metadata.unwrap_or_default(),
            external_id: row.external_id,
            reply_to: row.reply_to,
            status: word(row.message_status, "messages.status")?,
            error: row.error,
        }),
        _ => None,
    };
    let conversation = match (row.channel, row.begun_at) {
        (Some(channel), Some(created_at)) => Some(Situation {
            channel,
            status: word(row.status, "conversations.status")?,
            priority: word(row.priority, "conversations.priority")?,
            assigned: row.assigned,
            message_count: row.message_count.unwrap_or_default(),
            tags: row.tags,
            is_first: row.is_first,
            created_at,
        }),
        _ => None,
    };
    let contact = row.custom_attributes.zip(row.contact_since).map(|(custom_attributes, created_at)| Profile {
        name: row.contact_name,
        email: row.contact_email,
        facts: row.facts.into_iter().map(|Json(fact)| (fact.name, fact.data)).collect(),
        custom_attributes,
        created_at,
    });
    let rules = row.rules.into_iter().map(|Json(rule)| rule).collect();
    Ok(Some(Question { event, rules, message, conversation, contact }))
}

/// A word of a column that is there if its row is.
fn word<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    stored: Option<String>,
    column: &'static str,
) -> Result<T> {
    stored.unwrap_or_default().parse().map_err(|error| Error::corrupt(column, error))
}
