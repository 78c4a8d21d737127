//! Removing a version that nobody holds.

use super::{NewVersion, current, read, set_current, versions};
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::TenantId;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uninstalled {
    /// It is gone.
    Done,
    /// There is no such version.
    Unknown,
    /// It is held, and stays.
    Held(Vec<Holder>),
}

/// Who holds a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// `connection`, `endpoint`, or `rollback`: a connection that was upgraded from it.
    pub kind: String,
    /// Whose; `None` for a shared endpoint.
    pub tenant_id: Option<TenantId>,
    /// The connection or endpoint.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// Removes a version, unless it is held. Where new connections got this one, they get the newest that is left.
pub async fn uninstall(conn: &mut PgConnection, id: &str, version: &str, now: DateTime<Utc>) -> Result<Uninstalled> {
    // As installing does: whoever installs meanwhile sees what is left.
    sqlx::query!("LOCK TABLE plugins IN SHARE ROW EXCLUSIVE MODE").execute(&mut *conn).await?;
    let holders = holders(&mut *conn, id, version).await?;
    if !holders.is_empty() {
        return Ok(Uninstalled::Held(holders));
    }
    if current(&mut *conn, id).await?.is_some_and(|current| current.version == version) {
        give_new_connections_another(&mut *conn, id, version, now).await?;
    }
    let done = sqlx::query_scalar!(r#"SELECT uninstall_plugin_version($1, $2) AS "done!""#, id, version)
        .fetch_one(conn)
        .await
        .map_err(Error::from);
    match done {
        Ok(true) => Ok(Uninstalled::Done),
        Ok(false) => Ok(Uninstalled::Unknown),
        // Somebody has taken it since it was looked at; the transaction is over, so nobody can say who.
        Err(Error::Constraint(constraint)) if !constraint.unique => Ok(Uninstalled::Held(Vec::new())),
        Err(error) => Err(error),
    }
}

/// Who holds a version, of all tenants.
pub async fn holders(db: impl PgExecutor<'_>, id: &str, version: &str) -> Result<Vec<Holder>> {
    let rows = sqlx::query!(
        r#"SELECT kind AS "kind!", tenant_id, id AS "id!", name AS "name!" FROM plugin_version_holders($1, $2)
            ORDER BY kind, name, id"#,
        id,
        version
    );
    let rows = rows.fetch_all(db).await?.into_iter();
    Ok(rows
        .map(|row| Holder { kind: row.kind, tenant_id: row.tenant_id.map(TenantId), id: row.id, name: row.name })
        .collect())
}

async fn give_new_connections_another(conn: &mut PgConnection, id: &str, but: &str, now: DateTime<Utc>) -> Result<()> {
    let mut next = None;
    for candidate in versions(&mut *conn, id).await?.into_iter().rev().filter(|plugin| plugin.version != but) {
        // From the oldest to the newest, as if they were installed one after the other.
        next = match next {
            Some(next) if !succeeds(&candidate, &next)? => Some(next),
            _ => Some(candidate),
        };
    }
    if let Some(next) = next {
        let new = NewVersion { id, version: &next.version, manifest: &next.manifest, wasm: &[] };
        set_current(conn, &new, &next.sha256, now).await?;
    }
    Ok(())
}

fn succeeds(candidate: &super::Plugin, current: &super::Plugin) -> Result<bool> {
    Ok(read(&candidate.version)?.succeeds(&read(&current.version)?))
}
