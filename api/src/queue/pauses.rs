//! What holds the tenant's jobs back.
//!
//! A tenant's admin pauses the tenant, one lane or kind of its jobs, or one of its connections. A pause counts from the moment it
//! is answered; what runs is not interrupted.

pub mod all;
pub mod connections;
pub mod kinds;
pub mod lanes;
pub mod list;

use super::{commit, failed};
use crate::{
    auth::{Administration, Caller},
    problem::{Code, Problem},
    state::Api,
};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, job::Lane};
use queue::holds::{self, Hold, Pause, Scope};
use serde::Serialize;
use serde_json::{Value, json};

/// Something that holds jobs back: all that is named here must be so of a job.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Pause)]
pub struct ShownPause {
    /// `paused` by people, `locked` by the operator, who alone can lift it, `needs_reauth` when the connection waits for
    /// a new authorization, or `breaker` when its provider has failed several times in a row.
    reason: String,
    /// Whether it is the operator's and concerns everyone on this installation.
    everyone: bool,
    /// Jobs of this lane.
    #[schema(value_type = Option<String>)]
    lane: Option<Lane>,
    /// Jobs of this kind.
    kind: Option<String>,
    /// Jobs that call the provider of this connection.
    #[schema(value_type = Option<uuid::Uuid>)]
    connection_id: Option<ConnectionId>,
    /// When a breaker lets one job through, to see whether the provider works again.
    until: Option<DateTime<Utc>>,
    /// Since when.
    since: DateTime<Utc>,
}

impl From<Hold> for ShownPause {
    fn from(hold: Hold) -> Self {
        Self {
            reason: hold.reason,
            everyone: hold.scope.tenant.is_none(),
            lane: hold.scope.lane,
            kind: hold.scope.kind,
            connection_id: hold.scope.connection,
            until: hold.until,
            since: hold.since,
        }
    }
}

/// Pauses, and answers with the pause. It may have been there before.
async fn pause(mut change: Administration, scope: Scope) -> Result<axum::Json<ShownPause>, Problem> {
    let is_new = holds::pause(change.conn(), Pause::Open, &scope).await.map_err(failed)?;
    let pauses = holds::of_tenant(change.conn()).await.map_err(failed)?;
    let pause = pauses.into_iter().find(|hold| hold.reason == Pause::Open.as_str() && hold.scope == scope);
    // Another request may have lifted it before this one looked.
    let pause = pause.ok_or(Code::Conflict)?;
    if is_new {
        commit(change, "queue.paused", named(&scope)).await?;
    } else {
        change.commit_unchanged().await?;
    }
    Ok(axum::Json(pause.into()))
}

/// Lifts a pause, and brings back what it had set aside.
async fn resume(api: &Api, caller: &Caller, mut change: Administration, scope: Scope) -> Result<(), Problem> {
    if !holds::resume(change.conn(), Pause::Open, &scope).await.map_err(failed)? {
        return Err(Code::NotFound.into());
    }
    commit(change, "queue.resumed", named(&scope)).await?;
    if let Err(error) = api.queue.release(&scope).await {
        // The pause is lifted all the same; the workers look for such jobs from time to time.
        tracing::warn!(%error, tenant = %caller.tenant, "jobs that a pause had set aside come back later");
    }
    Ok(())
}

fn named(scope: &Scope) -> Value {
    json!({ "job_kind": scope.kind, "connection_id": scope.connection, "lane": scope.lane })
}
