//! What can be read: numbers, accounts, templates and attachments.

use super::{bearer, caller, number};
use crate::whatsapp::app::Number;
use crate::whatsapp::graph_error::GraphError;
use crate::whatsapp::shared::Shared;
use crate::whatsapp::traffic::{media_bytes as bytes_of, media_hash};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Templates on a page that does not say how many it wants.
const DEFAULT_PAGE: usize = 25;

#[derive(Deserialize)]
pub(super) struct Fields {
    fields: Option<String>,
}

/// `GET /{version}/{id}`: the kind of object is found by its id.
pub(super) async fn node(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Query<Fields>,
    headers: HeaderMap,
) -> Result<Json<Value>, GraphError> {
    let token = caller(&shared, &version, &format!("/{id}"), &headers)?;
    let fields = query.fields.as_deref();
    if let Some(found) = number(&shared, &id, token) {
        return select("WhatsAppBusinessPhoneNumber", number_node(&found.number), fields);
    }
    if !shared.directory().account(&id, token).is_empty() {
        let account = json!({ "id": id, "name": "Sandbox Account", "timezone_id": "1", "currency": "EUR" });
        return select("WhatsAppBusinessAccount", account, fields);
    }
    let media = shared.memory().media(&id).cloned();
    match media.filter(|media| number(&shared, &media.phone_number_id, token).is_some()) {
        Some(media) => Ok(Json(json!({
            "messaging_product": "whatsapp",
            "id": id,
            "url": format!("http://{}/_media/{id}", shared.address),
            "mime_type": media.mime_type,
            "sha256": media_hash(&id),
            "file_size": bytes_of(&id).len(),
        }))),
        None => Err(GraphError::unknown_object("get", &id)),
    }
}

fn number_node(number: &Number) -> Value {
    json!({
        "id": number.phone_number_id,
        "verified_name": number.verified_name,
        "display_phone_number": format!("+{}", number.display_phone_number),
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "status": "CONNECTED",
        "throughput": { "level": "STANDARD" },
    })
}

/// The named fields of a node; its id is always among them.
fn select(kind: &str, node: Value, fields: Option<&str>) -> Result<Json<Value>, GraphError> {
    let Some(fields) = fields else {
        return Ok(Json(node));
    };
    let mut selected = Map::new();
    for field in fields.split(',').map(str::trim).chain(["id"]).filter(|field| !field.is_empty()) {
        let value = node.get(field).ok_or_else(|| {
            let title = format!("Tried accessing nonexisting field ({field}) on node type ({kind})");
            GraphError::numbered(StatusCode::BAD_REQUEST, 100, &title)
        })?;
        selected.insert(field.to_owned(), value.clone());
    }
    Ok(Json(selected.into()))
}

#[derive(Deserialize)]
pub(super) struct TemplateQuery {
    limit: Option<usize>,
    after: Option<String>,
    name: Option<String>,
    language: Option<String>,
    status: Option<String>,
}

/// `GET /{version}/{waba_id}/message_templates`.
pub(super) async fn templates(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Query<TemplateQuery>,
    headers: HeaderMap,
) -> Result<Json<Value>, GraphError> {
    let path = format!("/{id}/message_templates");
    let token = caller(&shared, &version, &path, &headers)?;
    let numbers = shared.directory().account(&id, token);
    let account = numbers.first().ok_or_else(|| GraphError::unknown_object("get", &id))?;

    let is = |wanted: &Option<String>, value: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
    };
    let all: Vec<Value> = shared
        .templates(account)
        .iter()
        .filter(|t| is(&query.name, &t.name) && is(&query.language, &t.language))
        .map(|template| json!(template))
        .filter(|template| is(&query.status, template["status"].as_str().unwrap_or_default()))
        .collect();
    let first = match &query.after {
        None => 0,
        Some(cursor) => from_cursor(cursor).ok_or_else(|| GraphError::invalid_parameter("Invalid cursor"))? + 1,
    };
    let limit = query.limit.unwrap_or(DEFAULT_PAGE).max(1);
    let page: Vec<&Value> = all.iter().skip(first).take(limit).collect();
    let mut paging = Map::new();
    if let Some(last) = page.len().checked_sub(1) {
        let after = cursor(first + last);
        if first + page.len() < all.len() {
            let next = format!("http://{}/{version}{path}?limit={limit}&after={after}", shared.address);
            paging.insert("next".into(), next.into());
        }
        paging.insert("cursors".into(), json!({ "before": cursor(first), "after": after }));
    }
    let mut answer = json!({ "data": page });
    if !paging.is_empty() {
        answer["paging"] = paging.into();
    }
    Ok(Json(answer))
}

fn cursor(index: usize) -> String {
    URL_SAFE_NO_PAD.encode(index.to_string())
}

fn from_cursor(cursor: &str) -> Option<usize> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?.parse().ok()
}

/// The second hop of a media download, with the same token as the first.
pub(super) async fn media_bytes(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, GraphError> {
    let token = bearer(&headers).ok_or_else(GraphError::missing_token)?;
    let media = shared.memory().media(&id).cloned();
    match media.filter(|media| number(&shared, &media.phone_number_id, token).is_some()) {
        Some(media) => Ok(([(header::CONTENT_TYPE, media.mime_type)], bytes_of(&id)).into_response()),
        None => Ok(StatusCode::NOT_FOUND.into_response()),
    }
}
