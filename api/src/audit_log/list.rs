//! `GET /api/v1/audit-log`

use super::AuditEntry;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Limit, Page, Query, paging},
};
use chrono::{DateTime, Utc};
use domain::{UserId, role::Permission};
use serde::Deserialize;
use store::audit::list::{self, Filter, Listed};
use uuid::Uuid;

// The members of `Filters` again: what a query is read with cannot flatten one type into another.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only what this person did.
    #[param(value_type = Option<uuid::Uuid>)]
    user_id: Option<UserId>,
    /// Only this, such as `role.updated`.
    action: Option<String>,
    /// Only what was done to this kind of thing, such as `role`.
    target_kind: Option<String>,
    /// Only what was done to this one.
    target_id: Option<String>,
    /// Not before this.
    from: Option<DateTime<Utc>>,
    /// Before this.
    until: Option<DateTime<Utc>>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Read the audit log
///
/// Who administered what, the newest first.
#[utoipa::path(get, path = "/api/v1/audit-log", tag = "audit-log", params(Params),
    security(("access_token" = ["read_audit"])),
    responses((status = 200, description = "A page", body = Page<AuditEntry>)))]
pub async fn list(caller: Caller, Query(params): Query<Params>) -> Result<axum::Json<Page<AuditEntry>>, Problem> {
    let Params { user_id, action, target_kind, target_id, from, until, limit, cursor } = params;
    let before: Option<Uuid> = paging::id_of(cursor.as_deref())?;
    let (mut tx, _) = caller.begin(Permission::ReadAudit).await?;
    let filter = Filter { user_id, action, target_kind, target_id, from, until };
    let rows = list::page(&mut tx, &filter, before, limit.rows()).await?;
    Ok(axum::Json(Page::of(rows, limit, |row: &Listed| paging::by_id(row.entry.id), AuditEntry::from)))
}
