//! The control API of the mail server; the crate's documentation lists its routes.

use super::{Mailroom, ReceivedMail};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use std::sync::Arc;

type SharedState = State<Arc<Mailroom>>;

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    code: u16,
}

pub(crate) fn router(room: Arc<Mailroom>) -> Router {
    Router::new().route("/messages", get(list).delete(clear)).route("/refusals", post(refuse)).with_state(room)
}

async fn list(State(room): SharedState, Query(filter): Query<Filter>) -> Json<Vec<ReceivedMail>> {
    let mut mails = room.mails();
    if let Some(to) = filter.to {
        mails.retain(|mail| mail.to.contains(&to));
    }
    Json(mails)
}

async fn clear(State(room): SharedState) -> StatusCode {
    room.clear();
    StatusCode::NO_CONTENT
}

async fn refuse(State(room): SharedState, Json(Refusal { code }): Json<Refusal>) -> StatusCode {
    if !(400..600).contains(&code) {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    room.refuse_next(code);
    StatusCode::NO_CONTENT
}
