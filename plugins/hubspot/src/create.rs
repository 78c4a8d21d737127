//! Creating a record once, however often it is attempted.

use std::collections::BTreeMap;

use plugin_sdk::http::{Http, Response};
use plugin_sdk::{ErrorKind, Host, PluginError, log};
use serde_json::{Value, json};

use crate::journal::{Journal, Progress};
use crate::search::{self, Search};
use crate::{api, errors, json, time};

/// How far HubSpot's clock may be behind, in milliseconds.
const SKEW_MS: i64 = 60_000;
/// Most records that are looked at to find one again.
const ALIKE_MAX: usize = 10;

/// A record that is to be there.
pub struct Draft {
    /// `contacts`, …
    pub records: &'static str,
    /// By HubSpot's names.
    pub properties: BTreeMap<String, String>,
    /// What it is associated with from the beginning.
    pub links: Vec<Link>,
    /// How to recognise it if nobody knows whether it was created.
    pub mark: Mark,
}

/// A record that a new one is associated with.
#[derive(Debug, Clone)]
pub struct Link {
    /// `contacts`, …
    pub records: &'static str,
    /// HubSpot's id.
    pub id: String,
    /// HubSpot's number of the association, which knows the kinds of both ends.
    pub type_id: u32,
}

/// What tells a record from others.
pub enum Mark {
    /// A property that no two records share: whether it is there is certain at once.
    Unique(&'static str),
    /// These properties, the associations and the time of its creation, which stands in the last
    /// one. They are found by search, and may belong to a twin that was created by another call at
    /// the same time.
    Alike(&'static [&'static str], &'static str),
}

/// The record that there is now, and whether it is new.
pub struct Created {
    /// As HubSpot describes it.
    pub record: Value,
    /// Not there before the first attempt.
    pub new: bool,
}

/// Creates a record, unless an earlier attempt of the call has done so. `draft` makes it of the time
/// of the attempt.
///
/// A lost answer is a `timeout`: the next attempt looks for the record before it creates another.
/// A conflict is `invalid_input` with the code `conflict:<id of the other>`.
pub fn once(
    host: &impl Host,
    idempotency_key: &str,
    now_ms: i64,
    draft: &dyn Fn(i64) -> Draft,
) -> Result<Created, PluginError> {
    let (mut journal, progress) = Journal::open(host, idempotency_key)?;
    match progress {
        Some(Progress::Done { id }) => return Ok(Created { record: read(host, &draft(now_ms), &id)?, new: true }),
        Some(Progress::Sent { at_ms }) => {
            if let Some(record) = look(host, &draft(at_ms), at_ms, now_ms)? {
                done(&mut journal, &record);
                let created = json::text(&record, "createdAt").and_then(|at| time::read(&at));
                return Ok(Created { record, new: created.is_none_or(|created| created >= at_ms - SKEW_MS) });
            }
        }
        None => {}
    }
    let draft = draft(now_ms);
    let request = api::with_body("POST", api::objects(draft.records), &draft.body())?;
    journal.write(&Progress::Sent { at_ms: now_ms })?;
    match host.send(request) {
        Ok(response) if response.is_success() => {
            let record = response.json::<Value>().map_err(|_| lost("its answer cannot be read"))?;
            if json::text(&record, "id").is_none() {
                return Err(lost("its answer names no record"));
            }
            done(&mut journal, &record);
            Ok(Created { record, new: true })
        }
        Ok(response) => {
            let error = refused(&response);
            // After a fault of its own HubSpot may have created it all the same.
            if error.kind != ErrorKind::Transient || matches!(response.status, 423 | 477) {
                journal.forget();
            }
            Err(error)
        }
        Err(failure) if failure.request_sent => Err(lost(&failure.message)),
        Err(failure) => {
            journal.forget();
            Err(api::unanswered(failure))
        }
    }
}

/// The record of an earlier attempt, if that is certain to be found by now.
fn look(host: &impl Host, draft: &Draft, at_ms: i64, now_ms: i64) -> Result<Option<Value>, PluginError> {
    let since = (at_ms - SKEW_MS).max(0).to_string();
    match draft.mark {
        Mark::Unique(property) => {
            let value = draft.properties.get(property).map_or("", String::as_str);
            by_property(host, draft.records, property, value, &draft.property_names())
        }
        Mark::Alike(properties, created) => {
            let mut filters = vec![search::filter(created, "GTE", &since)];
            for property in properties {
                if let Some(value) = draft.properties.get(*property) {
                    filters.push(search::filter(property, "EQ", value));
                }
            }
            let names = draft.property_names();
            let search = Search {
                records: draft.records,
                groups: vec![filters],
                sort: (created, "ASCENDING"),
                properties: &names,
                limit: ALIKE_MAX,
                after: 0,
            };
            let answer = search.run(host)?;
            let mut found = None;
            for record in json::items(&answer, "results") {
                if is_linked(host, draft, record)? {
                    found = Some(record.clone());
                    break;
                }
            }
            let settled_in_ms = at_ms + search::LAG_MS - now_ms;
            match (found, u64::try_from(settled_in_ms)) {
                (None, Ok(wait @ 1..)) => {
                    Err(lost("whether it was created is not to be seen yet").with_retry_after_ms(wait))
                }
                (found, _) => Ok(found),
            }
        }
    }
}

/// Whether a record is associated with everything the draft is.
fn is_linked(http: &dyn Http, draft: &Draft, record: &Value) -> Result<bool, PluginError> {
    if draft.links.is_empty() {
        return Ok(true);
    }
    let id = api::encode(&json::text(record, "id").unwrap_or_default());
    let kinds: Vec<&str> = draft.links.iter().map(|link| link.records).collect();
    let url = api::objects(&format!("{}/{id}?associations={}", draft.records, kinds.join(",")));
    let Some(record) = api::find(http, api::get(url))? else {
        return Ok(false);
    };
    Ok(draft.links.iter().all(|link| {
        let linked = record.get("associations").and_then(|associations| associations.get(link.records));
        linked.is_some_and(|linked| {
            json::items(linked, "results").any(|to| json::text(to, "id").as_ref() == Some(&link.id))
        })
    }))
}

/// A record by a property that no two share.
fn by_property(
    http: &dyn Http,
    records: &str,
    property: &str,
    value: &str,
    properties: &[&str],
) -> Result<Option<Value>, PluginError> {
    let (value, properties) = (api::encode(value), properties.join(","));
    let url = api::objects(&format!("{records}/{value}?idProperty={property}&properties={properties}"));
    api::find(http, api::get(url))
}

/// A record by its id.
fn read(http: &dyn Http, draft: &Draft, id: &str) -> Result<Value, PluginError> {
    let properties = draft.property_names().join(",");
    let url = api::objects(&format!("{}/{}?properties={properties}", draft.records, api::encode(id)));
    api::call(http, api::get(url))
}

/// The outcome is certain now. If that cannot be kept, a later attempt finds it out again.
fn done<S: plugin_sdk::state::State>(journal: &mut Journal<'_, S>, record: &Value) {
    let Some(id) = json::text(record, "id") else {
        return;
    };
    if let Err(error) = journal.write(&Progress::Done { id }) {
        log::warn(&format!("the outcome of a creation is not kept: {error}"));
    }
}

/// Nobody knows whether the record was created.
fn lost(why: &str) -> PluginError {
    PluginError::new(ErrorKind::Timeout, format!("HubSpot may have created the record: {why}")).with_code("answer_lost")
}

fn refused(response: &Response) -> PluginError {
    let error = errors::refused(response);
    match existing(response) {
        Some(id) => error.with_code(format!("conflict:{id}")),
        None => error,
    }
}

/// The id of the record that is in the way, which HubSpot tells in words only.
fn existing(response: &Response) -> Option<String> {
    if response.status != 409 {
        return None;
    }
    let message = json::text(&response.json().ok()?, "message")?;
    let (_, rest) = message.split_once("Existing ID:")?;
    let id: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    (!id.is_empty()).then_some(id)
}

impl Draft {
    fn body(&self) -> Value {
        let links: Vec<Value> = self
            .links
            .iter()
            .map(|link| {
                json!({
                    "to": { "id": link.id },
                    "types": [{ "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": link.type_id }],
                })
            })
            .collect();
        json!({ "properties": self.properties, "associations": links })
    }

    fn property_names(&self) -> Vec<&str> {
        self.properties.keys().map(String::as_str).collect()
    }
}
