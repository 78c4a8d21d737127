//! Messages and how far they have come.

pub mod importing;
pub mod internal;
pub mod list;
pub mod offer;
pub mod report;
pub mod sending;

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ConversationId, DeliveryId, MessageId, TenantId,
    message::{DeliveryStatus, Direction, SenderKind},
};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A message to store.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    /// Its id.
    pub id: MessageId,
    /// Where it belongs.
    pub conversation_id: ConversationId,
    /// Over which account it came or goes; none for what stays in the house.
    pub connection_id: Option<ConnectionId>,
    /// Which way.
    pub direction: Direction,
    /// Who wrote it.
    pub sender_kind: SenderKind,
    /// The user or rule that wrote it.
    pub sender_id: Option<Uuid>,
    /// The content's `type`.
    pub content_type: &'a str,
    /// The content: what the plugin read (`Content` of the SDK) or, outbound, what it is to send (`OutboundContent`, or
    /// a rich message of the domain).
    pub content: &'a Value,
    /// Its beginning, for lists.
    pub preview: &'a str,
    /// The provider's id.
    pub external_id: Option<&'a str>,
    /// The provider's id of the message it answers.
    pub reply_to: Option<&'a str>,
    /// What made it: the same origin makes no second message.
    pub origin_key: Option<&'a str>,
    /// How far it is.
    pub status: DeliveryStatus,
    /// When it was written, by the provider's clock for inbound ones.
    pub occurred_at: DateTime<Utc>,
    /// The delivery that brought it.
    pub delivery_id: Option<DeliveryId>,
    /// Its place in that delivery.
    pub position: i32,
    /// Whatever else the channel told.
    pub metadata: &'a Value,
}

/// Stores a message. `false`: it is there already, by its external id or its origin, and nothing was written.
pub async fn insert(
    conn: &mut PgConnection,
    tenant: TenantId,
    message: &NewMessage<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO messages (tenant_id, id, conversation_id, connection_id, direction, sender_kind, sender_id,
                               content_type, content, preview, external_id, reply_to, origin_key, status,
                               occurred_at, delivery_id, position, metadata, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT DO NOTHING",
        tenant.0,
        message.id.0,
        message.conversation_id.0,
        message.connection_id.map(Uuid::from),
        message.direction.as_str(),
        message.sender_kind.as_str(),
        message.sender_id,
        message.content_type,
        message.content,
        message.preview,
        message.external_id,
        message.reply_to,
        message.origin_key,
        message.status.as_str(),
        message.occurred_at,
        message.delivery_id.map(|id| id.0),
        message.position,
        message.metadata,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What there is of a message.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// It is stored.
    pub known: bool,
    /// Reports about it are kept in [`early`].
    pub early: bool,
}

/// What there is of the message with this id of the provider.
pub async fn heard_of(
    conn: &mut PgConnection,
    tenant: TenantId,
    connection: ConnectionId,
    external_id: &str,
) -> Result<Heard> {
    Ok(sqlx::query_as!(
        Heard,
        r#"SELECT EXISTS (SELECT FROM messages
                           WHERE tenant_id = $1 AND connection_id = $2 AND external_id = $3) AS "known!",
                  EXISTS (SELECT FROM early_updates
                           WHERE tenant_id = $1 AND connection_id = $2 AND external_id = $3) AS "early!""#,
        tenant.0,
        connection.0,
        external_id
    )
    .fetch_one(conn)
    .await?)
}

/// A message as its sender and its status reports need it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// Where it belongs.
    pub conversation_id: ConversationId,
    /// Over which account it goes.
    pub connection_id: ConnectionId,
    /// Which way.
    pub direction: Direction,
    /// Who wrote it.
    pub sender_kind: SenderKind,
    /// What it says.
    pub content: Value,
    /// The content's `type`.
    pub content_type: String,
    /// When it was written.
    pub occurred_at: DateTime<Utc>,
    /// Whatever else the channel told.
    pub metadata: Value,
    /// The provider's id, once known.
    pub external_id: Option<String>,
    /// The provider's id of the message it answers.
    pub reply_to: Option<String>,
    /// How far it is.
    pub status: DeliveryStatus,
    /// Why it failed.
    pub error: Option<Value>,
}

struct Row {
    id: Uuid,
    conversation_id: Uuid,
    connection_id: Uuid,
    direction: String,
    sender_kind: String,
    content: Value,
    content_type: String,
    occurred_at: DateTime<Utc>,
    metadata: Value,
    external_id: Option<String>,
    reply_to: Option<String>,
    status: String,
    error: Option<Value>,
}

impl TryFrom<Row> for Message {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            conversation_id: row.conversation_id.into(),
            connection_id: row.connection_id.into(),
            direction: row.direction.parse().map_err(|e| Error::corrupt("messages.direction", e))?,
            sender_kind: row.sender_kind.parse().map_err(|e| Error::corrupt("messages.sender_kind", e))?,
            content: row.content,
            content_type: row.content_type,
            occurred_at: row.occurred_at,
            metadata: row.metadata,
            external_id: row.external_id,
            reply_to: row.reply_to,
            status: row.status.parse().map_err(|e| Error::corrupt("messages.status", e))?,
            error: row.error,
        })
    }
}

