//! What waits for whom: the queues of teams, as their members see them.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConversationId, TeamId, TenantId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Whose; none for what no team has.
    pub team_id: Option<TeamId>,
    /// The team's name.
    pub name: Option<String>,
    /// How many conversations wait.
    pub waiting: i64,
    /// Since when the first of them does.
    pub oldest_at: Option<DateTime<Utc>>,
    /// How many are being worked on.
    pub assigned: i64,
    /// Members who are there.
    pub online: i64,
}

/// The queue of no team, then those of `teams` (or all) by their names.
pub async fn list(
    conn: &mut PgConnection,
    tenant: TenantId,
    teams: Option<&[TeamId]>,
    now: DateTime<Utc>,
) -> Result<Vec<Queue>> {
    let teams: Option<Vec<Uuid>> = teams.map(|teams| teams.iter().map(|team| team.0).collect());
    let rows = sqlx::query!(
        r#"SELECT q.id AS "team_id?", q.name AS "name?",
                  w.waiting AS "waiting!", w.oldest_at, a.assigned AS "assigned!", o.online AS "online!"
             FROM (SELECT NULL::uuid AS id, NULL::text AS name
                   UNION ALL
                   SELECT t.id, t.name FROM teams t
                    WHERE t.tenant_id = $1 AND ($2::uuid[] IS NULL OR t.id = ANY ($2))) q
            CROSS JOIN LATERAL (
                  SELECT count(*) AS waiting, min(v.queued_at) AS oldest_at FROM conversations v
                   WHERE v.tenant_id = $1 AND v.team_id IS NOT DISTINCT FROM q.id AND v.queued_at IS NOT NULL) w
            CROSS JOIN LATERAL (
                  SELECT count(*) AS assigned FROM conversations v
                   WHERE v.tenant_id = $1 AND v.team_id IS NOT DISTINCT FROM q.id AND v.assignee_id IS NOT NULL
                     AND v.status IN ('new', 'queued', 'open', 'in_progress') AND v.archived_at IS NULL) a
            CROSS JOIN LATERAL (
                  SELECT count(*) AS online FROM team_members m
                    JOIN user_presence p ON p.tenant_id = m.tenant_id AND p.user_id = m.user_id
                                        AND p.status = 'online' AND p.expires_at > $3
                   WHERE m.tenant_id = $1 AND m.team_id = q.id) o
            ORDER BY q.name NULLS FIRST, q.id"#,
        tenant.0,
        teams.as_deref(),
        now
    )
    .fetch_all(conn)
    .await?;
    let queue = |team_id: Option<Uuid>, name, waiting, oldest_at, assigned, online| Queue {
        team_id: team_id.map(TeamId),
        name,
        waiting,
        oldest_at,
        assigned,
        online,
    };
    Ok(rows.into_iter().map(|r| queue(r.team_id, r.name, r.waiting, r.oldest_at, r.assigned, r.online)).collect())
}

/// The place of a conversation in its queue, the first being 1; none if it does not wait.
pub async fn position(conn: &mut PgConnection, tenant: TenantId, id: ConversationId) -> Result<Option<i64>> {
    let place = sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM conversations o
                    WHERE o.tenant_id = $1 AND o.team_id IS NOT DISTINCT FROM v.team_id
                      AND (o.queued_at, o.id) <= (v.queued_at, v.id)) AS "place!"
             FROM conversations v WHERE v.tenant_id = $1 AND v.id = $2 AND v.queued_at IS NOT NULL"#,
        tenant.0,
        id.0
    );
    Ok(place.fetch_optional(conn).await?)
}
