//! Associations between objects: read, made with or without a type, removed, read in batches.
//!
//! `associations/default/…` makes the unlabelled one; the other way names types, all of which HubSpot has defined:
//! the simulator has no labels of an account's own.

use super::Hubspot;
use super::account::Portal;
use super::api::{Call, Done, answer, body};
use super::error::ApiError;
use super::kinds::{Kind, association};
use super::objects::AssociationType;
use super::records::{Records, time};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

type Shared = State<Arc<Hubspot>>;

pub(super) fn router() -> Router<Arc<Hubspot>> {
    Router::new()
        .route("/{type}/{id}/associations/{to}", get(list))
        .route("/{type}/{id}/associations/{to}/{to_id}", put(associate).delete(dissociate))
        .route("/{type}/{id}/associations/default/{to}/{to_id}", put(associate_by_default))
}

pub(super) fn batch_router() -> Router<Arc<Hubspot>> {
    Router::new().route("/{type}/{to}/batch/read", post(batch_read))
}

/// What a path names.
#[derive(Deserialize)]
struct Target {
    version: Option<String>,
    #[serde(rename = "type")]
    from: String,
    #[serde(default)]
    id: u64,
    to: String,
    #[serde(default)]
    to_id: u64,
}

/// Two kinds that can be associated, and the type of their unlabelled association.
#[derive(Clone, Copy)]
struct Pair {
    from: &'static Kind,
    to: &'static Kind,
    type_id: u64,
}

impl Target {
    fn answer(
        &self,
        hubspot: &Hubspot,
        headers: &HeaderMap,
        scope: fn(&Kind) -> String,
        act: impl FnOnce(&mut Portal, Pair, DateTime<Utc>) -> Result<Done, ApiError>,
    ) -> Response {
        let (Some(from), Some(to)) = (Kind::find(&self.from), Kind::find(&self.to)) else {
            let message = format!("Unable to infer object type from: {} or {}", self.from, self.to);
            return ApiError::invalid(message).into_response();
        };
        let Some(type_id) = association(from, to) else {
            let message = format!("No association type exists between {} and {}", from.name, to.name);
            return ApiError::invalid(message).into_response();
        };
        let call = Call { headers, version: self.version.as_deref(), scope: Some(scope(from)), search: false };
        answer(hubspot, &call, |portal, now| act(portal, Pair { from, to, type_id }, now))
    }

    fn check(&self, records: &Records, pair: Pair) -> Result<(), ApiError> {
        let exist = records.get(pair.from, self.id).is_some() && records.get(pair.to, self.to_id).is_some();
        if exist { Ok(()) } else { Err(ApiError::unknown_object()) }
    }
}

/// The objects of a kind that an object is associated with.
fn associated(records: &Records, pair: Pair, id: u64) -> Vec<Value> {
    let types = |ids: Vec<u64>| -> Vec<Value> {
        ids.into_iter().map(|id| json!({ "category": "HUBSPOT_DEFINED", "typeId": id, "label": null })).collect()
    };
    let found = records.associated(pair.from, id, pair.to);
    let living = found.into_iter().filter(|(to, _)| records.get(pair.to, *to).is_some());
    living.map(|(to, ids)| json!({ "toObjectId": to, "associationTypes": types(ids) })).collect()
}

async fn list(State(hubspot): Shared, Path(target): Path<Target>, headers: HeaderMap) -> Response {
    target.answer(&hubspot, &headers, Kind::read_scope, |portal, pair, _| {
        let records = &portal.account.records;
        records.get(pair.from, target.id).ok_or_else(ApiError::unknown_object)?;
        Ok(Done::ok(json!({ "results": associated(records, pair, target.id) })))
    })
}

async fn associate(State(hubspot): Shared, Path(target): Path<Target>, headers: HeaderMap, raw: Bytes) -> Response {
    target.answer(&hubspot, &headers, Kind::write_scope, |portal, pair, _| {
        let types: Vec<AssociationType> = body(&raw)?;
        let records = &mut portal.account.records;
        target.check(records, pair)?;
        let known = |it: &AssociationType| {
            it.association_category.as_deref() == Some("HUBSPOT_DEFINED") && it.association_type_id == pair.type_id
        };
        if types.is_empty() || !types.iter().all(known) {
            let message = format!("Invalid association types between {} and {}", pair.from.name, pair.to.name);
            return Err(ApiError::invalid(message));
        }
        records.associate(pair.from, target.id, pair.to, target.to_id, pair.type_id);
        Ok(Done::created(json!({
            "fromObjectTypeId": pair.from.type_id,
            "fromObjectId": target.id,
            "toObjectTypeId": pair.to.type_id,
            "toObjectId": target.to_id,
            "labels": [],
        })))
    })
}

async fn associate_by_default(State(hubspot): Shared, Path(target): Path<Target>, headers: HeaderMap) -> Response {
    target.answer(&hubspot, &headers, Kind::write_scope, |portal, pair, now| {
        let records = &mut portal.account.records;
        target.check(records, pair)?;
        records.associate(pair.from, target.id, pair.to, target.to_id, pair.type_id);
        let result = |from: u64, to: u64, type_id: u64| {
            json!({
                "from": { "id": from.to_string() },
                "to": { "id": to.to_string() },
                "associationSpec": { "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id },
            })
        };
        let mut results = vec![result(target.id, target.to_id, pair.type_id)];
        results.extend(association(pair.to, pair.from).map(|back| result(target.to_id, target.id, back)));
        Ok(Done::ok(json!({
            "status": "COMPLETE",
            "results": results,
            "startedAt": time(now),
            "completedAt": time(now),
        })))
    })
}

async fn dissociate(State(hubspot): Shared, Path(target): Path<Target>, headers: HeaderMap) -> Response {
    target.answer(&hubspot, &headers, Kind::write_scope, |portal, pair, _| {
        portal.account.records.dissociate(pair.from, target.id, pair.to, target.to_id);
        Ok(Done::nothing())
    })
}

#[derive(Deserialize)]
struct BatchRead {
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
struct Input {
    id: String,
}

async fn batch_read(State(hubspot): Shared, Path(target): Path<Target>, headers: HeaderMap, raw: Bytes) -> Response {
    target.answer(&hubspot, &headers, Kind::read_scope, |portal, pair, now| {
        let BatchRead { inputs } = body(&raw)?;
        let records = &portal.account.records;
        let (mut results, mut errors) = (Vec::new(), Vec::new());
        for Input { id } in inputs {
            let to = id.parse().map(|number| associated(records, pair, number)).unwrap_or_default();
            if to.is_empty() {
                let message = format!("No {} is associated with {} {id}.", pair.to.singular, pair.from.singular);
                errors.push(json!({
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                    "message": message,
                    "context": { "fromObjectId": [id] },
                }));
            } else {
                results.push(json!({ "from": { "id": id }, "to": to }));
            }
        }
        let mut answer = json!({
            "status": "COMPLETE",
            "results": results,
            "startedAt": time(now),
            "completedAt": time(now),
        });
        if errors.is_empty() {
            return Ok(Done::ok(answer));
        }
        answer["numErrors"] = errors.len().into();
        answer["errors"] = errors.into();
        Ok(Done { status: StatusCode::MULTI_STATUS, ..Done::ok(answer) })
    })
}
