//! `…/owners`: the people of an account, who may own records.
//!
//! Source: developers.hubspot.com, "Owners".

use super::Hubspot;
use super::api::{Call, Done, answer};
use super::error::ApiError;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Owner's id, user's id, given name, family name.
const OWNERS: [(u64, u64, &str, &str); 3] = [
    (76_023_669, 12_600_001, "Anna", "Agent"),
    (76_023_670, 12_600_002, "Ben", "Agent"),
    (76_023_671, 12_600_003, "Ada", "Admin"),
];

pub(super) fn router() -> Router<Arc<Hubspot>> {
    // The client for Node.js asks with a slash at the end.
    Router::new()
        .route("/crm/v3/owners", get(list))
        .route("/crm/v3/owners/", get(list))
        .route("/crm/owners/{version}", get(list))
}

#[derive(Deserialize)]
struct Target {
    version: Option<String>,
}

#[derive(Deserialize)]
struct Ask {
    email: Option<String>,
    limit: Option<usize>,
    after: Option<u64>,
}

async fn list(
    State(hubspot): State<Arc<Hubspot>>,
    Path(target): Path<Target>,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Response {
    let scope = Some("crm.objects.owners.read".to_owned());
    let call = Call { headers: &headers, version: target.version.as_deref(), scope, search: false };
    answer(&hubspot, &call, |_, _| {
        let limit = ask.limit.unwrap_or(100);
        if !(1..=500).contains(&limit) {
            return Err(ApiError::invalid("limit must be between 1 and 500"));
        }
        let found = OWNERS.iter().filter(|(id, ..)| ask.after.is_none_or(|after| *id >= after)).map(owner);
        let mut rest = found.filter(|owner| ask.email.as_deref().is_none_or(|email| owner["email"] == email));
        let page: Vec<Value> = rest.by_ref().take(limit).collect();
        let mut body = json!({ "results": page });
        if let Some(next) = rest.next() {
            body["paging"] = json!({ "next": { "after": next["id"] } });
        }
        Ok(Done::ok(body))
    })
}

fn owner((id, user, first, last): &(u64, u64, &str, &str)) -> Value {
    json!({
        "id": id.to_string(),
        "type": "PERSON",
        "email": format!("{}@example.com", first.to_lowercase()),
        "firstName": first,
        "lastName": last,
        "userId": user,
        "userIdIncludingInactive": user,
        "archived": false,
        "createdAt": "2024-01-15T09:00:00.000Z",
        "updatedAt": "2024-01-15T09:00:00.000Z",
    })
}
