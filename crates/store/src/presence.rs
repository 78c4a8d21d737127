//! Who is there. What somebody's client says about them lapses by itself.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{ConversationId, TenantId, UserId, presence::Presence};
use sqlx::PgConnection;
use uuid::Uuid;

/// How somebody is there.
#[derive(Clone, Debug)]
pub struct Present {
    /// Who.
    pub user_id: UserId,
    /// Whether they can be given something to do; whoever's word has lapsed is offline.
    pub status: Presence,
    /// What they say about it.
    pub status_text: Option<String>,
    /// What they look at.
    pub current_conversation_id: Option<ConversationId>,
    /// When they were last heard of.
    pub seen_at: DateTime<Utc>,
}

/// Notes how somebody is there until `expires_at`. Says whether they were online before.
pub async fn set(
    conn: &mut PgConnection,
    tenant: TenantId,
    present: &Present,
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    let was_online = sqlx::query_scalar!(
        r#"SELECT status = 'online' AND expires_at > $3 AS "was_online!" FROM user_presence
            WHERE tenant_id = $1 AND user_id = $2 FOR UPDATE"#,
        tenant.0,
        present.user_id.0,
        present.seen_at
    )
    .fetch_optional(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO user_presence (tenant_id, user_id, status, status_text, current_conversation_id, seen_at,
                                    expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, user_id) DO UPDATE
            SET status = $3, status_text = $4, current_conversation_id = $5, seen_at = $6, expires_at = $7",
        tenant.0,
        present.user_id.0,
        present.status.as_str(),
        present.status_text,
        present.current_conversation_id.map(Uuid::from),
        present.seen_at,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(was_online.unwrap_or(false))
}

/// Everybody who has been heard of, and how they are there now, in the order of their ids.
pub async fn list(conn: &mut PgConnection, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<Present>> {
    let rows = sqlx::query!(
        r#"SELECT p.user_id, CASE WHEN p.expires_at > $2 THEN p.status ELSE 'offline' END AS "status!",
                  p.status_text, p.current_conversation_id, p.seen_at
             FROM user_presence p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id AND u.active
            WHERE p.tenant_id = $1 ORDER BY p.user_id"#,
        tenant.0,
        now
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Present {
                user_id: row.user_id.into(),
                status: row.status.parse().map_err(|error| Error::corrupt("user_presence.status", error))?,
                status_text: row.status_text,
                current_conversation_id: row.current_conversation_id.map(Into::into),
                seen_at: row.seen_at,
            })
        })
        .collect()
}

/// Says that people are still there: what they said about themselves holds until `expires_at`, as of `seen_at`. Nothing is
/// said of those whose word has lapsed, or who are offline.
pub async fn renew(
    conn: &mut PgConnection,
    people: &[(UserId, DateTime<Utc>)],
    lease: std::time::Duration,
    now: DateTime<Utc>,
) -> Result<()> {
    let (ids, seen): (Vec<Uuid>, Vec<DateTime<Utc>>) = people.iter().map(|(user, seen)| (user.0, *seen)).unzip();
    let until: Vec<DateTime<Utc>> = seen.iter().map(|seen| *seen + lease).collect();
    sqlx::query!(
        "UPDATE user_presence p SET seen_at = heard.seen, expires_at = heard.until
           FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS heard (user_id, seen, until)
          WHERE p.tenant_id = current_tenant() AND p.user_id = heard.user_id AND p.status <> 'offline'
            AND p.expires_at > $4 AND heard.until > p.expires_at",
        &ids,
        &seen,
        &until,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lets somebody be online until `expires_at`, unless what they said about themselves still holds. `true`: they were not
/// there before.
pub async fn appear(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO user_presence AS p (tenant_id, user_id, status, seen_at, expires_at)
         VALUES (current_tenant(), $1, 'online', $2, $3)
         ON CONFLICT (tenant_id, user_id) DO UPDATE
            SET status = 'online', current_conversation_id = NULL, seen_at = $2, expires_at = $3
          WHERE p.expires_at <= $2",
        user.0,
        now,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A person, as others see them in a channel.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub user_id: UserId,
    /// What they are called.
    pub name: String,
    /// How they are there; whoever's word has lapsed is offline.
    pub status: Presence,
}

/// These people, as far as they are active.
pub async fn of_people(conn: &mut PgConnection, people: &[UserId], now: DateTime<Utc>) -> Result<Vec<Person>> {
    let ids: Vec<Uuid> = people.iter().map(|user| user.0).collect();
    let rows = sqlx::query!(
        r#"SELECT u.id, u.name, CASE WHEN p.expires_at > $2 THEN p.status ELSE 'offline' END AS "status!"
             FROM users u LEFT JOIN user_presence p ON p.tenant_id = u.tenant_id AND p.user_id = u.id
            WHERE u.tenant_id = current_tenant() AND u.id = ANY ($1) AND u.active"#,
        &ids,
        now
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let status = row.status.parse().map_err(|error| Error::corrupt("user_presence.status", error))?;
            Ok(Person { user_id: row.id.into(), name: row.name, status })
        })
        .collect()
}
