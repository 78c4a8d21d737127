//! Questions to the plugins of connections: asked by the API, answered by a worker.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::ConnectionId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A question with its answer, once there is one.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// The answer.
    pub answer: Option<Value>,
}

/// Asks.
pub async fn ask(
    conn: &mut PgConnection,
    id: Uuid,
    connection: ConnectionId,
    question: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO plugin_questions (tenant_id, id, connection_id, question, asked_at)
         VALUES (current_tenant(), $1, $2, $3, $4)",
        id,
        connection.0,
        question,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A question that is not answered yet.
pub async fn open(conn: &mut PgConnection, id: Uuid) -> Result<Option<Value>> {
    let question =
        sqlx::query_scalar!("SELECT question FROM plugin_questions WHERE id = $1 AND answered_at IS NULL", id);
    Ok(question.fetch_optional(conn).await?)
}

/// Answers.
pub async fn answer(conn: &mut PgConnection, id: Uuid, answer: &Value, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "UPDATE plugin_questions SET answered_at = $3, answer = $2 WHERE id = $1 AND answered_at IS NULL",
        id,
        answer,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A question about a connection.
pub async fn load(conn: &mut PgConnection, connection: ConnectionId, id: Uuid) -> Result<Option<Asked>> {
    Ok(sqlx::query_as!(
        Asked,
        "SELECT asked_at, answered_at, answer FROM plugin_questions WHERE id = $1 AND connection_id = $2",
        id,
        connection.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Forgets a question whose answer was read.
pub async fn forget(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    sqlx::query!("DELETE FROM plugin_questions WHERE id = $1", id).execute(conn).await?;
    Ok(())
}
