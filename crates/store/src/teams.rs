//! Teams and who is in them.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{TeamId, UserId, team::Assignment};
use sqlx::PgConnection;
use uuid::Uuid;

/// Some of the people, who share a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Which.
    pub id: TeamId,
    /// What people call it; unique in the tenant, whatever its case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What the numbers of its tickets begin with, as in DEV-001.
    pub ticket_prefix: String,
    /// How a conversation in its queue finds somebody.
    pub assignment: Assignment,
    /// How many conversations a member works on before automatic assignment passes them by; `None`: any number.
    pub capacity: Option<i32>,
    /// Counts the changes.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

/// Somebody in a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// What others call them.
    pub name: String,
    /// Whether they may log in and act.
    pub active: bool,
    /// Their own capacity, where it is not the team's.
    pub capacity: Option<i32>,
    /// When they joined.
    pub since: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    name: String,
    description: String,
    ticket_prefix: String,
    assignment: String,
    capacity: Option<i32>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Team {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            name: row.name,
            description: row.description,
            ticket_prefix: row.ticket_prefix,
            assignment: row.assignment.parse().map_err(|error| Error::corrupt("teams.assignment", error))?,
            capacity: row.capacity,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Teams in the order of their ids, from after `after`.
pub async fn list(conn: &mut PgConnection, after: Option<TeamId>, limit: i64) -> Result<Vec<Team>> {
    sqlx::query_as!(
        Row,
        "SELECT id, name, description, ticket_prefix, assignment, capacity, version, created_at, updated_at FROM teams
          WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2",
        after.map(Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(Team::try_from)
    .collect()
}

/// One team.
pub async fn load(conn: &mut PgConnection, id: TeamId) -> Result<Option<Team>> {
    sqlx::query_as!(
        Row,
        "SELECT id, name, description, ticket_prefix, assignment, capacity, version, created_at, updated_at FROM teams
          WHERE id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?
    .map(Team::try_from)
    .transpose()
}

/// Which of these teams there are.
pub async fn existing(conn: &mut PgConnection, ids: &[TeamId]) -> Result<Vec<TeamId>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let found = sqlx::query_scalar!("SELECT id FROM teams WHERE id = ANY ($1)", &ids).fetch_all(conn).await?;
    Ok(found.into_iter().map(TeamId::from).collect())
}

/// Creates a team, with its id and times as they are in `team`. A taken name violates `teams_name_key`.
pub async fn create(conn: &mut PgConnection, team: &Team) -> Result<()> {
    sqlx::query!(
        "INSERT INTO teams (tenant_id, id, name, description, ticket_prefix, assignment, capacity, version, created_at,
                            updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9)",
        team.id.0,
        team.name,
        team.description,
        team.ticket_prefix,
        team.assignment.as_str(),
        team.capacity,
        team.version,
        team.created_at,
        team.updated_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes what can be changed, if the row still has the version that was read; `None` if not.
pub async fn update(conn: &mut PgConnection, team: &Team, now: DateTime<Utc>) -> Result<Option<Team>> {
    sqlx::query_as!(
        Row,
        "UPDATE teams SET name = $2, description = $3, ticket_prefix = $4, assignment = $5, capacity = $6,
                          version = version + 1, updated_at = $7
          WHERE id = $1 AND version = $8
         RETURNING id, name, description, ticket_prefix, assignment, capacity, version, created_at, updated_at",
        team.id.0,
        team.name,
        team.description,
        team.ticket_prefix,
        team.assignment.as_str(),
        team.capacity,
        now,
        team.version
    )
    .fetch_optional(conn)
    .await?
    .map(Team::try_from)
    .transpose()
}

/// Deletes a team of this version with its memberships; whether there was one.
pub async fn delete(conn: &mut PgConnection, id: TeamId, version: i64) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM teams WHERE id = $1 AND version = $2", id.0, version).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// Who is in a team, in the order of their ids, from after `after`.
pub async fn members(conn: &mut PgConnection, team: TeamId, after: Option<UserId>, limit: i64) -> Result<Vec<Member>> {
    Ok(sqlx::query_as!(
        Member,
        "SELECT m.user_id, u.name, u.active, m.capacity, m.created_at AS since
           FROM team_members m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
          WHERE m.team_id = $1 AND ($2::uuid IS NULL OR m.user_id > $2) ORDER BY m.user_id LIMIT $3",
        team.0,
        after.map(Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// One member of a team.
pub async fn member(conn: &mut PgConnection, team: TeamId, user: UserId) -> Result<Option<Member>> {
    Ok(sqlx::query_as!(
        Member,
        "SELECT m.user_id, u.name, u.active, m.capacity, m.created_at AS since
           FROM team_members m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
          WHERE m.team_id = $1 AND m.user_id = $2",
        team.0,
        user.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Puts somebody into a team, or changes their capacity there.
pub async fn put_member(
    conn: &mut PgConnection,
    team: TeamId,
    user: UserId,
    capacity: Option<i32>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO team_members (tenant_id, team_id, user_id, capacity, created_at)
         VALUES (current_tenant(), $1, $2, $3, $4)
         ON CONFLICT (tenant_id, team_id, user_id) DO UPDATE SET capacity = excluded.capacity",
        team.0,
        user.0,
        capacity,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes somebody out of a team; whether they were in it.
pub async fn remove_member(conn: &mut PgConnection, team: TeamId, user: UserId) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM team_members WHERE team_id = $1 AND user_id = $2", team.0, user.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}
