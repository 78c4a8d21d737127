//! `POST /api/v1/auth/second-factor`

use super::{seal, totp};
use crate::{
    auth::{Caller, ClientAddress, Needs, Passwords},
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::{second_factors, tenants, users};

/// Who sets up a second factor proves that it is them: whoever finds an open browser must not lock its owner out.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginSecondFactor {
    /// Your password.
    #[schema(format = Password)]
    password: String,
}

/// What the app has to know. Shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NewSecondFactor {
    /// The secret, for whoever types it.
    #[schema(example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]
    secret: String,
    /// The same with everything else, for a QR code.
    #[schema(example = "otpauth://totp/Acme:ada%40acme.example?secret=JBSWY3DPEHPK3PXP&issuer=Acme")]
    otpauth_uri: String,
}

/// Begin to set up a second factor
///
/// It is asked for once a code has confirmed it. Beginning again replaces the secret.
#[utoipa::path(post, path = "/api/v1/auth/second-factor", tag = "auth", request_body = BeginSecondFactor,
    responses((status = 200, description = "What the app has to know", body = NewSecondFactor),
              (status = 409, description = "`already_set_up`"),
              (status = 422, description = "`invalid`: the password is wrong")))]
pub async fn begin(
    State(api): State<Api>,
    caller: Caller,
    ClientAddress(client): ClientAddress,
    Json(body): Json<BeginSecondFactor>,
) -> Result<axum::Json<NewSecondFactor>, Problem> {
    let (mut tx, _) = caller.begin(Needs::Oneself).await?;
    caller.session()?;
    let user = users::load(&mut tx, caller.user).await?.ok_or(Code::Unauthenticated)?;
    let tenant = tenants::current(&mut tx).await?.ok_or(Code::Unauthenticated)?;
    let hash = users::password_hash(&mut tx, caller.user).await?.ok_or(Code::Unauthenticated)?;
    drop(tx);
    Passwords::prove(&api, client, &user.email, body.password, hash, "/password").await?;
    let secret: [u8; 20] = rand::random();
    let generator = totp(&secret)
        // The standard for such URIs leaves no way to write a colon.
        .with_account_name(user.email.replace(':', " "))
        .with_issuer(Some(tenant.name.replace(':', " ")))
        .build()
        .map_err(Problem::internal)?;
    let otpauth_uri = generator.to_url().map_err(Problem::internal)?;
    let (mut tx, _) = caller.begin(Needs::Oneself).await?;
    let sealed = seal(&api, caller.tenant, caller.user, &secret);
    if !second_factors::begin(&mut tx, caller.user, &sealed, api.now()).await? {
        return Err(Code::AlreadySetUp.into());
    }
    tx.commit().await?;
    Ok(axum::Json(NewSecondFactor { secret: generator.secret().to_base32(), otpauth_uri }))
}
