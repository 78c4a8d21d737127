//! `POST /api/v1/queue/dead-letters/replay` and `…/discard`: many at once.

use crate::{
    auth::Caller,
    problem::Problem,
    queue::{commit, failed},
    request::Json,
    state::Api,
};
use axum::extract::State;
use domain::{job::Lane, role::Permission};
use queue::{
    JobId,
    dead_letters::{self, BATCH, Which},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Which dead letters are meant: exactly one of the three.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichDeadLetters {
    /// These, at most 1,000. Those that there are not are passed over.
    #[schema(value_type = Option<Vec<i64>>, max_items = 1000)]
    ids: Option<Vec<JobId>>,
    /// Those of this kind of job.
    kind: Option<String>,
    /// `true`: all of the tenant.
    #[serde(default)]
    all: bool,
}

/// How many it were.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ManyDeadLetters {
    /// So many.
    count: usize,
    /// At most 10,000 go at once: there may be more. Ask again.
    more: bool,
}

impl WhichDeadLetters {
    fn which(&self) -> Result<Which<'_>, Problem> {
        match (&self.ids, &self.kind, self.all) {
            (Some(ids), None, false) if ids.len() <= 1000 => Ok(Which::Ids(ids)),
            (Some(_), None, false) => Err(Problem::field("/ids", "too_many", "must be at most 1000")),
            (None, Some(kind), false) => Ok(Which::Kind(kind)),
            (None, None, true) => Ok(Which::All),
            _ => Err(Problem::field("", "one_of", "must have exactly one of `ids`, `kind` and `all: true`")),
        }
    }

    /// What the event log says of them. The ids, if they were named; never more than were asked for.
    fn named(&self, count: usize) -> Value {
        json!({ "job_ids": self.ids, "job_kind": self.kind, "count": count })
    }
}

/// Replay many dead letters
///
/// Each as a new job, in their old order, at most 10,000 at once.
#[utoipa::path(post, path = "/api/v1/queue/dead-letters/replay", tag = "queue", request_body = WhichDeadLetters,
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "How many are jobs again", body = ManyDeadLetters),
              (status = 422, description = "`invalid`")))]
pub async fn replay(
    State(api): State<Api>,
    caller: Caller,
    Json(body): Json<WhichDeadLetters>,
) -> Result<axum::Json<ManyDeadLetters>, Problem> {
    let (mut change, _) = caller.administer(Permission::OperateQueue).await?;
    let replayed = dead_letters::replay(change.conn(), caller.tenant, body.which()?).await.map_err(failed)?;
    if replayed.is_empty() {
        change.commit_unchanged().await?;
    } else {
        commit(change, "queue.dead_letters_replayed", body.named(replayed.len())).await?;
    }
    let lanes: BTreeSet<Lane> = replayed.iter().map(|&(_, lane)| lane).collect();
    for lane in lanes {
        api.queue.wake(lane);
    }
    Ok(axum::Json(ManyDeadLetters { count: replayed.len(), more: replayed.len() == BATCH as usize }))
}

/// Discard many dead letters
///
/// For good, at most 10,000 at once.
#[utoipa::path(post, path = "/api/v1/queue/dead-letters/discard", tag = "queue", request_body = WhichDeadLetters,
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "How many are gone", body = ManyDeadLetters),
              (status = 422, description = "`invalid`")))]
pub async fn discard(
    caller: Caller,
    Json(body): Json<WhichDeadLetters>,
) -> Result<axum::Json<ManyDeadLetters>, Problem> {
    let (mut change, _) = caller.administer(Permission::OperateQueue).await?;
    let gone = dead_letters::discard(change.conn(), caller.tenant, body.which()?).await.map_err(failed)?;
    let count = usize::try_from(gone).unwrap_or(usize::MAX);
    if count == 0 {
        change.commit_unchanged().await?;
    } else {
        commit(change, "queue.dead_letters_discarded", body.named(count)).await?;
    }
    Ok(axum::Json(ManyDeadLetters { count, more: count == BATCH as usize }))
}
