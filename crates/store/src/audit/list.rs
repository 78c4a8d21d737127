//! Reading the audit log, the newest first.

use super::Entry;
use crate::{Result, database::plan_for_filters};
use chrono::{DateTime, Utc};
use domain::UserId;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row, postgres::PgRow};
use uuid::Uuid;

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only what this person did.
    pub user_id: Option<UserId>,
    /// Only this, as in `role.updated`.
    pub action: Option<String>,
    /// Only what was done to this kind of thing.
    pub target_kind: Option<String>,
    /// Only what was done to this.
    pub target_id: Option<String>,
    /// Not before this.
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub until: Option<DateTime<Utc>>,
}

/// An entry with the name of whoever did it, if they still have one.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The entry.
    pub entry: Entry,
    /// What they are called.
    pub user_name: Option<String>,
    /// What the key is called.
    pub api_key_name: Option<String>,
}

impl FromRow<'_, PgRow> for Listed {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let entry = Entry {
            id: row.try_get("id")?,
            occurred_at: row.try_get("occurred_at")?,
            user_id: row.try_get::<Uuid, _>("user_id")?.into(),
            api_key_id: row.try_get::<Option<Uuid>, _>("api_key_id")?.map(Into::into),
            action: row.try_get("action")?,
            target_kind: row.try_get("target_kind")?,
            target_id: row.try_get("target_id")?,
            before: row.try_get("before")?,
            after: row.try_get("after")?,
            address: row.try_get("address")?,
            request_id: row.try_get("request_id")?,
        };
        Ok(Self { entry, user_name: row.try_get("user_name")?, api_key_name: row.try_get("api_key_name")? })
    }
}

/// Entries in the order of their ids, the newest first, from before `before`.
pub async fn page(conn: &mut PgConnection, filter: &Filter, before: Option<Uuid>, limit: i64) -> Result<Vec<Listed>> {
    plan_for_filters(conn).await?;
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT a.*, u.name AS user_name, k.name AS api_key_name
           FROM audit_log a
           LEFT JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id
           LEFT JOIN api_keys k ON k.tenant_id = a.tenant_id AND k.id = a.api_key_id
          WHERE a.tenant_id = current_tenant()",
    );
    if let Some(before) = before {
        query.push(" AND a.id < ").push_bind(before);
    }
    if let Some(user) = filter.user_id {
        query.push(" AND a.user_id = ").push_bind(user.0);
    }
    for (column, value) in [
        (" AND a.action = ", &filter.action),
        (" AND a.target_kind = ", &filter.target_kind),
        (" AND a.target_id = ", &filter.target_id),
    ] {
        if let Some(value) = value {
            query.push(column).push_bind(value);
        }
    }
    if let Some(from) = filter.from {
        query.push(" AND a.occurred_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        query.push(" AND a.occurred_at < ").push_bind(until);
    }
    query.push(" ORDER BY a.id DESC LIMIT ").push_bind(limit);
    Ok(query.build_query_as().fetch_all(conn).await?)
}
