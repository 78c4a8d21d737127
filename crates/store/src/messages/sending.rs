//! What it takes to hand a message to its provider, in one round trip.

use crate::{Error, Result, connections::Connection, contacts::Address};
use chrono::{DateTime, Utc};
use domain::{ContactId, MessageId, TenantId, message::DeliveryStatus};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};

/// A message with whom it goes to and the account that it goes through.
#[derive(Clone)]
pub struct Sending {
    /// How far it is.
    pub status: DeliveryStatus,
    /// What it says.
    pub content: Value,
    /// The provider's id of it.
    pub external_id: Option<String>,
    /// The provider's id of the message it answers.
    pub reply_to: Option<String>,
    /// To whom.
    pub contact_id: ContactId,
    /// The addresses of the contact on its channel, the oldest first: of one who was merged those that belong to the
    /// address of the conversation.
    pub addresses: Vec<Address>,
    /// When the contact last wrote: in this conversation, or else in an earlier one from the same address.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// The account.
    pub connection: Connection,
    /// Names and sealed values of its secrets.
    pub secrets: Vec<(String, Vec<u8>)>,
}

/// What sending a message takes, with its conversation locked: reports about the message wait until the transaction is
/// over. `None`: the message is not there (any more).
pub async fn load(conn: &mut PgConnection, tenant: TenantId, id: MessageId) -> Result<Option<Sending>> {
    // Row by row (OFFSET 0): left to itself, the planner joins whole tables while they are small.
    let row = sqlx::query!(
        r#"SELECT m.status, m.content, m.external_id, m.reply_to, v.contact_id AS "contact_id!",
                  coalesce(v.last_inbound_at,
                           (SELECT max(o.last_inbound_at) FROM conversations o
                             WHERE o.tenant_id = $1 AND o.contact_id = v.contact_id
                               AND o.connection_id = v.connection_id AND o.identity_id = v.identity_id)
                  ) AS last_inbound_at,
                  ARRAY(SELECT jsonb_build_object('kind', i.kind, 'value', i.value) FROM identities i
                         WHERE i.tenant_id = $1 AND i.contact_id = v.contact_id AND i.channel = c.plugin_id
                           AND i.merged_from IS NOT DISTINCT FROM (
                               SELECT o.merged_from FROM identities o WHERE o.tenant_id = $1 AND o.id = v.identity_id)
                         ORDER BY i.id) AS "addresses!: Vec<Json<Address>>",
                  c.id AS connection_id, c.endpoint_id, c.plugin_id, c.plugin_version, c.name, c.settings,
                  c.own_settings, c.status AS connection_status, c.status_reason, c.status_since, c.version,
                  c.created_at, c.updated_at,
                  ARRAY(SELECT s.name FROM connection_secrets s WHERE s.tenant_id = $1 AND s.connection_id = c.id
                         ORDER BY s.name) AS "secret_names!",
                  ARRAY(SELECT s.sealed FROM connection_secrets s WHERE s.tenant_id = $1 AND s.connection_id = c.id
                         ORDER BY s.name) AS "sealed!"
             FROM (SELECT * FROM messages WHERE tenant_id = $1 AND id = $2 OFFSET 0) m
             JOIN LATERAL (
                  SELECT * FROM conversations WHERE tenant_id = $1 AND id = m.conversation_id FOR UPDATE) v ON true
             JOIN LATERAL (
                  SELECT * FROM connections WHERE tenant_id = $1 AND id = m.connection_id OFFSET 0) c ON true"#,
        tenant.0,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Sending {
        status: row.status.parse().map_err(|e| Error::corrupt("messages.status", e))?,
        content: row.content,
        external_id: row.external_id,
        reply_to: row.reply_to,
        contact_id: row.contact_id.into(),
        addresses: row.addresses.into_iter().map(|Json(address)| address).collect(),
        last_inbound_at: row.last_inbound_at,
        connection: Connection {
            id: row.connection_id.into(),
            endpoint_id: row.endpoint_id.into(),
            plugin_id: row.plugin_id,
            plugin_version: row.plugin_version,
            name: row.name,
            settings: row.settings,
            own: row.own_settings,
            status: row.connection_status.parse().map_err(|e| Error::corrupt("connections.status", e))?,
            status_reason: row.status_reason,
            status_since: row.status_since,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        },
        secrets: row.secret_names.into_iter().zip(row.sealed).collect(),
    }))
}
