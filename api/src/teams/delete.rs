//! `DELETE /api/v1/teams/{id}`

use super::{ShownTeam, required};
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::{IfMatch, Path},
};
use domain::{TeamId, role::Permission};
use http::StatusCode;
use store::teams;

/// Delete a team
///
/// Its members are in one team less. One that has conversations stays.
#[utoipa::path(delete, path = "/api/v1/teams/{id}", tag = "teams",
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch), security(("access_token" = ["manage_teams"])),
    responses((status = 204, description = "Deleted"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`: something depends on it"),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn delete(caller: Caller, Path(id): Path<TeamId>, if_match: IfMatch) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageTeams).await?;
    let team = required(change.conn(), id).await?;
    if_match.check(team.version)?;
    if !teams::delete(change.conn(), id, team.version).await.map_err(Problem::in_use)? {
        return Err(Code::PreconditionFailed.into());
    }
    change.commit(Record::new("team.deleted").of(id).before(ShownTeam::from(team))).await?;
    Ok(StatusCode::NO_CONTENT)
}
