//! `POST /api/v1/auth/second-factor/recovery-codes`

use super::recovery;
use crate::{
    auth::{Caller, ClientAddress, Needs, Passwords, Record},
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{second_factors, users};

/// Ten codes for when the app is lost. Each is good once; they are shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RecoveryCodes {
    #[schema(example = json!(["k7dm-x2pq-9fvb-3hwn"]))]
    recovery_codes: Vec<String>,
}

impl RecoveryCodes {
    pub fn new(recovery_codes: Vec<String>) -> Self {
        Self { recovery_codes }
    }
}

/// Who asks for new codes.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewRecoveryCodes {
    /// Your password.
    #[schema(format = Password)]
    password: String,
}

/// Get new recovery codes
///
/// The ones before are good for nothing from now on.
#[utoipa::path(post, path = "/api/v1/auth/second-factor/recovery-codes", tag = "auth",
    request_body = RenewRecoveryCodes,
    responses((status = 200, description = "Ten new ones", body = RecoveryCodes),
              (status = 404, description = "`not_found`: there is no second factor"),
              (status = 422, description = "`invalid`: the password is wrong")))]
pub async fn renew(
    State(api): State<Api>,
    caller: Caller,
    ClientAddress(client): ClientAddress,
    Json(body): Json<RenewRecoveryCodes>,
) -> Result<axum::Json<RecoveryCodes>, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    caller.session()?;
    if !second_factors::is_confirmed(&mut tx, caller.user).await? {
        return Err(Code::NotFound.into());
    }
    let user = users::load(&mut tx, caller.user).await?.ok_or(Code::Unauthenticated)?;
    let hash = users::password_hash(&mut tx, caller.user).await?.ok_or(Code::Unauthenticated)?;
    drop(tx);
    Passwords::prove(&api, client, &user.email, body.password, hash, "/password").await?;
    let codes = recovery::generate();
    let hashes: Vec<_> = codes.iter().map(|code| recovery::hash(code)).collect();
    let (mut change, _) = caller.administer(Needs::SignedIn).await?;
    second_factors::put_recovery_codes(change.conn(), caller.user, &hashes).await?;
    let after = json!({ "recovery_codes": { "set": true } });
    change.commit(Record::new("user.recovery_codes_renewed").of(caller.user).after(after)).await?;
    Ok(axum::Json(RecoveryCodes::new(codes)))
}
