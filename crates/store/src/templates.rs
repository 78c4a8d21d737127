//! The message templates of a connection, as last read from its provider.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::ConnectionId;
use serde_json::Value;
use sqlx::PgConnection;

/// A message template in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Its name at the provider.
    pub name: String,
    /// Its language code, such as `en_US`.
    pub language: String,
    /// The provider's word for its state, in lower case: `approved` is the one that can be sent.
    pub status: String,
    /// The provider's category, which decides what a message costs.
    pub category: Option<String>,
    /// The text with its placeholders, for people.
    pub body: Option<String>,
    /// The parts, in the provider's form.
    pub components: Value,
}

/// The templates of a connection, by name and language.
pub async fn list(conn: &mut PgConnection, connection: ConnectionId) -> Result<Vec<Template>> {
    Ok(sqlx::query_as!(
        Template,
        "SELECT name, language, status, category, body, components FROM templates
          WHERE connection_id = $1 ORDER BY name, language",
        connection.0
    )
    .fetch_all(conn)
    .await?)
}

/// When the templates of a connection were last read; `None` before the first time, or while there are none.
pub async fn synced_at(conn: &mut PgConnection, connection: ConnectionId) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!("SELECT max(synced_at) FROM templates WHERE connection_id = $1", connection.0)
        .fetch_one(conn)
        .await?)
}

/// The templates that can be sent, at most `limit`.
pub async fn usable(conn: &mut PgConnection, connection: ConnectionId, limit: i64) -> Result<Vec<Template>> {
    Ok(sqlx::query_as!(
        Template,
        "SELECT name, language, status, category, body, components FROM templates
          WHERE connection_id = $1 AND status = 'approved' ORDER BY name, language LIMIT $2",
        connection.0,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Makes `templates` the templates of a connection; others of it are forgotten.
pub async fn replace(
    conn: &mut PgConnection,
    connection: ConnectionId,
    templates: &[Template],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!("DELETE FROM templates WHERE connection_id = $1", connection.0).execute(&mut *conn).await?;
    for template in templates {
        // A provider that lists a template twice means its last word.
        sqlx::query!(
            "INSERT INTO templates (tenant_id, connection_id, name, language, status, category, body, components,
                                    synced_at)
             VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (tenant_id, connection_id, name, language)
             DO UPDATE SET status = excluded.status, category = excluded.category, body = excluded.body,
                           components = excluded.components",
            connection.0,
            template.name,
            template.language,
            template.status.to_lowercase(),
            template.category.as_deref(),
            template.body.as_deref(),
            template.components,
            now
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
