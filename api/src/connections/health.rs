//! `GET /api/v1/connections/{id}/health`

use super::required;
use crate::{auth::Caller, problem::Problem, queue::failed, request::Path, state::Api};
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConnectionId, connection::ConnectionStatus, role::Permission};
use queue::holds::{self, Hold};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use store::{
    connections::{
        Connection,
        checks::{self, Check},
        polls, webhooks,
    },
    deliveries::{self, Trouble},
};

/// How long what went wrong is remembered against a connection.
const MEMORY: TimeDelta = TimeDelta::hours(1);

/// Whether a connection works, and if not, why and since when.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ConnectionHealth {
    /// The worst of what is known.
    status: HealthStatus,
    /// Everything that is wrong; empty if nothing is.
    reasons: Vec<HealthReason>,
}

/// How well a connection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// Nothing is known to be wrong.
    Ok,
    /// It works in part, or not at the moment.
    Degraded,
    /// The provider no longer accepts its credentials: its jobs wait for new ones.
    NeedsReauth,
    /// A person has switched it off.
    Disabled,
}

/// One thing that is wrong.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct HealthReason {
    /// `disabled`, `needs_reauth`, `circuit_open`, `paused`, `check_failed`, `no_public_url`,
    /// `webhooks_not_registered`, `poll_failed` or `deliveries_failed`.
    #[schema(value_type = String)]
    code: Cow<'static, str>,
    /// For people.
    message: String,
    /// Since when, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<DateTime<Utc>>,
}

/// Read the health of a connection
///
/// From what is known already; `test` asks the provider.
#[utoipa::path(get, path = "/api/v1/connections/{id}/health", tag = "connections",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The health, with its reasons", body = ConnectionHealth),
              (status = 404, description = "`not_found`")))]
pub async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
) -> Result<axum::Json<ConnectionHealth>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let connection = required(&mut tx, id).await?;
    let holds = holds::of_tenant(&mut tx).await.map_err(failed)?;
    let check = checks::last_answered(&mut tx, id).await?;
    let setup = webhooks::problem(&mut tx, id).await?;
    let polling = polls::oldest_trouble(&mut tx, id).await?;
    let trouble = deliveries::trouble(&mut tx, id, api.now() - MEMORY).await?;
    Ok(axum::Json(judge(&connection, &holds, check.as_ref(), setup, polling, trouble)))
}

fn judge(
    connection: &Connection,
    holds: &[Hold],
    check: Option<&Check>,
    setup: Option<webhooks::Problem>,
    polling: Option<polls::Trouble>,
    trouble: Trouble,
) -> ConnectionHealth {
    let mut reasons = Vec::new();
    reasons.extend(status_reason(connection));
    reasons.extend(holds.iter().filter_map(|hold| held_back(connection, hold)));
    reasons.extend(check.and_then(failed_check));
    reasons.extend(setup.map(without_webhooks));
    reasons.extend(polling.map(without_news));
    reasons.extend(failed_deliveries(trouble));
    let status = match connection.status {
        ConnectionStatus::Disabled => HealthStatus::Disabled,
        ConnectionStatus::NeedsReauth => HealthStatus::NeedsReauth,
        ConnectionStatus::Active if reasons.is_empty() => HealthStatus::Ok,
        ConnectionStatus::Active => HealthStatus::Degraded,
    };
    ConnectionHealth { status, reasons }
}

fn status_reason(connection: &Connection) -> Option<HealthReason> {
    let (code, otherwise) = match connection.status {
        ConnectionStatus::Active => return None,
        ConnectionStatus::Disabled => ("disabled", "somebody has switched it off"),
        ConnectionStatus::NeedsReauth => ("needs_reauth", "the provider no longer accepts its credentials"),
    };
    let message = connection.status_reason.clone().unwrap_or_else(|| otherwise.to_owned());
    Some(HealthReason { code: code.into(), message, since: connection.status_since })
}

/// What holds back the jobs of the connection as a whole. That it needs a new authorization its status says already.
fn held_back(connection: &Connection, hold: &Hold) -> Option<HealthReason> {
    let is_whole = hold.scope.lane.is_none() && hold.scope.kind.is_none();
    let is_this = hold.scope.connection.is_none_or(|id| id == connection.id);
    if !is_whole || !is_this {
        return None;
    }
    let (code, message) = match hold.reason.as_str() {
        "breaker" => {
            ("circuit_open", "the provider failed several times in a row; it is tried again from time to time")
        }
        "paused" => ("paused", "somebody has paused it"),
        "locked" => ("paused", "the operator of this installation has paused it"),
        _ => return None,
    };
    Some(HealthReason { code: code.into(), message: message.to_owned(), since: Some(hold.since) })
}

fn failed_check(check: &Check) -> Option<HealthReason> {
    let report = check.report.as_ref()?;
    if report.get("ok").and_then(Value::as_bool) != Some(false) {
        return None;
    }
    let failed = report.get("checks").and_then(Value::as_array).into_iter().flatten();
    let failed = failed.filter(|one| one.get("ok").and_then(Value::as_bool) == Some(false));
    let message = failed.filter_map(|one| one.get("message")?.as_str()).collect::<Vec<_>>().join("; ");
    let message = if message.is_empty() { "the last test failed".to_owned() } else { message };
    Some(HealthReason { code: "check_failed".into(), message, since: check.completed_at })
}

/// A provider that was not told where webhooks go sends none.
fn without_webhooks(problem: webhooks::Problem) -> HealthReason {
    HealthReason { code: problem.code.into(), message: problem.message, since: Some(problem.since) }
}

/// A provider that cannot be asked for news brings none.
fn without_news(trouble: polls::Trouble) -> HealthReason {
    HealthReason { code: "poll_failed".into(), message: trouble.message, since: Some(trouble.since) }
}

fn failed_deliveries(trouble: Trouble) -> Option<HealthReason> {
    let message = match trouble.count {
        0 => return None,
        1 => "a webhook could not be processed".to_owned(),
        count => format!("{count} webhooks could not be processed"),
    };
    Some(HealthReason { code: "deliveries_failed".into(), message, since: trouble.since })
}
