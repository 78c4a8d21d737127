//! The apps of the Pusher protocol, and who is in presence channels.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::TenantId;
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// How the owner of an app's secret is named in the place that it is sealed for.
pub const APP_OWNER: &str = "realtime";
/// What the secret is called there.
pub const APP_SECRET: &str = "app-secret";

/// A tenant's app.
#[derive(Clone)]
pub struct App {
    /// Names it in addresses.
    pub key: String,
    /// Signs, sealed.
    pub secret: Vec<u8>,
    /// When the secret was made.
    pub updated_at: DateTime<Utc>,
}

/// The app of the transaction's tenant, if it has one.
pub async fn app(conn: &mut PgConnection) -> Result<Option<App>> {
    Ok(sqlx::query_as!(App, "SELECT key, secret, updated_at FROM realtime_apps WHERE tenant_id = current_tenant()")
        .fetch_optional(conn)
        .await?)
}

/// Gives the tenant an app unless it has one.
pub async fn create_app(conn: &mut PgConnection, key: &str, secret: &[u8], now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO realtime_apps (tenant_id, key, secret, updated_at) VALUES (current_tenant(), $1, $2, $3)
         ON CONFLICT (tenant_id) DO NOTHING",
        key,
        secret,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives the app another secret.
pub async fn change_secret(conn: &mut PgConnection, secret: &[u8], now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "UPDATE realtime_apps SET secret = $1, updated_at = $2 WHERE tenant_id = current_tenant()",
        secret,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The tenant with this app key, and the sealed secret; outside any tenant's transaction.
pub async fn find(db: impl PgExecutor<'_>, key: &str) -> Result<Option<(TenantId, Vec<u8>)>> {
    let found = sqlx::query!(r#"SELECT tenant_id AS "tenant!", secret AS "secret!" FROM realtime_app($1)"#, key)
        .fetch_optional(db);
    Ok(found.await?.map(|row| (row.tenant.into(), row.secret)))
}

/// Somebody in a presence channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Who: in our channels a person's id.
    pub member: String,
    /// What others are shown of them, where their own server said it.
    pub info: Option<Value>,
}

/// Notes that a member is connected to a process, for so many seconds.
pub async fn enter(conn: &mut PgConnection, channel: &str, member: &Member, process: Uuid, seconds: f64) -> Result<()> {
    sqlx::query!(
        "INSERT INTO realtime_members (tenant_id, channel, member, process_id, info, expires_at)
         VALUES (current_tenant(), $1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
         ON CONFLICT (tenant_id, channel, member, process_id)
         DO UPDATE SET info = excluded.info, expires_at = excluded.expires_at",
        channel,
        member.member,
        process,
        member.info,
        seconds
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that members are connected to a process no longer.
pub async fn leave(conn: &mut PgConnection, parts: &[(String, String)], process: Uuid) -> Result<()> {
    let (channels, members): (Vec<String>, Vec<String>) = parts.iter().cloned().unzip();
    sqlx::query!(
        "DELETE FROM realtime_members m
          USING unnest($1::text[], $2::text[]) AS gone (channel, member)
          WHERE m.tenant_id = current_tenant() AND m.channel = gone.channel AND m.member = gone.member
            AND m.process_id = $3",
        &channels,
        &members,
        process
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Everybody in a channel, by any process.
pub async fn members(conn: &mut PgConnection, channel: &str) -> Result<Vec<Member>> {
    Ok(sqlx::query_as!(
        Member,
        "SELECT DISTINCT ON (member) member, info FROM realtime_members
          WHERE tenant_id = current_tenant() AND channel = $1 AND expires_at > clock_timestamp()
          ORDER BY member, process_id",
        channel
    )
    .fetch_all(conn)
    .await?)
}

/// The presence channels of the tenant that begin so, and how many are in each.
pub async fn occupied(conn: &mut PgConnection, prefix: &str) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"SELECT channel, count(DISTINCT member) AS "members!" FROM realtime_members
            WHERE tenant_id = current_tenant() AND starts_with(channel, $1) AND expires_at > clock_timestamp()
            GROUP BY channel ORDER BY channel"#,
        prefix
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.channel, row.members)).collect())
}

/// Renews the leases of a process for so many seconds, and ends those of others that have run out.
pub async fn keep(db: impl PgExecutor<'_>, process: Uuid, seconds: i32) -> Result<()> {
    sqlx::query!("SELECT keep_realtime_members($1, $2)", process, seconds).execute(db).await?;
    Ok(())
}

/// Lets go of all leases of a process.
pub async fn leave_all(db: impl PgExecutor<'_>, process: Uuid) -> Result<()> {
    sqlx::query!("SELECT leave_realtime_members($1)", process).execute(db).await?;
    Ok(())
}

/// Sends notifications to every process, in one transaction.
pub async fn notify(db: impl PgExecutor<'_>, channel: &str, payloads: &[String]) -> Result<()> {
    sqlx::query!("SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS said (payload)", channel, payloads)
        .execute(db)
        .await?;
    Ok(())
}
