//! `GET /ws/{tenant}?token=…`: a WebSocket for those who want nothing but to be told, in one plain form.
//!
//! The token stands in the address because browsers let a page say nothing else when it opens a WebSocket. Addresses with
//! their queries are in no log of ours.

use super::{hearing::Hearing, proof, socket::small};
use crate::{api_keys, auth::Credential, state::Api};
use ::realtime::{Close, Ours, frame::Frame, position::Who};
use axum::{
    extract::{
        Path, Query, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::Response,
};
use domain::TenantId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use store::tenants;
use tokio::time::timeout;

const GOODBYE: Duration = Duration::from_secs(1);

/// Who asks.
#[derive(Deserialize)]
pub struct Shown {
    token: Option<String>,
}

/// Takes a connection of somebody who has shown a good token, and closes others with 1008.
pub async fn connect(
    State(api): State<Api>,
    Path(tenant): Path<String>,
    Query(Shown { token }): Query<Shown>,
    upgrade: WebSocketUpgrade,
) -> Response {
    small(upgrade).on_upgrade(async move |socket| {
        let who = match token {
            Some(token) => known(&api, &tenant, &token).await,
            None => None,
        };
        let hearing = match who {
            Some((tenant, who)) => Hearing::of(&api.realtime, tenant, who, vec![Ours::Inbox.name()], None).await.ok(),
            None => None,
        };
        match hearing {
            Some(hearing) => tell(socket, hearing).await,
            None => bid_farewell(socket, close_code::POLICY, "The token is not good").await,
        }
    })
}

/// Whose token it is, if it is of this tenant.
async fn known(api: &Api, tenant: &str, token: &str) -> Option<(TenantId, Who)> {
    let (of, user, credential) = if let Some(token) = api_keys::token(token) {
        let key = api_keys::show_up(api, &token).await.ok().flatten()?;
        (token.tenant, key.user_id, Credential::ApiKey(key.id))
    } else {
        let claims = api.access_key.verify(token, api.now())?;
        (claims.tenant, claims.user, Credential::Session(claims.session))
    };
    let mut tx = api.database.begin(of).await.ok()?;
    let own = tenants::current(&mut tx).await.ok().flatten()?;
    let is_named = own.slug == tenant || own.id.to_string() == tenant;
    is_named.then_some((of, Who { user, by: proof(credential) }))
}

async fn tell(mut socket: WebSocket, mut hearing: Hearing) {
    // Whatever happens from now on is told.
    if socket.send(Message::Text(json!({ "type": "connected" }).to_string().into())).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            next = hearing.next() => match next {
                Ok(frame) => {
                    if let Some(text) = plain(&frame)
                        && socket.send(Message::Text(text.into())).await.is_err()
                    {
                        return;
                    }
                }
                Err(close) => {
                    let code = if close == Close::Unauthorised { close_code::POLICY } else { close_code::AGAIN };
                    return bid_farewell(socket, code, close.reason()).await;
                }
            },
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

async fn bid_farewell(mut socket: WebSocket, code: u16, reason: &'static str) {
    let _ = timeout(GOODBYE, async {
        let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
        while let Some(Ok(_)) = socket.recv().await {}
    })
    .await;
}

/// An event with its type, without the protocol around it.
fn plain(frame: &Frame) -> Option<String> {
    let told: Value = serde_json::from_slice(frame).ok()?;
    let event = told["event"].as_str().filter(|event| !event.starts_with("pusher"))?;
    let data: Value = serde_json::from_str(told["data"].as_str()?).ok()?;
    let name = name(event, &data);
    Some(json!({ "type": name, "event": event, "data": data }).to_string())
}

/// The names that dashboards of old know, and of everything else that of the catalogue.
fn name<'a>(event: &'a str, data: &Value) -> &'a str {
    match (event, data["data"]["direction"].as_str()) {
        ("message.created", Some("inbound")) => "new_message",
        ("message.created", _) => "message_sent",
        ("conversation.created", _) => "new_conversation",
        ("conversation.status_changed", _) => "conversation_status_changed",
        _ => event,
    }
}
