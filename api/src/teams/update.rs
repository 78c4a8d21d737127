//! `PATCH /api/v1/teams/{id}`

use super::{ShownTeam, check_capacity, check_prefix, named, required};
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::{Change, IfMatch, Json, Path, tagged},
    roles::{check_description, check_short_name},
};
use axum::response::Response;
use domain::{TeamId, role::Permission, team::Assignment};
use serde::Deserialize;
use store::teams::{self, Team};

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateTeam {
    /// What people call it.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// What the numbers of its tickets begin with from now on.
    ticket_prefix: Option<String>,
    /// How a conversation in its queue finds somebody.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::assignment_or_null)]
    assignment: Option<Assignment>,
    /// How many conversations a member works on at once; null: any number.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1)]
    capacity: Change<i32>,
}

/// Change a team
#[utoipa::path(patch, path = "/api/v1/teams/{id}", tag = "teams", request_body = UpdateTeam,
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch), security(("access_token" = ["manage_teams"])),
    responses((status = 200, description = "The team as it is now, with an ETag", body = ShownTeam),
              (status = 409, description = "`name_taken`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    caller: Caller,
    Path(id): Path<TeamId>,
    if_match: IfMatch,
    Json(update): Json<UpdateTeam>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageTeams).await?;
    let before = required(change.conn(), id).await?;
    if_match.check(before.version)?;
    let after = Team {
        name: update.name.map_or_else(|| before.name.clone(), |name| name.trim().to_owned()),
        description: update.description.unwrap_or_else(|| before.description.clone()),
        ticket_prefix: update.ticket_prefix.unwrap_or_else(|| before.ticket_prefix.clone()),
        assignment: update.assignment.unwrap_or(before.assignment),
        capacity: match update.capacity {
            Change::Stays => before.capacity,
            Change::Becomes(capacity) => capacity,
        },
        ..before.clone()
    };
    let problems: Vec<_> = [
        check_short_name("/name", &after.name),
        check_description("/description", &after.description),
        check_prefix("/ticket_prefix", &after.ticket_prefix),
        check_capacity("/capacity", after.capacity),
    ]
    .into_iter()
    .filter_map(Result::err)
    .collect();
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let now = change.now();
    let after = teams::update(change.conn(), &after, now).await.map_err(named)?.ok_or(Code::PreconditionFailed)?;
    let (version, after) = (after.version, ShownTeam::from(after));
    change.commit(Record::new("team.updated").of(id).before(ShownTeam::from(before)).after(&after)).await?;
    Ok(tagged(version, after))
}
