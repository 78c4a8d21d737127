//! `POST /api/v1/users`

use super::{ShownUser, check_email, check_name};
use crate::{
    auth::{Caller, Passwords},
    problem::{Code, Problem},
    request::Creation,
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::{
    UserId,
    role::{Permission, Role},
};
use http::StatusCode;
use serde::Deserialize;
use store::users::{self, NewUser};

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
    role: Role,
    /// Their first password: 10 to 200 characters.
    #[schema(format = Password)]
    password: String,
}

#[derive(Debug, thiserror::Error)]
enum Error {
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
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = CreateUser,
    params(crate::openapi::IdempotencyKey),
    responses((status = 201, description = "Created", body = ShownUser),
              (status = 409, description = "`email_taken`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(
    State(api): State<Api>,
    caller: Caller,
    creation: Creation<CreateUser>,
) -> Result<Response, Problem> {
    let new = &creation.body;
    let problems: Vec<_> = [
        check_email("/email", &new.email),
        check_name("/name", &new.name),
        Passwords::check_new("/password", &new.password),
    ]
    .into_iter()
    .filter_map(Result::err)
    .collect();
    // Who may not do this is told so first; and hashing holds no transaction open.
    drop(caller.begin(Permission::ManageUsers).await?);
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let password_hash = Passwords::hash(new.password.clone()).await?;
    let (mut tx, _) = caller.begin(Permission::ManageUsers).await?;
    let now = api.now();
    if let Some(answer) = creation.earlier_answer(&mut tx, caller.user, now).await? {
        return Ok(answer);
    }
    let id = UserId::new();
    let user = NewUser { id, email: &new.email, name: new.name.trim(), role: new.role, password_hash: &password_hash };
    users::create(&mut tx, &user, now).await.map_err(Error::from)?;
    let user = users::load(&mut tx, id).await?.ok_or(Code::Conflict)?;
    let answer = creation.answer(&mut tx, caller.user, now, StatusCode::CREATED, &ShownUser::from(user)).await?;
    tx.commit().await?;
    Ok(answer)
}
