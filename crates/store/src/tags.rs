//! What is known about tags beyond their names.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{TeamId, TenantId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// The team whose people alone add it.
    pub team_id: Option<TeamId>,
    /// How it looks, as `#rrggbb`.
    pub color: Option<String>,
}

/// All tags that something is known about, by their names.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Tag>> {
    let rows = sqlx::query!("SELECT name, team_id, color FROM tags WHERE tenant_id = current_tenant() ORDER BY name")
        .fetch_all(conn)
        .await?;
    let tag = |name, team_id: Option<Uuid>, color| Tag { name, team_id: team_id.map(TeamId), color };
    Ok(rows.into_iter().map(|row| tag(row.name, row.team_id, row.color)).collect())
}

/// The team whose people alone add a tag, if there is one.
pub async fn team_of(conn: &mut PgConnection, name: &str) -> Result<Option<TeamId>> {
    let team = sqlx::query_scalar!("SELECT team_id FROM tags WHERE tenant_id = current_tenant() AND name = $1", name);
    Ok(team.fetch_optional(conn).await?.flatten().map(TeamId))
}

/// Makes a tag known, or changes what is known about it.
pub async fn put(conn: &mut PgConnection, tenant: TenantId, tag: &Tag, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO tags (tenant_id, name, team_id, color, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, name) DO UPDATE SET team_id = $3, color = $4",
        tenant.0,
        tag.name,
        tag.team_id.map(Uuid::from),
        tag.color,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what is known about a tag. Conversations that have it keep it.
pub async fn delete(conn: &mut PgConnection, tenant: TenantId, name: &str) -> Result<bool> {
    let done =
        sqlx::query!("DELETE FROM tags WHERE tenant_id = $1 AND name = $2", tenant.0, name).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}
