//! Who had a conversation from when to when, and who is next.

use crate::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConversationId, TeamId, TenantId, UserId, conversation::AssignmentMethod, event::Actor};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody's time with a conversation.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// Which.
    pub id: Uuid,
    /// The team it was for.
    pub team_id: Option<TeamId>,
    /// Who had it.
    pub user_id: UserId,
    /// Who gave it to them.
    pub assigned_by: Actor,
    /// How it came to them.
    pub method: AssignmentMethod,
    /// How long it had waited in the queue, if it had.
    pub waited: Option<TimeDelta>,
    /// Since when.
    pub assigned_at: DateTime<Utc>,
    /// Until when, if it is over.
    pub unassigned_at: Option<DateTime<Utc>>,
}

/// Begins somebody's time with a conversation, and says whether somebody else had it before. The time before must have
/// ended: two at once violate `conversation_assignments_current`.
pub async fn begin(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    assignment: &Assignment,
) -> Result<bool> {
    let had_before = sqlx::query_scalar!(
        r#"INSERT INTO conversation_assignments (tenant_id, conversation_id, id, team_id, user_id, assigned_by, method,
                                                 waited_ms, assigned_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           RETURNING EXISTS (SELECT FROM conversation_assignments o
                              WHERE o.tenant_id = $1 AND o.conversation_id = $2 AND o.user_id <> $5) AS "had_before!""#,
        tenant.0,
        conversation.0,
        assignment.id,
        assignment.team_id.map(Uuid::from),
        assignment.user_id.0,
        json!(assignment.assigned_by),
        assignment.method.as_str(),
        assignment.waited.map(|waited| waited.num_milliseconds()),
        assignment.assigned_at
    );
    Ok(had_before.fetch_one(conn).await?)
}

/// Ends the time of whoever has it.
pub async fn end(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE conversation_assignments SET unassigned_at = greatest(assigned_at, $3)
          WHERE tenant_id = $1 AND conversation_id = $2 AND unassigned_at IS NULL",
        tenant.0,
        conversation.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Everybody's time with a conversation, the first one first.
pub async fn history(conn: &mut PgConnection, conversation: ConversationId) -> Result<Vec<Assignment>> {
    let rows = sqlx::query!(
        "SELECT id, team_id, user_id, assigned_by, method, waited_ms, assigned_at, unassigned_at
           FROM conversation_assignments WHERE tenant_id = current_tenant() AND conversation_id = $1 ORDER BY id",
        conversation.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let corrupt = |error| Error::corrupt("conversation_assignments.assigned_by", error);
            Ok(Assignment {
                id: row.id,
                team_id: row.team_id.map(Into::into),
                user_id: row.user_id.into(),
                assigned_by: serde_json::from_value(row.assigned_by).map_err(corrupt)?,
                method: row.method.parse().map_err(|e| Error::corrupt("conversation_assignments.method", e))?,
                waited: row.waited_ms.map(TimeDelta::milliseconds),
                assigned_at: row.assigned_at,
                unassigned_at: row.unassigned_at,
            })
        })
        .collect()
}

/// The conversation that has waited longest in a team's queue, or in that of no team.
pub async fn next_waiting(
    conn: &mut PgConnection,
    tenant: TenantId,
    team: Option<TeamId>,
) -> Result<Option<ConversationId>> {
    let next = sqlx::query_scalar!(
        "SELECT id FROM conversations
          WHERE tenant_id = $1 AND team_id IS NOT DISTINCT FROM $2 AND queued_at IS NOT NULL
          ORDER BY queued_at, id LIMIT 1",
        tenant.0,
        team.map(Uuid::from)
    );
    Ok(next.fetch_optional(conn).await?.map(Into::into))
}

/// Whose turn it is in a team that assigns by itself: somebody who is there and has room, and of these the one with the
/// least to do, or who was given something longest ago. The same state gives the same answer.
pub async fn next_member(
    conn: &mut PgConnection,
    tenant: TenantId,
    team: TeamId,
    now: DateTime<Utc>,
) -> Result<Option<(UserId, AssignmentMethod)>> {
    let row = sqlx::query!(
        r#"SELECT m.user_id, t.assignment
             FROM teams t
             JOIN team_members m ON m.tenant_id = t.tenant_id AND m.team_id = t.id
             JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id AND u.active
             JOIN user_presence p ON p.tenant_id = m.tenant_id AND p.user_id = m.user_id
                                 AND p.status = 'online' AND p.expires_at > $3
            CROSS JOIN LATERAL (SELECT count(*) AS conversations FROM conversations v
                                 WHERE v.tenant_id = m.tenant_id AND v.assignee_id = m.user_id
                                   AND v.status IN ('new', 'queued', 'open', 'in_progress')
                                   AND v.archived_at IS NULL) load
            WHERE t.tenant_id = $1 AND t.id = $2 AND t.assignment <> 'manual'
              AND load.conversations < coalesce(m.capacity, t.capacity, 2147483647)
            ORDER BY CASE t.assignment WHEN 'least_busy' THEN load.conversations END,
                     m.last_assigned_at NULLS FIRST, m.user_id
            LIMIT 1"#,
        tenant.0,
        team.0,
        now
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let method = row.assignment.parse().map_err(|error| Error::corrupt("teams.assignment", error))?;
        Ok((row.user_id.into(), method))
    })
    .transpose()
}

/// Sends somebody to the end of the line of their team.
pub async fn had_their_turn(
    conn: &mut PgConnection,
    tenant: TenantId,
    team: TeamId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    // Two turns at the same microsecond would leave the order to the ids.
    sqlx::query!(
        "UPDATE team_members m
            SET last_assigned_at = greatest($4, (SELECT max(o.last_assigned_at) + interval '1 microsecond'
                                                   FROM team_members o WHERE o.tenant_id = $1 AND o.team_id = $2))
          WHERE m.tenant_id = $1 AND m.team_id = $2 AND m.user_id = $3",
        tenant.0,
        team.0,
        user.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The teams that assign by themselves among `teams` and those of `users`, as far as anything waits in their queues.
pub async fn teams_to_serve(
    conn: &mut PgConnection,
    tenant: TenantId,
    teams: &[TeamId],
    users: &[UserId],
) -> Result<Vec<TeamId>> {
    let teams: Vec<Uuid> = teams.iter().map(|id| id.0).collect();
    let users: Vec<Uuid> = users.iter().map(|id| id.0).collect();
    let found = sqlx::query_scalar!(
        "SELECT t.id FROM teams t
          WHERE t.tenant_id = $1 AND t.assignment <> 'manual'
            AND (t.id = ANY ($2)
                 OR EXISTS (SELECT FROM team_members m
                             WHERE m.tenant_id = $1 AND m.team_id = t.id AND m.user_id = ANY ($3)))
            AND EXISTS (SELECT FROM conversations v
                         WHERE v.tenant_id = $1 AND v.team_id = t.id AND v.queued_at IS NOT NULL)
          ORDER BY t.id",
        tenant.0,
        &teams,
        &users
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(Into::into).collect())
}
