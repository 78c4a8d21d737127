//! Several things that are done with a conversation at once.

use super::{Reader, Shelf};
use crate::Result;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A macro.
#[derive(Clone, Debug, PartialEq)]
pub struct Macro {
    /// Which.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it does, one thing after another.
    pub actions: Value,
    /// Whose it is.
    pub shelf: Shelf,
    /// Counts the changes.
    pub version: i64,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    name: String,
    description: String,
    actions: Value,
    team_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    version: i64,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Macro {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            actions: row.actions,
            shelf: Shelf::of(row.team_id, row.owner_id),
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// What a person may run, by their names.
pub async fn list(conn: &mut PgConnection, reader: Reader<'_>) -> Result<Vec<Macro>> {
    let teams = reader.teams();
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, name, description, actions, team_id, owner_id, version, updated_at FROM macros
          WHERE tenant_id = current_tenant()
            AND (owner_id = $1 OR owner_id IS NULL AND (team_id IS NULL OR $2::uuid[] IS NULL OR team_id = ANY ($2)))
          ORDER BY lower(name), id LIMIT 1000",
        reader.user.0,
        teams.as_deref()
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(Macro::from).collect())
}

/// One that a person may run.
pub async fn load(conn: &mut PgConnection, reader: Reader<'_>, id: Uuid) -> Result<Option<Macro>> {
    let teams = reader.teams();
    let row = sqlx::query_as!(
        Row,
        "SELECT id, name, description, actions, team_id, owner_id, version, updated_at FROM macros
          WHERE tenant_id = current_tenant() AND id = $3
            AND (owner_id = $1 OR owner_id IS NULL AND (team_id IS NULL OR $2::uuid[] IS NULL OR team_id = ANY ($2)))",
        reader.user.0,
        teams.as_deref(),
        id
    );
    Ok(row.fetch_optional(conn).await?.map(Macro::from))
}

/// Makes one. A taken name violates `macros_name_key`.
pub async fn create(conn: &mut PgConnection, new: &Macro) -> Result<()> {
    sqlx::query!(
        "INSERT INTO macros (tenant_id, id, name, description, actions, team_id, owner_id, created_at, updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $7)",
        new.id,
        new.name,
        new.description,
        new.actions,
        new.shelf.team(),
        new.shelf.owner(),
        new.updated_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes it back, if it still has the version that was read; says whether it did.
pub async fn update(conn: &mut PgConnection, new: &Macro, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE macros
            SET name = $2, description = $3, actions = $4, team_id = $5, owner_id = $6, version = version + 1,
                updated_at = $7
          WHERE tenant_id = current_tenant() AND id = $1 AND version = $8",
        new.id,
        new.name,
        new.description,
        new.actions,
        new.shelf.team(),
        new.shelf.owner(),
        now,
        new.version
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Deletes it.
pub async fn delete(conn: &mut PgConnection, id: Uuid) -> Result<bool> {
    let done =
        sqlx::query!("DELETE FROM macros WHERE tenant_id = current_tenant() AND id = $1", id).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}
