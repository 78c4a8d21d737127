//! `…/objects/{type}`: list, search, read, create, update, archive.

use super::account::Portal;
use super::api::{Call, Done, answer, body};
use super::error::ApiError;
use super::kinds::{Kind, destination};
use super::records::{Record, Records, time};
use super::{Hubspot, events, properties, search};
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use url::form_urlencoded;

type Shared = State<Arc<Hubspot>>;

pub(super) fn router() -> Router<Arc<Hubspot>> {
    Router::new()
        .route("/{type}", get(list).post(create))
        .route("/{type}/search", post(find))
        .route("/{type}/batch/read", post(batch_read))
        .route("/{type}/{id}", get(read).patch(update).delete(archive))
}

/// What a path names.
#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) version: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: String,
}

impl Target {
    /// Answers a request about objects of the kind that the path names.
    fn answer(
        &self,
        hubspot: &Hubspot,
        headers: &HeaderMap,
        scope: fn(&Kind) -> String,
        search: bool,
        act: impl FnOnce(&mut Portal, &'static Kind, DateTime<Utc>) -> Result<Done, ApiError>,
    ) -> Response {
        let Some(kind) = Kind::find(&self.kind) else {
            return ApiError::invalid(format!("Unable to infer object type from: {}", self.kind)).into_response();
        };
        let call = Call { headers, version: self.version.as_deref(), scope: Some(scope(kind)), search };
        answer(hubspot, &call, |portal, now| act(portal, kind, now))
    }
}

/// What a query string asks for.
#[derive(Default)]
struct Ask {
    properties: Vec<String>,
    associations: Vec<String>,
    id_property: Option<String>,
    limit: Option<usize>,
    after: Option<u64>,
}

impl Ask {
    /// Lists are separated by commas, or the parameter is repeated.
    fn read(query: Option<&str>) -> Result<Self, ApiError> {
        let mut ask = Self::default();
        let list = |text: &str| text.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "properties" => ask.properties.extend(list(&value)),
                "associations" => ask.associations.extend(list(&value)),
                "idProperty" => ask.id_property = Some(value.into_owned()),
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=100).contains(limit));
                    ask.limit = Some(limit.ok_or_else(|| ApiError::invalid("limit must be between 1 and 100"))?);
                }
                "after" => {
                    ask.after = Some(value.parse().map_err(|_| ApiError::invalid("Invalid value for after"))?);
                }
                _ => {}
            }
        }
        Ok(ask)
    }
}

async fn list(
    State(hubspot): Shared,
    Path(target): Path<Target>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    target.answer(&hubspot, &headers, Kind::read_scope, false, |portal, kind, _| {
        let ask = Ask::read(query.as_deref())?;
        let limit = ask.limit.unwrap_or(10);
        let records = &portal.account.records;
        let mut rest = records.all(kind).filter(|record| ask.after.is_none_or(|after| record.id >= after));
        let page: Vec<Value> = rest.by_ref().take(limit).map(|record| whole(records, kind, record, &ask)).collect();
        let mut answer = json!({ "results": page });
        if let Some(next) = rest.next() {
            answer["paging"] = json!({ "next": { "after": next.id.to_string() } });
        }
        Ok(Done::ok(answer))
    })
}

async fn find(State(hubspot): Shared, Path(target): Path<Target>, headers: HeaderMap, raw: Bytes) -> Response {
    target.answer(&hubspot, &headers, Kind::read_scope, true, |portal, kind, _| {
        search::search(&portal.account.records, kind, &body(&raw)?).map(Done::ok)
    })
}

async fn read(
    State(hubspot): Shared,
    Path(target): Path<Target>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    target.answer(&hubspot, &headers, Kind::read_scope, false, |portal, kind, _| {
        let ask = Ask::read(query.as_deref())?;
        let records = &portal.account.records;
        let record = records.find(kind, &target.id, ask.id_property.as_deref()).ok_or_else(ApiError::unknown_object)?;
        Ok(Done::ok(whole(records, kind, record, &ask)))
    })
}

/// An object with the associations that were asked for.
fn whole(records: &Records, kind: &Kind, record: &Record, ask: &Ask) -> Value {
    let mut object = record.render(kind, &ask.properties);
    let mut associations = Map::new();
    for to in ask.associations.iter().filter_map(|name| Kind::find(name)) {
        let associated = records.associated(kind, record.id, to);
        let relation = format!("{}_to_{}", kind.singular, to.singular);
        let results: Vec<Value> =
            associated.keys().map(|id| json!({ "id": id.to_string(), "type": relation })).collect();
        if !results.is_empty() {
            associations.insert(to.name.to_owned(), json!({ "results": results }));
        }
    }
    if !associations.is_empty() {
        object["associations"] = associations.into();
    }
    object
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchRead {
    inputs: Vec<Input>,
    #[serde(default)]
    properties: Vec<String>,
    id_property: Option<String>,
}

#[derive(Deserialize)]
struct Input {
    id: String,
}

async fn batch_read(State(hubspot): Shared, Path(target): Path<Target>, headers: HeaderMap, raw: Bytes) -> Response {
    target.answer(&hubspot, &headers, Kind::read_scope, false, |portal, kind, now| {
        let BatchRead { inputs, properties, id_property } = body(&raw)?;
        if inputs.len() > 100 {
            return Err(ApiError::invalid("The number of inputs must not exceed 100"));
        }
        let records = &portal.account.records;
        let find = |input: &Input| records.find(kind, &input.id, id_property.as_deref());
        let missing: Vec<&str> = inputs.iter().filter(|it| find(it).is_none()).map(|it| it.id.as_str()).collect();
        let found: Vec<Value> = inputs.iter().filter_map(find).map(|record| record.render(kind, &properties)).collect();
        let mut answer = json!({
            "status": "COMPLETE",
            "results": found,
            "startedAt": time(now),
            "completedAt": time(now),
        });
        if missing.is_empty() {
            return Ok(Done::ok(answer));
        }
        answer["numErrors"] = 1.into();
        answer["errors"] = json!([{
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some objects, they may be deleted or not exist. Check that ids are valid.",
            "context": { "ids": missing },
        }]);
        Ok(Done { status: StatusCode::MULTI_STATUS, ..Done::ok(answer) })
    })
}

#[derive(Deserialize)]
struct New {
    properties: Value,
    #[serde(default)]
    associations: Vec<NewAssociation>,
}

#[derive(Deserialize)]
struct NewAssociation {
    to: Reference,
    types: Vec<AssociationType>,
}

#[derive(Deserialize)]
struct Reference {
    id: Value,
}

/// As requests name the type of an association.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssociationType {
    #[serde(default)]
    pub(super) association_category: Option<String>,
    pub(super) association_type_id: u64,
}

