//! Keys that machines show instead of signing in. A key never allows more than whoever made it may do at the moment, and
//! ends with them.

pub mod create;
pub mod list;
pub mod revoke;

use crate::{problem::Problem, state::Api};
use chrono::{DateTime, Utc};
use domain::{ApiKeyId, UserId, role::Permission};
use serde::Serialize;
use sqlx::PgConnection;
use store::api_keys::{self, ApiKey};
use vault::TenantToken;

/// What tells a key from an access token, and a scanner of repositories that it has found one.
const PREFIX: &str = "sbk_";

/// A key.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ApiKey)]
pub struct ShownApiKey {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: ApiKeyId,
    /// What people call it.
    name: String,
    /// What it is to allow, as far as its maker may do it themselves.
    #[schema(schema_with = crate::openapi::permissions)]
    scopes: Vec<Permission>,
    /// Who made it.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// Until when it is good; null: until it is revoked.
    expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    last_used_at: Option<DateTime<Utc>>,
    /// Since when.
    created_at: DateTime<Utc>,
}

impl From<ApiKey> for ShownApiKey {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            scopes: key.scopes.iter().collect(),
            user_id: key.user_id,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            created_at: key.created_at,
        }
    }
}

/// The key that stands in `Authorization`, if it is one.
pub fn token(bearer: &str) -> Option<TenantToken> {
    bearer.strip_prefix(PREFIX).and_then(TenantToken::decode)
}

/// The key that a token is, if it is good, after noting that it was used.
pub async fn show_up(api: &Api, token: &TenantToken) -> Result<Option<ApiKey>, Problem> {
    let now = api.now();
    let mut tx = api.database.begin(token.tenant).await?;
    let Some(key) = api_keys::find(&mut tx, &token.hash(), now).await? else { return Ok(None) };
    if api_keys::touch(&mut tx, &key, now).await? {
        tx.commit().await?;
    }
    Ok(Some(key))
}

/// A key that is still good, for the transaction that does what it was shown for.
pub async fn good(conn: &mut PgConnection, id: ApiKeyId, now: DateTime<Utc>) -> Result<Option<ApiKey>, store::Error> {
    let key = api_keys::load(conn, id).await?;
    Ok(key.filter(|key| key.expires_at.is_none_or(|until| until > now)))
}
