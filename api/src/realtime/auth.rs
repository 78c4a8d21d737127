//! `POST /api/v1/realtime/auth` and `/user-auth`: what clients ask before they subscribe or sign in.

use super::{access::may_hear, proof, subscribe::ChannelData};
use crate::{
    auth::{Caller, Needs, Voucher},
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use ::realtime::{ChannelName, SocketId, channel::Guard, position::Who};
use axum::{
    Form,
    extract::{FromRequest, Request, State},
};
use domain::UserId;
use http::header;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use store::users;

/// A wish to hear a channel.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct ChannelWish {
    /// The connection, as it was told when it began.
    socket_id: String,
    /// The channel.
    channel_name: String,
}

/// A wish to sign in.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct UserWish {
    /// The connection, as it was told when it began.
    socket_id: String,
}

/// What to subscribe with.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ChannelAuthorization {
    /// The app key and a signature.
    auth: String,
    /// Who subscribes, as it was signed.
    channel_data: String,
}

/// What to sign in with.
#[derive(Serialize, utoipa::ToSchema)]
pub struct UserAuthentication {
    /// The app key and a signature.
    auth: String,
    /// Who signs in, as it was signed.
    user_data: String,
}

/// A body as browsers' libraries send it, or as JSON.
pub struct FormOrJson<T>(T);

impl<T: DeserializeOwned> FromRequest<Api> for FormOrJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/x-www-form-urlencoded") {
            let form = Form::<T>::from_request(request, api).await;
            let Form(body) = form.map_err(|_| Problem::field("", "shape", "has not the fields that it needs"))?;
            return Ok(Self(body));
        }
        Json::from_request(request, api).await.map(|Json(body)| Self(body))
    }
}

/// Ask to hear a channel
///
/// As Channels' libraries do it by themselves (`channelAuthorization.endpoint`), with the access token in `Authorization`.
/// Channels are `private-conversation-{id}` and `presence-conversation-{id}` of conversations that you see,
/// `private-user-{id}` of yourself, and `presence-inbox`.
#[utoipa::path(post, path = "/api/v1/realtime/auth", tag = "realtime",
    request_body(content((ChannelWish = "application/json"), (ChannelWish = "application/x-www-form-urlencoded"))),
    responses((status = 200, description = "What to subscribe with", body = ChannelAuthorization),
              (status = 403, description = "`forbidden`: the channel is not for you"),
              (status = 404, description = "`not_found`: we have no channel of this name"),
              (status = 422, description = "`invalid`")))]
pub async fn channel(
    State(api): State<Api>,
    caller: Caller,
    FormOrJson(wish): FormOrJson<ChannelWish>,
) -> Result<axum::Json<ChannelAuthorization>, Problem> {
    let socket = socket(&wish.socket_id)?;
    let named = ChannelName::parse(&wish.channel_name);
    let name = named.map_err(|error| Problem::field("/channel_name", "channel", error.to_string()))?;
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let who = Who { user: caller.user, by: proof(caller.credential) };
    let ours = name.ours().ok_or(Code::NotFound)?;
    if !may_hear(&api.realtime, &mut tx, who, ours).await? {
        return Err(Code::Forbidden.into());
    }
    let user_info = match name.guard() {
        Guard::Presence => about(&mut tx, caller.user).await?,
        _ => Value::Null,
    };
    let (app, _) = api.realtime.apps.of_tenant(&mut tx, caller.tenant, api.now()).await?;
    tx.commit().await?;
    let voucher = Voucher {
        tenant: caller.tenant,
        user: who.user,
        by: who.by,
        socket: socket.to_string(),
        channel: name.to_string(),
    };
    let voucher = api.access_key.vouch(voucher, api.now()).map_err(Problem::internal)?;
    let data = ChannelData { user_id: json!(caller.user), user_info, voucher: Some(voucher) };
    let channel_data = serde_json::to_string(&data).map_err(Problem::internal)?;
    let auth = app.channel_auth(socket, name.as_str(), Some(&channel_data));
    Ok(axum::Json(ChannelAuthorization { auth, channel_data }))
}

/// Ask to sign in
///
/// As Channels' libraries do it by themselves (`userAuthentication.endpoint`).
#[utoipa::path(post, path = "/api/v1/realtime/user-auth", tag = "realtime",
    request_body(content((UserWish = "application/json"), (UserWish = "application/x-www-form-urlencoded"))),
    responses((status = 200, description = "What to sign in with", body = UserAuthentication),
              (status = 422, description = "`invalid`")))]
pub async fn user(
    State(api): State<Api>,
    caller: Caller,
    FormOrJson(wish): FormOrJson<UserWish>,
) -> Result<axum::Json<UserAuthentication>, Problem> {
    let socket = socket(&wish.socket_id)?;
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let user_info = about(&mut tx, caller.user).await?;
    let (app, _) = api.realtime.apps.of_tenant(&mut tx, caller.tenant, api.now()).await?;
    tx.commit().await?;
    let user_data = json!({ "id": caller.user, "user_info": user_info }).to_string();
    Ok(axum::Json(UserAuthentication { auth: app.user_auth(socket, &user_data), user_data }))
}

fn socket(id: &str) -> Result<SocketId, Problem> {
    id.parse().map_err(|error: ::realtime::socket_id::NotASocketId| {
        Problem::field("/socket_id", "socket_id", error.to_string())
    })
}

async fn about(tx: &mut store::TenantTx, user: UserId) -> Result<Value, Problem> {
    let person = users::load(tx, user).await?.ok_or(Code::Unauthenticated)?;
    Ok(json!({ "name": person.name }))
}