async fn create(State(hubspot): Shared, Path(target): Path<Target>, headers: HeaderMap, raw: Bytes) -> Response {
    target.answer(&hubspot, &headers, Kind::write_scope, false, |portal, kind, now| {
        let New { properties: given, associations } = body(&raw)?;
        let account = &mut portal.account;
        let values = properties::checked(kind, &given, account.hub_id)?;
        let set = |name: &&str| values.get(*name).is_some_and(|value| !value.is_empty());
        let missing: Vec<&str> = kind.required.iter().copied().filter(|name| !set(name)).collect();
        if !missing.is_empty() {
            return Err(ApiError::missing_properties(kind.singular, &missing));
        }
        let names = ["email", "firstname", "lastname"];
        if kind.name == "contacts" && !names.iter().any(set) {
            return Err(ApiError::missing_properties(kind.singular, &names));
        }
        if let Some(id) = account.records.contact_with(kind, values.get("email").map_or("", String::as_str), None) {
            return Err(ApiError::contact_exists(id));
        }
        let links = associations.iter().map(|it| links(&account.records, kind, it)).collect::<Result<Vec<_>, _>>()?;
        let record = account.records.create(kind, values, now).clone();
        for (to, to_id, type_id) in links.into_iter().flatten() {
            account.records.associate(kind, record.id, to, to_id, type_id);
        }
        let events = events::creation(&portal.account, kind, record.id, "INTEGRATION", now);
        Ok(Done::created(record.render_whole(kind)).reporting(events))
    })
}

/// Where a new object's association leads.
fn links(records: &Records, from: &Kind, wanted: &NewAssociation) -> Result<Vec<(&'static Kind, u64, u64)>, ApiError> {
    let id = wanted.to.id.as_u64().or_else(|| wanted.to.id.as_str()?.parse().ok());
    let id = id.ok_or_else(|| ApiError::invalid("Invalid input JSON: the id of an association is not numeric"))?;
    let link = |it: &AssociationType| {
        let to = destination(from, it.association_type_id);
        let to = to.filter(|_| it.association_category.as_deref().is_none_or(|it| it == "HUBSPOT_DEFINED"));
        let to = to.ok_or_else(|| {
            ApiError::invalid(format!("{} is not a type of association of {}", it.association_type_id, from.name))
        })?;
        if records.get(to, id).is_none() {
            let kind = to.singular.to_uppercase();
            return Err(ApiError::invalid(format!(
                "One or more associations are not valid: {kind}={id} does not exist"
            )));
        }
        Ok((to, id, it.association_type_id))
    };
    wanted.types.iter().map(link).collect()
}

#[derive(Deserialize)]
struct Update {
    properties: Value,
}

async fn update(
    State(hubspot): Shared,
    Path(target): Path<Target>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    target.answer(&hubspot, &headers, Kind::write_scope, false, |portal, kind, now| {
        let Update { properties: given } = body(&raw)?;
        let ask = Ask::read(query.as_deref())?;
        let account = &mut portal.account;
        let values = properties::checked(kind, &given, account.hub_id)?;
        let records = &mut account.records;
        let id = records.find(kind, &target.id, ask.id_property.as_deref()).map(|record| record.id);
        let id = id.ok_or_else(ApiError::unknown_object)?;
        let email = values.get("email").map_or("", String::as_str);
        if let Some(other) = records.contact_with(kind, email, Some(id)) {
            return Err(ApiError::contact_exists(other));
        }
        let record = records.get_mut(kind, id).ok_or_else(ApiError::unknown_object)?;
        let changed = events::apply(record, values, now);
        let answer = record.render_whole(kind);
        let events = events::property_changes(&portal.account, kind, id, &changed, "INTEGRATION", now);
        Ok(Done::ok(answer).reporting(events))
    })
}

async fn archive(State(hubspot): Shared, Path(target): Path<Target>, headers: HeaderMap) -> Response {
    target.answer(&hubspot, &headers, Kind::write_scope, false, |portal, kind, now| {
        let id = target.id.parse().map_err(|_| ApiError::unknown_object())?;
        // What is archived already is answered like what was archived now.
        let Some(record) = portal.account.records.get_mut(kind, id) else {
            return Ok(Done::nothing());
        };
        record.archived = true;
        record.updated_at = now;
        let events = events::deletion(&portal.account, kind, id, "INTEGRATION", now);
        Ok(Done::nothing().reporting(events))
    })
}
