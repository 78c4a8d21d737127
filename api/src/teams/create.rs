//! `POST /api/v1/teams`

use super::{ShownTeam, check_capacity, check_prefix, named};
use crate::{
    auth::{Caller, Record},
    problem::Problem,
    request::Creation,
    roles::{check_description, check_short_name},
};
use axum::response::Response;
use domain::{TeamId, role::Permission, team::Assignment};
use http::StatusCode;
use serde::Deserialize;
use store::teams::{self, Team};

/// A new team.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTeam {
    /// What people call it: 1 to 50 characters, and no other team's.
    name: String,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// What the numbers of its tickets begin with: a capital letter, then up to nine capital letters and digits. Teams
    /// may share one.
    #[schema(example = "DEV", pattern = "^[A-Z][A-Z0-9]{0,9}$")]
    ticket_prefix: String,
    /// How a conversation in its queue finds somebody; by hand, without it.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::assignment)]
    assignment: Assignment,
    /// How many conversations a member works on at once, before automatic assignment passes them by.
    #[schema(minimum = 1)]
    capacity: Option<i32>,
}

/// Create a team
#[utoipa::path(post, path = "/api/v1/teams", tag = "teams", request_body = CreateTeam,
    params(crate::openapi::IdempotencyKey), security(("access_token" = ["manage_teams"])),
    responses((status = 201, description = "Created", body = ShownTeam),
              (status = 409, description = "`name_taken`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(caller: Caller, creation: Creation<CreateTeam>) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageTeams).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), caller.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    let problems: Vec<_> = [
        check_short_name("/name", &new.name),
        check_description("/description", &new.description),
        check_prefix("/ticket_prefix", &new.ticket_prefix),
        check_capacity("/capacity", new.capacity),
    ]
    .into_iter()
    .filter_map(Result::err)
    .collect();
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let team = Team {
        id: TeamId::new(),
        name: new.name.trim().to_owned(),
        description: new.description.clone(),
        ticket_prefix: new.ticket_prefix.clone(),
        assignment: new.assignment,
        capacity: new.capacity,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    teams::create(change.conn(), &team).await.map_err(named)?;
    let team = ShownTeam::from(team);
    let answer = creation.answer(change.conn(), caller.user, now, StatusCode::CREATED, &team).await?;
    change.commit(Record::new("team.created").of(team.id).after(&team)).await?;
    Ok(answer)
}
