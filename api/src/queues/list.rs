//! `GET /api/v1/queues`

use crate::{auth::Caller, problem::Problem, state::Api};
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{TeamId, role::Permission, sight::Reach};
use serde::Serialize;
use store::conversations::queues;

/// A queue.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Queue {
    /// Whose; `null` for what no team has.
    #[schema(value_type = Option<uuid::Uuid>)]
    team_id: Option<TeamId>,
    /// The team's name.
    name: Option<String>,
    /// How many conversations wait.
    waiting: i64,
    /// Since when the first of them does.
    oldest_at: Option<DateTime<Utc>>,
    /// How long that is, in seconds.
    oldest_age_seconds: Option<i64>,
    /// How many are being worked on.
    assigned: i64,
    /// Members of the team who are online.
    online: i64,
}

/// List the queues that you see
///
/// The one of no team first, then those of your teams by their names; of all teams, if you see all conversations.
#[utoipa::path(get, path = "/api/v1/queues", tag = "queues",
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The queues", body = [Queue])))]
pub async fn list(State(api): State<Api>, caller: Caller) -> Result<axum::Json<Vec<Queue>>, Problem> {
    let now = api.now();
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let teams = (granted.sight.reach < Reach::Everything).then_some(granted.sight.teams.as_slice());
    let queues = queues::list(&mut tx, caller.tenant, teams, now).await?.into_iter();
    let shown = |queue: queues::Queue| Queue {
        team_id: queue.team_id,
        name: queue.name,
        waiting: queue.waiting,
        oldest_at: queue.oldest_at,
        oldest_age_seconds: queue.oldest_at.map(|since| (now - since).num_seconds().max(0)),
        assigned: queue.assigned,
        online: queue.online,
    };
    Ok(axum::Json(queues.map(shown).collect()))
}
