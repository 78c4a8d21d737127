//! What webhooks report, in both of HubSpot's shapes, and how it is delivered.
//!
//! `contact.creation` names the kind in its type; `object.creation` names it beside, in `objectTypeId`. An array holds
//! up to 100 events. An event's id is not unique: events of one change share it here, so that a receiver that takes it
//! for a key loses some.
//!
//! Source: developers.hubspot.com, "Webhooks API guide".

use super::HubspotError;
use super::account::{Account, Portal};
use super::kinds::{Format, Kind};
use super::records::Record;
use super::signing::{sign_v1, sign_v3};
use crate::config::{Clock, Secret};
use crate::courier::{Envelope, Parcel};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const TIMEOUT: Duration = Duration::from_secs(5);
const MOST_EVENTS: usize = 100;

/// A change that somebody makes in HubSpot's own pages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `contacts`, `deals`, …
    pub object_type: String,
    /// The object; without one a new object is made.
    #[serde(default)]
    pub id: Option<u64>,
    /// The new values.
    pub properties: Value,
}

/// What became of events: the HTTP status of the first attempt for each array, `None` if there was no answer. After
/// anything but 2xx an array is retried in the background.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// One for each array.
    pub statuses: Vec<Option<u16>>,
}

/// Writes the values into a record; what really changed.
pub(super) fn apply(
    record: &mut Record,
    values: BTreeMap<String, String>,
    now: DateTime<Utc>,
) -> Vec<(String, String)> {
    let changed: Vec<_> = values
        .into_iter()
        .filter(|(name, value)| record.properties.get(name).map_or("", String::as_str) != value)
        .collect();
    record.properties.extend(changed.iter().cloned());
    record.updated_at = now;
    changed
}

/// Makes a change as a person would, and answers what is reported.
pub(super) fn change(portal: &mut Portal, change: &Change, now: DateTime<Utc>) -> Result<Vec<Value>, HubspotError> {
    let account = &mut portal.account;
    let kind = Kind::find(&change.object_type);
    let kind = kind.ok_or_else(|| HubspotError::UnknownObject(change.object_type.clone()))?;
    let values = super::properties::checked(kind, &change.properties, account.hub_id)
        .map_err(|error| HubspotError::Invalid(error.message().to_owned()))?;
    let Some(id) = change.id else {
        let id = account.records.create(kind, values, now).id;
        return Ok(creation(account, kind, id, "CRM_UI", now));
    };
    let record = account.records.get_mut(kind, id);
    let record = record.ok_or_else(|| HubspotError::UnknownObject(format!("{} {id}", kind.singular)))?;
    let changed = apply(record, values, now);
    Ok(property_changes(account, kind, id, &changed, "CRM_UI", now))
}

pub(super) fn creation(account: &Account, kind: &Kind, id: u64, source: &str, now: DateTime<Utc>) -> Vec<Value> {
    let change = json!({ "changeFlag": "CREATED" });
    Reporter { account, kind, id, source, now, event_id: rand::random() }.report("creation", &change)
}

pub(super) fn deletion(account: &Account, kind: &Kind, id: u64, source: &str, now: DateTime<Utc>) -> Vec<Value> {
    let change = json!({ "changeFlag": "DELETED" });
    Reporter { account, kind, id, source, now, event_id: rand::random() }.report("deletion", &change)
}

pub(super) fn property_changes(
    account: &Account,
    kind: &Kind,
    id: u64,
    changed: &[(String, String)],
    source: &str,
    now: DateTime<Utc>,
) -> Vec<Value> {
    let reporter = Reporter { account, kind, id, source, now, event_id: rand::random() };
    let events = changed.iter().flat_map(|(name, value)| {
        let sensitive = kind.format(name) == Some(Format::Sensitive);
        let value = if sensitive { "REDACTED" } else { value };
        reporter.report("propertyChange", &json!({ "propertyName": name, "propertyValue": value }))
    });
    events.collect()
}

/// One change, told to every subscription that it concerns.
struct Reporter<'a> {
    account: &'a Account,
    kind: &'a Kind,
    id: u64,
    source: &'a str,
    now: DateTime<Utc>,
    event_id: u32,
}

impl Reporter<'_> {
    fn report(&self, what: &str, change: &Value) -> Vec<Value> {
        let own = format!("{}.{what}", self.kind.singular);
        let generic = format!("object.{what}");
        let subscriptions = self.account.subscriptions.iter().enumerate();
        let concerned = subscriptions.filter(|(_, subscription)| **subscription == own || **subscription == generic);
        let events = concerned.map(|(number, subscription)| {
            let mut event = json!({
                "eventId": self.event_id,
                "subscriptionId": 3_923_621 + number,
                "portalId": self.account.hub_id,
                "appId": self.account.app_id,
                "occurredAt": self.now.timestamp_millis(),
                "subscriptionType": subscription,
                "attemptNumber": 0,
                "objectId": self.id,
                "changeSource": self.source,
                "sourceId": if self.source == "CRM_UI" { "userId:76023669" } else { "16111050" },
            });
            if *subscription == generic {
                event["objectTypeId"] = self.kind.type_id.into();
            }
            for (name, value) in change.as_object().into_iter().flatten() {
                event[name] = value.clone();
            }
            event
        });
        events.collect()
    }
}

/// Arrays of these events for a URL, or with the signature for another. Each attempt has its number in every event, its
/// own date and its own signatures.
pub(super) fn parcels(to: &Url, signed: Option<&Url>, secret: &Secret, clock: &Clock, events: &[Value]) -> Vec<Parcel> {
    let arrays = events.chunks(MOST_EVENTS).map(<[Value]>::to_vec);
    let parcel = |events: Vec<Value>| {
        let (url, secret, clock) = (signed.unwrap_or(to).clone(), secret.clone(), clock.clone());
        let seal = move |attempt: u32| envelope(&url, &secret, &events, attempt, clock());
        Parcel { to: to.clone(), timeout: TIMEOUT, seal: Arc::new(seal) }
    };
    arrays.map(parcel).collect()
}

fn envelope(url: &Url, secret: &Secret, events: &[Value], attempt: u32, now: DateTime<Utc>) -> Envelope {
    let mut events = events.to_vec();
    for event in events.iter_mut().filter_map(Value::as_object_mut) {
        if event.contains_key("attemptNumber") {
            event.insert("attemptNumber".to_owned(), attempt.into());
        }
    }
    let body = Value::from(events).to_string().into_bytes();
    let timestamp = now.timestamp_millis();
    let signatures = [
        ("x-hubspot-signature-v3", sign_v3(secret.expose(), "POST", url.as_str(), &body, timestamp)),
        ("x-hubspot-request-timestamp", timestamp.to_string()),
        ("x-hubspot-signature", sign_v1(secret.expose(), &body)),
        ("x-hubspot-signature-version", "v1".to_owned()),
    ];
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, HeaderValue::from_static("HubSpot Connect 2.0 (http://dev.hubspot.com/)"));
    for (name, value) in signatures {
        let value = HeaderValue::from_str(&value).expect("signatures and numbers are ASCII");
        headers.insert(HeaderName::from_static(name), value);
    }
    Envelope { headers, body: body.into() }
}
