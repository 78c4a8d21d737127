//! `POST /api/v1/api-keys`

use super::{PREFIX, ShownApiKey};
use crate::{
    auth::{Caller, Record},
    problem::{FieldProblem, Problem},
    request::Creation,
    users::check_name,
};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::{ApiKeyId, role::Permission};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::api_keys::{self, ApiKey};
use vault::TenantToken;

/// A new key.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// What people call it.
    #[schema(example = "Nightly export")]
    name: String,
    /// What it is to allow: at least one, and none that you do not have.
    #[schema(schema_with = crate::openapi::permissions)]
    scopes: Vec<Permission>,
    /// Until when it is good; without it, until it is revoked.
    expires_at: Option<DateTime<Utc>>,
}

/// A key that was just made.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CreatedApiKey {
    #[serde(flatten)]
    key: ShownApiKey,
    /// What the machine sends in `Authorization: Bearer …`. Shown this once.
    token: String,
}

/// Create an API key
///
/// The answer to a repeated request has no token: it is shown once.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "api-keys", request_body = CreateApiKey,
    params(crate::openapi::IdempotencyKey), security(("access_token" = ["manage_api_keys"])),
    responses((status = 201, description = "Created", body = CreatedApiKey),
              (status = 403, description = "`forbidden`; `beyond_your_own`: you may not do so much yourself"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(caller: Caller, creation: Creation<CreateApiKey>) -> Result<Response, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageApiKeys).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), caller.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    let mut problems: Vec<FieldProblem> = check_name("/name", &new.name).err().into_iter().collect();
    if new.scopes.is_empty() {
        problems.push(FieldProblem::new("/scopes", "too_short", "must not be empty"));
    }
    if new.expires_at.is_some_and(|until| until <= now) {
        problems.push(FieldProblem::new("/expires_at", "past", "must be in the future"));
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let scopes = new.scopes.iter().copied().collect();
    granted.may_give(scopes)?;
    let token = TenantToken::new(caller.tenant);
    let key = ApiKey {
        id: ApiKeyId::new(),
        user_id: caller.user,
        name: new.name.trim().to_owned(),
        scopes,
        expires_at: new.expires_at,
        last_used_at: None,
        created_at: now,
    };
    api_keys::create(change.conn(), &key, &token.hash()).await?;
    let key = ShownApiKey::from(key);
    // What is kept for a repeated request holds no secret.
    creation.keep(change.conn(), caller.user, now, StatusCode::CREATED, &json!(key)).await?;
    change.commit(Record::new("api_key.created").of(key.id).after(&key)).await?;
    let token = format!("{PREFIX}{}", token.encode());
    Ok((StatusCode::CREATED, axum::Json(CreatedApiKey { key, token })).into_response())
}
