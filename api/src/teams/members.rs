//! `GET /api/v1/teams/{id}/members`, and `PUT` and `DELETE …/{user_id}`

use super::required;
use crate::{
    auth::{Caller, Needs, Record},
    problem::{Code, Problem},
    request::{Json, Page, Paging, Path, Query, paging},
    teams::check_capacity,
};
use chrono::{DateTime, Utc};
use domain::{TeamId, UserId, role::Permission};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{
    teams::{self, Member},
    users,
};

/// Somebody in a team.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TeamMember)]
pub struct ShownMember {
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// What others call them.
    name: String,
    /// Whether they may log in and act.
    active: bool,
    /// How many conversations of the team they work on at once; null: as the team says.
    capacity: Option<i32>,
    /// When they joined.
    since: DateTime<Utc>,
}

impl From<Member> for ShownMember {
    fn from(member: Member) -> Self {
        let Member { user_id, name, active, capacity, since } = member;
        Self { user_id, name, active, capacity, since }
    }
}

/// How somebody is in a team.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutMember {
    /// How many conversations of the team they work on at once; null or omitted: as the team says.
    #[schema(minimum = 1)]
    capacity: Option<i32>,
}

/// List the members of a team
#[utoipa::path(get, path = "/api/v1/teams/{id}/members", tag = "teams", params(("id" = uuid::Uuid, Path), Paging),
    responses((status = 200, description = "A page", body = Page<ShownMember>),
              (status = 404, description = "`not_found`")))]
pub async fn list(
    caller: Caller,
    Path(id): Path<TeamId>,
    Query(paging): Query<Paging>,
) -> Result<axum::Json<Page<ShownMember>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    required(&mut tx, id).await?;
    let rows = teams::members(&mut tx, id, after, paging.limit().rows()).await?;
    Ok(axum::Json(Page::of(rows, paging.limit(), |member| paging::by_id(member.user_id.0), ShownMember::from)))
}

/// Put somebody into a team
///
/// They see its queue from now on. Who is in it already gets the capacity that is sent.
#[utoipa::path(put, path = "/api/v1/teams/{id}/members/{user_id}", tag = "teams", request_body = PutMember,
    params(("id" = uuid::Uuid, Path), ("user_id" = uuid::Uuid, Path)), security(("access_token" = ["manage_teams"])),
    responses((status = 200, description = "The member", body = ShownMember),
              (status = 404, description = "`not_found`: no such team or person")))]
pub async fn put(
    caller: Caller,
    Path((id, user)): Path<(TeamId, UserId)>,
    Json(new): Json<PutMember>,
) -> Result<axum::Json<ShownMember>, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageTeams).await?;
    check_capacity("/capacity", new.capacity).map_err(|problem| Problem::invalid(vec![problem]))?;
    required(change.conn(), id).await?;
    users::load(change.conn(), user).await?.ok_or(Code::NotFound)?;
    let before = teams::member(change.conn(), id, user).await?.map(ShownMember::from);
    let now = change.now();
    teams::put_member(change.conn(), id, user, new.capacity, now).await?;
    let after = ShownMember::from(teams::member(change.conn(), id, user).await?.ok_or(Code::Conflict)?);
    change.commit(Record::new("team.member_put").of(id).before(before).after(&after)).await?;
    Ok(axum::Json(after))
}

/// Take somebody out of a team
#[utoipa::path(delete, path = "/api/v1/teams/{id}/members/{user_id}", tag = "teams",
    params(("id" = uuid::Uuid, Path), ("user_id" = uuid::Uuid, Path)), security(("access_token" = ["manage_teams"])),
    responses((status = 204, description = "Done"), (status = 404, description = "`not_found`: they are not in it")))]
pub async fn remove(caller: Caller, Path((id, user)): Path<(TeamId, UserId)>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageTeams).await?;
    let before = teams::member(change.conn(), id, user).await?.ok_or(Code::NotFound)?;
    teams::remove_member(change.conn(), id, user).await?;
    change.commit(Record::new("team.member_removed").of(id).before(ShownMember::from(before))).await?;
    Ok(StatusCode::NO_CONTENT)
}
