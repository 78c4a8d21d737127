//! `GET /api/v1/audit-log.csv`

use super::{AuditEntry, Filters};
use crate::{
    auth::Caller,
    problem::{Chain, Problem},
    request::Query,
    state::Api,
};
use axum::{
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{TenantId, role::Permission};
use futures::stream;
use http::header;
use serde_json::Value;
use std::io;
use store::audit::list::{self, Filter};
use uuid::Uuid;

/// Rows that are read at once.
const BATCH: i64 = 500;

/// How many columns.
const COUNT: usize = 13;
const COLUMNS: [&str; COUNT] = [
    "id",
    "occurred_at",
    "user_id",
    "user_name",
    "api_key_id",
    "api_key_name",
    "action",
    "target_kind",
    "target_id",
    "before",
    "after",
    "address",
    "request_id",
];

/// What is left to write.
struct Export {
    api: Api,
    tenant: TenantId,
    filter: Filter,
    place: Place,
}

enum Place {
    Header,
    Rows(Option<Uuid>),
    End,
}

/// Export the audit log
///
/// All entries that the filters let through, the newest first, as CSV (RFC 4180).
#[utoipa::path(get, path = "/api/v1/audit-log.csv", tag = "audit-log", params(Filters),
    security(("access_token" = ["read_audit"])),
    responses((status = 200, description = "The entries", body = String, content_type = "text/csv")))]
pub async fn export(
    State(api): State<Api>,
    caller: Caller,
    Query(filters): Query<Filters>,
) -> Result<Response, Problem> {
    drop(caller.begin(Permission::ReadAudit).await?);
    let export = Export { api, tenant: caller.tenant, filter: filters.into(), place: Place::Header };
    let rows = stream::try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(Some(bytes)) => Ok(Some((bytes, export))),
            Ok(None) => Ok(None),
            // The answer has begun, so that breaking it off is all that is left to do.
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "an export of the audit log broke off");
                Err(io::Error::other("broken off"))
            }
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-log.csv\""),
    ];
    Ok((headers, Body::from_stream(rows)).into_response())
}

impl Export {
    /// The next lines. Each batch is a transaction of its own, so that a slow reader holds none open.
    async fn next(&mut self) -> Result<Option<Bytes>, store::Error> {
        match self.place {
            Place::End => Ok(None),
            Place::Header => {
                self.place = Place::Rows(None);
                Ok(Some(line(COLUMNS.map(str::to_owned))))
            }
            Place::Rows(before) => {
                let mut tx = self.api.database.begin(self.tenant).await?;
                let rows = list::page(&mut tx, &self.filter, before, BATCH).await?;
                tx.commit().await?;
                let is_last = rows.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
                self.place = match rows.last() {
                    Some(row) if !is_last => Place::Rows(Some(row.entry.id)),
                    _ => Place::End,
                };
                let lines: Vec<Bytes> = rows.into_iter().map(|row| line(cells(row.into()))).collect();
                Ok(Some(lines.concat().into()))
            }
        }
    }
}

fn cells(entry: AuditEntry) -> [String; COUNT] {
    let json = |value: Option<Value>| value.map_or_else(String::new, |value| value.to_string());
    [
        entry.id.to_string(),
        entry.occurred_at.to_rfc3339(),
        entry.user_id.to_string(),
        entry.user_name.unwrap_or_default(),
        entry.api_key_id.map_or_else(String::new, |id| id.to_string()),
        entry.api_key_name.unwrap_or_default(),
        entry.action,
        entry.target_kind,
        entry.target_id.unwrap_or_default(),
        json(entry.before),
        json(entry.after),
        entry.address,
        entry.request_id,
    ]
    .map(harmless)
}

/// A cell that no spreadsheet takes for a formula: an apostrophe in front makes it text (OWASP, "CSV Injection").
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        return format!("'{cell}");
    }
    cell
}

fn line(cells: [String; COUNT]) -> Bytes {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=HYPERLINK(\"http://evil.example\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(cell.to_owned()), format!("'{cell}"));
        }
        for cell in ["", "Ada", "a=b", "{\"name\":\"=1\"}"] {
            assert_eq!(harmless(cell.to_owned()), cell);
        }
    }
}
