//! `POST /{version}/{phone_number_id}/messages`: sends a message, or marks one as read.

use super::callbacks::Accepted;
use super::ending::Ending;
use super::{caller, number};
use crate::whatsapp::directory::Found;
use crate::whatsapp::graph_error::GraphError;
use crate::whatsapp::ids::{self, Author};
use crate::whatsapp::ledger::RecordedRequest;
use crate::whatsapp::memory::RateHit;
use crate::whatsapp::shared::Shared;
use crate::whatsapp::templates::Template;
use crate::whatsapp::traffic::{Customer, Recipient};
use crate::whatsapp::validate::{self, Account, Address, Valid};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(super) async fn send(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let found = caller(&shared, &version, &format!("/{id}/messages"), &headers)
        .and_then(|token| number(&shared, &id, token).ok_or_else(|| GraphError::unknown_object("post", &id)));
    let call = match found {
        Ok(found) => Call { shared: &shared, found, body: object(&body), at: shared.now() },
        Err(error) => return error.into_response(),
    };
    if call.text("status").as_deref() == Some("read") {
        return call.mark_as_read(&body);
    }
    call.send(&body).await
}

/// The body's object; Graph treats anything else like a request without parameters.
fn object(body: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(body).unwrap_or_default()
}

/// One authorized request.
struct Call<'s> {
    shared: &'s Shared,
    found: Found,
    body: Map<String, Value>,
    at: DateTime<Utc>,
}

impl Call<'_> {
    fn mark_as_read(&self, raw: &[u8]) -> Response {
        let (response, error_code, wamid) = match validate::read_receipt(&self.body, self) {
            Ok(wamid) => (Json(json!({ "success": true })).into_response(), None, Some(wamid)),
            Err(error) => {
                let code = error.code;
                (error.into_response(), Some(code), None)
            }
        };
        self.record("read", wamid, Some(response.status().as_u16()), error_code, raw);
        response
    }

    async fn send(&self, raw: &[u8]) -> Response {
        let kind = self.text("type").unwrap_or_else(|| "text".to_owned());
        let (fault, callbacks) = self.shared.memory().faults.take(self.number());
        let checked = match Ending::refusing(&fault) {
            Some(refused) => Err(refused),
            None => self.check().map_err(Ending::error),
        };
        let (ending, error_code, accepted) = match checked {
            Err((ending, code)) => (ending, code, None),
            Ok(valid) => {
                let accepted = self.accept(&valid);
                let answer = answer(&valid.to, &accepted.recipient.customer, &accepted.wamid);
                (Ending::accepting(&fault, answer), None, Some(accepted))
            }
        };
        let wamid = accepted.as_ref().map(|accepted| accepted.wamid.clone());
        self.record(&kind, wamid, ending.status(), error_code, raw);
        if let Some(accepted) = accepted {
            accepted.report(&self.found, &callbacks, &self.shared.courier).await;
        }
        ending.play(&self.shared.stop).await
    }

    /// Everything that can keep a message from being accepted.
    fn check(&self) -> Result<Valid, GraphError> {
        let valid = validate::message(&self.body, self)?;
        let taken = self.shared.memory().take_rate(self.shared.limits, self.number(), valid.to.identifier(), self.at);
        match taken {
            Ok(()) => Ok(valid),
            Err(RateHit::Pair) => Err(GraphError::pair_rate()),
            Err(RateHit::Throughput) => Err(GraphError::throughput(StatusCode::BAD_REQUEST)),
        }
    }

    fn accept(&self, valid: &Valid) -> Accepted {
        let identifier = valid.to.identifier();
        let wamid = ids::wamid(Author::Business, identifier);
        let mut memory = self.shared.memory();
        memory.business_wrote(self.number(), identifier, &wamid);
        Accepted {
            wamid,
            recipient: Recipient {
                customer: memory.customer(identifier),
                by_user_id: matches!(valid.to, Address::UserId(_)),
            },
            opaque: valid.opaque.clone(),
            at: self.at,
            template_category: valid.template_category.clone(),
            window_open: memory.window_is_open(self.number(), identifier, self.at),
        }
    }

    fn record(&self, kind: &str, wamid: Option<String>, answer: Option<u16>, error_code: Option<u32>, raw: &[u8]) {
        self.shared.memory().ledger.record(RecordedRequest {
            sequence: 0,
            at: self.at,
            phone_number_id: self.number().to_owned(),
            kind: kind.to_owned(),
            to: self.text("to").or_else(|| self.text("recipient")),
            opaque: self.text("biz_opaque_callback_data"),
            accepted: wamid.is_some(),
            wamid,
            answer,
            error_code,
            body: serde_json::from_slice(raw).ok(),
        });
    }

    fn text(&self, key: &str) -> Option<String> {
        self.body.get(key)?.as_str().map(str::to_owned)
    }

    fn number(&self) -> &str {
        &self.found.number.phone_number_id
    }
}

impl Account for Call<'_> {
    fn own_number(&self) -> &str {
        &self.found.number.display_phone_number
    }

    fn template(&self, name: &str, language: &str) -> Option<Template> {
        let templates = self.shared.templates(&self.found.number);
        templates.iter().find(|t| t.name == name && t.language == language).cloned()
    }

    fn author(&self, wamid: &str) -> Option<Author> {
        self.shared.memory().author(self.number(), wamid)
    }

    fn has_media(&self, media_id: &str) -> bool {
        let memory = self.shared.memory();
        memory.media(media_id).is_some_and(|media| media.phone_number_id == self.number())
    }
}

/// The answer to an accepted send: a phone number is answered with `wa_id`, a BSUID never is.
fn answer(to: &Address, customer: &Customer, wamid: &str) -> Response {
    let mut contact = match to {
        Address::Phone { input, wa_id } => json!({ "input": input, "wa_id": wa_id }),
        Address::UserId(user_id) => json!({ "input": user_id }),
    };
    if let Some(user_id) = &customer.user_id {
        contact["user_id"] = user_id.clone().into();
    }
    Json(json!({
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{ "id": wamid, "message_status": "accepted" }],
    }))
    .into_response()
}