/// A message that goes over an account, by its id.
pub async fn load(conn: &mut PgConnection, tenant: TenantId, id: MessageId) -> Result<Option<Message>> {
    sqlx::query_as!(
        Row,
        r#"SELECT id, conversation_id, connection_id AS "connection_id!", direction, sender_kind, content, content_type,
                  occurred_at, metadata, external_id, reply_to, status, error
             FROM messages WHERE tenant_id = $1 AND id = $2 AND connection_id IS NOT NULL"#,
        tenant.0,
        id.0
    )
    .fetch_optional(conn)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// A message by the provider's id of it, or by our own id where the provider echoed it.
///
/// The reference finds a message whose send was never answered, so that its provider id is not known, and one that a
/// person had sent again, so that it has two.
pub async fn find_reported(
    conn: &mut PgConnection,
    tenant: TenantId,
    connection: ConnectionId,
    external_id: &str,
    reference: Option<MessageId>,
) -> Result<Option<Message>> {
    let by_external_id = sqlx::query_as!(
        Row,
        r#"SELECT id, conversation_id, connection_id AS "connection_id!", direction, sender_kind, content, content_type,
                  occurred_at, metadata, external_id, reply_to, status, error
             FROM messages WHERE tenant_id = $1 AND connection_id = $2 AND external_id = $3"#,
        tenant.0,
        connection.0,
        external_id
    )
    .fetch_optional(&mut *conn)
    .await?;
    match (by_external_id, reference) {
        (Some(row), _) => row.try_into().map(Some),
        (None, Some(id)) => Ok(load(conn, tenant, id).await?.filter(|message| message.connection_id == connection)),
        (None, None) => Ok(None),
    }
}

/// Takes a queued message for sending, under the token of this run. `false`: it is not waiting to be sent.
pub async fn begin_sending(conn: &mut PgConnection, tenant: TenantId, id: MessageId, token: Uuid) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE messages SET status = 'sending', send_token = $3, error = NULL
          WHERE tenant_id = $1 AND id = $2 AND status = 'queued'",
        tenant.0,
        id.0,
        token
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts a message back that certainly did not reach the provider. `false`: this run does not hold it any more.
pub async fn requeue(conn: &mut PgConnection, tenant: TenantId, id: MessageId, token: Uuid) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE messages SET status = 'queued', send_token = NULL
          WHERE tenant_id = $1 AND id = $2 AND status = 'sending' AND send_token = $3",
        tenant.0,
        id.0,
        token
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Makes a failed or unconfirmed message wait to be sent again, because a person said so.
///
/// The provider's id of the first send is forgotten: the reports that count are those of the next one. Says over which
/// account it goes; `None`: there is nothing to send again.
pub async fn retry(conn: &mut PgConnection, tenant: TenantId, id: MessageId) -> Result<Option<ConnectionId>> {
    let connection = sqlx::query_scalar!(
        r#"UPDATE messages SET status = 'queued', external_id = NULL, send_token = NULL, error = NULL
            WHERE tenant_id = $1 AND id = $2 AND status IN ('failed', 'unconfirmed')
           RETURNING connection_id AS "connection_id!""#,
        tenant.0,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(connection.map(Into::into))
}

/// Replaces the content of a message that its author edited.
pub async fn edit(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: MessageId,
    content_type: &str,
    content: &Value,
    preview: &str,
    at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE messages SET content_type = $3, content = $4, preview = $5, edited_at = $6
          WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL AND (edited_at IS NULL OR edited_at < $6)",
        tenant.0,
        id.0,
        content_type,
        content,
        preview,
        at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Marks a message that its author took back. Its content stays for those who may see it.
pub async fn revoke(conn: &mut PgConnection, tenant: TenantId, id: MessageId, at: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE messages SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        tenant.0,
        id.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Reports about a message that is not known yet: kept until it is.
pub mod early {
    use super::{ConnectionId, DateTime, PgConnection, Result, TenantId, Utc, Value};

    /// Keeps a report. The same report twice is one row.
    pub async fn keep(
        conn: &mut PgConnection,
        tenant: TenantId,
        connection: ConnectionId,
        external_id: &str,
        kind: &str,
        data: &Value,
        now: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO early_updates (tenant_id, connection_id, external_id, kind, data, received_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            tenant.0,
            connection.0,
            external_id,
            kind,
            data,
            now
        )
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Takes what was kept about a message, the oldest first.
    pub async fn take(
        conn: &mut PgConnection,
        tenant: TenantId,
        connection: ConnectionId,
        external_id: &str,
    ) -> Result<Vec<Value>> {
        let mut rows = sqlx::query!(
            "DELETE FROM early_updates WHERE tenant_id = $1 AND connection_id = $2 AND external_id = $3
             RETURNING data, received_at",
            tenant.0,
            connection.0,
            external_id
        )
        .fetch_all(conn)
        .await?;
        rows.sort_by_key(|row| row.received_at);
        Ok(rows.into_iter().map(|row| row.data).collect())
    }
}
