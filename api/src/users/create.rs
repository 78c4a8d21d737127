//! `POST /api/v1/users`

use super::{ShownUser, check_email, check_name, required, show};
use crate::{
    auth::{Caller, Passwords, Record},
    problem::{Code, FieldProblem, Problem},
    request::Creation,
};
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::{
    TeamId, UserId,
    role::{Permission, RoleKey},
};
use http::StatusCode;
use serde::Deserialize;
use sqlx::PgConnection;
use store::{
    teams,
    users::{self, NewUser},
};

/// A new person.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// The address they will log in with.
    email: String,
    /// What others call them.
    name: String,
    /// What they may do.
    #[schema(schema_with = crate::openapi::role)]
    role: RoleKey,
    /// The teams they are in from the beginning.
    #[serde(default)]
    #[schema(value_type = Vec<uuid::Uuid>)]
    team_ids: Vec<TeamId>,
    /// Their first password: 10 to 200 characters.
    #[schema(format = Password)]
    password: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("somebody of this tenant has this address")]
    EmailTaken,
    #[error(transparent)]
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if error.is_unique_violation_of("users_email_key") { Self::EmailTaken } else { Self::Store(error) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::EmailTaken => Code::EmailTaken.into(),
            Error::Store(error) => error.into(),
        }
    }
}

/// Create a person
///
/// With a password that somebody tells them. An invitation lets them choose their own.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = CreateUser,
    params(crate::openapi::IdempotencyKey), security(("access_token" = ["manage_users"])),
    responses((status = 201, description = "Created", body = ShownUser),
              (status = 403, description = "`forbidden`; `beyond_your_own`: the role allows more than yours"),
              (status = 409, description = "`email_taken`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(caller: Caller, creation: Creation<CreateUser>) -> Result<Response, Problem> {
    // Who may not do this is told so first; and hashing holds no transaction open.
    drop(caller.begin(Permission::ManageUsers).await?);
    let new = &creation.body;
    let problems: Vec<_> = [
        check_email("/email", &new.email),
        check_name("/name", &new.name),
        Passwords::check_new("/password", &new.password),
    ]
    .into_iter()
    .filter_map(Result::err)
    .collect();
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let password_hash = Passwords::hash(new.password.clone()).await?;
    let (mut change, granted) = caller.administer(Permission::ManageUsers).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), caller.user, now).await? {
        return Ok(answer);
    }
    granted.may_give_role(change.conn(), new.role, "/role").await?;
    let id = UserId::new();
    let user = NewUser { id, email: &new.email, name: new.name.trim(), role: new.role, password_hash: &password_hash };
    users::create(change.conn(), &user, now).await.map_err(Error::from)?;
    join(change.conn(), id, &new.team_ids, now).await?;
    let user = required(change.conn(), id).await?;
    let user = show(change.conn(), user).await?;
    let answer = creation.answer(change.conn(), caller.user, now, StatusCode::CREATED, &user).await?;
    change.commit(Record::new("user.created").of(id).after(&user)).await?;
    Ok(answer)
}

/// Says which of these teams there are not.
pub async fn check_teams(conn: &mut PgConnection, ids: &[TeamId]) -> Result<(), Problem> {
    let existing = teams::existing(conn, ids).await?;
    let unknown = ids.iter().enumerate().filter(|(_, id)| !existing.contains(id));
    let problem =
        |place: usize| FieldProblem::new(format!("/team_ids/{place}"), "unknown_team", "there is no such team");
    let problems: Vec<_> = unknown.map(|(place, _)| problem(place)).collect();
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}

async fn join(conn: &mut PgConnection, user: UserId, ids: &[TeamId], now: DateTime<Utc>) -> Result<(), Problem> {
    check_teams(conn, ids).await?;
    for team in ids {
        teams::put_member(conn, *team, user, None, now).await?;
    }
    Ok(())
}
