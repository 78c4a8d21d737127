//! `POST /api/v1/invitations`

use super::{LIFETIME, ShownInvitation};
use crate::{
    auth::{Caller, Record},
    links,
    problem::{Code, Problem},
    request::Creation,
    state::Api,
    users::{check_email, check_name, create::check_teams},
};
use axum::{extract::State, response::Response};
use domain::{
    InvitationId, TeamId,
    role::{Permission, RoleKey},
};
use http::StatusCode;
use serde::Deserialize;
use store::{
    invitations::{self, Invitation},
    mailed_links::Purpose,
    users,
};

/// Somebody who is asked to join.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInvitation {
    /// Their address.
    email: String,
    /// What they are called, until they say it themselves.
    name: Option<String>,
    /// What they will be allowed to do.
    #[schema(schema_with = crate::openapi::role)]
    role: RoleKey,
    /// The teams they will be in.
    #[serde(default)]
    #[schema(value_type = Vec<uuid::Uuid>)]
    team_ids: Vec<TeamId>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("somebody with this address is invited already")]
    AlreadyInvited,
    #[error(transparent)]
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if error.is_unique_violation_of("invitations_email_key") { Self::AlreadyInvited } else { Self::Store(error) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::AlreadyInvited => Code::AlreadyInvited.into(),
            Error::Store(error) => error.into(),
        }
    }
}

/// Invite somebody
///
/// They get an e-mail with a link that is good for seven days, and once.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "users", request_body = CreateInvitation,
    params(crate::openapi::IdempotencyKey), security(("access_token" = ["manage_users"])),
    responses((status = 201, description = "Invited", body = ShownInvitation),
              (status = 403, description = "`forbidden`; `beyond_your_own`: the role allows more than yours"),
              (status = 409, description = "`email_taken`, `already_invited`, `mail_not_configured`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(
    State(api): State<Api>,
    caller: Caller,
    creation: Creation<CreateInvitation>,
) -> Result<Response, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageUsers).await?;
    links::must_send_mail(&api)?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), caller.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    let problems: Vec<_> =
        [check_email("/email", &new.email), new.name.as_ref().map_or(Ok(()), |name| check_name("/name", name))]
            .into_iter()
            .filter_map(Result::err)
            .collect();
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    granted.may_give_role(change.conn(), new.role, "/role").await?;
    check_teams(change.conn(), &new.team_ids).await?;
    if users::has_email(change.conn(), &new.email).await? {
        return Err(Code::EmailTaken.into());
    }
    let id = InvitationId::new();
    let invitation = Invitation {
        id,
        email: new.email.clone(),
        name: new.name.as_ref().map(|name| name.trim().to_owned()),
        role: new.role,
        team_ids: new.team_ids.clone(),
        invited_by: caller.user,
        created_at: now,
        expires_at: None,
        sent_at: None,
    };
    invitations::create(change.conn(), &invitation).await.map_err(Error::from)?;
    links::send(&api, &mut change, Purpose::Invitation(id), LIFETIME).await?;
    let invitation = invitations::load(change.conn(), id).await?.ok_or(Code::Conflict)?;
    let invitation = ShownInvitation::from(invitation);
    let answer = creation.answer(change.conn(), caller.user, now, StatusCode::CREATED, &invitation).await?;
    change.commit(Record::new("invitation.created").of(id).after(&invitation)).await?;
    Ok(answer)
}
