//! `DELETE /api/v1/api-keys/{id}`

use super::ShownApiKey;
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
};
use domain::{ApiKeyId, role::Permission};
use http::StatusCode;
use store::api_keys;

/// Revoke an API key
///
/// It is refused from now on.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "api-keys", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_api_keys"])),
    responses((status = 204, description = "Revoked"), (status = 404, description = "`not_found`")))]
pub async fn revoke(caller: Caller, Path(id): Path<ApiKeyId>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageApiKeys).await?;
    let key = api_keys::load(change.conn(), id).await?.ok_or(Code::NotFound)?;
    let now = change.now();
    api_keys::revoke(change.conn(), id, now).await?;
    change.commit(Record::new("api_key.revoked").of(id).before(ShownApiKey::from(key))).await?;
    Ok(StatusCode::NO_CONTENT)
}
