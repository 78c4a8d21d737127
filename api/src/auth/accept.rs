//! `POST /api/v1/auth/accept-invitation`

use super::{
    Client, Passwords,
    session::{self, RefreshTokenDelivery, Tokens},
};
use crate::{
    problem::{Code, Problem},
    request::Json,
    state::Api,
    users::{check_name, create::Error},
};
use axum::{extract::State, response::Response};
use domain::UserId;
use http::StatusCode;
use serde::Deserialize;
use store::{
    invitations,
    mailed_links::{self, Purpose},
    teams,
    users::{self, NewUser},
};
use vault::TenantToken;

/// Somebody who joins.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// What stands behind `#token=` in the link.
    token: String,
    /// What others are to call them.
    name: String,
    /// The password they choose: 10 to 200 characters.
    #[schema(format = Password)]
    password: String,
    /// How the refresh token travels.
    #[serde(default)]
    refresh_token_delivery: RefreshTokenDelivery,
}

/// Accept an invitation
///
/// The link in the e-mail is good once.
#[utoipa::path(post, path = "/api/v1/auth/accept-invitation", tag = "auth", security(()),
    request_body = AcceptInvitation,
    responses((status = 201, description = "There they are, signed in", body = Tokens),
              (status = 409, description = "`email_taken`: somebody with this address was made in the meantime"),
              (status = 410, description = "`link_expired`: used, taken back, replaced or too old"),
              (status = 422, description = "`invalid`")))]
pub async fn accept(
    State(api): State<Api>,
    client: Client,
    Json(new): Json<AcceptInvitation>,
) -> Result<Response, Problem> {
    let now = api.now();
    let token = TenantToken::decode(&new.token).ok_or(Code::LinkExpired)?;
    let problems: Vec<_> = [check_name("/name", &new.name), Passwords::check_new("/password", &new.password)]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    // Hashing costs us more than a link that is made up costs whoever made it up.
    let mut tx = api.database.begin(token.tenant).await?;
    mailed_links::redeem(&mut tx, &token.hash(), now).await?.ok_or(Code::LinkExpired)?;
    drop(tx);
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let password_hash = Passwords::hash(new.password).await?;
    let mut tx = api.database.begin(token.tenant).await?;
    let Some(Purpose::Invitation(id)) = mailed_links::redeem(&mut tx, &token.hash(), now).await? else {
        return Err(Code::LinkExpired.into());
    };
    let invitation = invitations::lock(&mut tx, id).await?.ok_or(Code::LinkExpired)?;
    let user = NewUser {
        id: UserId::new(),
        email: &invitation.email,
        name: new.name.trim(),
        role: invitation.role,
        password_hash: &password_hash,
    };
    users::create(&mut tx, &user, now).await.map_err(Error::from)?;
    // A team that was deleted since is nobody's any more.
    for team in teams::existing(&mut tx, &invitation.team_ids).await? {
        teams::put_member(&mut tx, team, user.id, None, now).await?;
    }
    invitations::remove(&mut tx, id).await?;
    let user = users::load(&mut tx, user.id).await?.ok_or(Code::Conflict)?;
    let (who, refresh) = session::begin(&api, &mut tx, token.tenant, &user, &client, now).await?;
    tx.commit().await?;
    let mut response = session::answer(&api, who, &refresh, new.refresh_token_delivery, now)?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}
