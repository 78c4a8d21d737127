//! Texts that are put into replies.

use super::{Reader, Shelf};
use crate::Result;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A canned response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canned {
    /// Which.
    pub id: Uuid,
    /// What is typed behind a slash.
    pub shortcut: String,
    /// What it is about.
    pub title: String,
    /// What it says, with variables.
    pub text: String,
    /// Whose it is.
    pub shelf: Shelf,
    /// Counts the changes.
    pub version: i64,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    shortcut: String,
    title: String,
    text: String,
    team_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    version: i64,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Canned {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            shortcut: row.shortcut,
            title: row.title,
            text: row.text,
            shelf: Shelf::of(row.team_id, row.owner_id),
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// What a person may use, by its shortcuts; with `search` only what has it in its shortcut or title.
pub async fn list(conn: &mut PgConnection, reader: Reader<'_>, search: Option<&str>) -> Result<Vec<Canned>> {
    let teams = reader.teams();
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, shortcut, title, text, team_id, owner_id, version, updated_at FROM canned_responses
          WHERE tenant_id = current_tenant()
            AND (owner_id = $1 OR owner_id IS NULL AND (team_id IS NULL OR $2::uuid[] IS NULL OR team_id = ANY ($2)))
            AND ($3::text IS NULL OR starts_with(shortcut, lower($3)) OR strpos(lower(title), lower($3)) > 0)
          ORDER BY shortcut, id LIMIT 1000",
        reader.user.0,
        teams.as_deref(),
        search
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(Canned::from).collect())
}

/// One that a person may use.
pub async fn load(conn: &mut PgConnection, reader: Reader<'_>, id: Uuid) -> Result<Option<Canned>> {
    let teams = reader.teams();
    let row = sqlx::query_as!(
        Row,
        "SELECT id, shortcut, title, text, team_id, owner_id, version, updated_at FROM canned_responses
          WHERE tenant_id = current_tenant() AND id = $3
            AND (owner_id = $1 OR owner_id IS NULL AND (team_id IS NULL OR $2::uuid[] IS NULL OR team_id = ANY ($2)))",
        reader.user.0,
        teams.as_deref(),
        id
    );
    Ok(row.fetch_optional(conn).await?.map(Canned::from))
}

/// Makes one. A taken shortcut violates `canned_responses_shortcut_key`.
pub async fn create(conn: &mut PgConnection, new: &Canned) -> Result<()> {
    sqlx::query!(
        "INSERT INTO canned_responses (tenant_id, id, shortcut, title, text, team_id, owner_id, created_at, updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $7)",
        new.id,
        new.shortcut,
        new.title,
        new.text,
        new.shelf.team(),
        new.shelf.owner(),
        new.updated_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes it back, if it still has the version that was read; says whether it did.
pub async fn update(conn: &mut PgConnection, canned: &Canned, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE canned_responses
            SET shortcut = $2, title = $3, text = $4, team_id = $5, owner_id = $6, version = version + 1, updated_at = $7
          WHERE tenant_id = current_tenant() AND id = $1 AND version = $8",
        canned.id,
        canned.shortcut,
        canned.title,
        canned.text,
        canned.shelf.team(),
        canned.shelf.owner(),
        now,
        canned.version
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Deletes it.
pub async fn delete(conn: &mut PgConnection, id: Uuid) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM canned_responses WHERE tenant_id = current_tenant() AND id = $1", id)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}
