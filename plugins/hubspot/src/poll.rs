//! Contacts that were created or changed, for accounts whose app has no webhooks.
//!
//! The search by `lastmodifieddate` returns at most 10,000 records, and what was just written is
//! found only some time later. So a page begins where the one before ended instead of counting on,
//! and every poll looks again at the time in which something may have been missed; what was reported
//! from there before is remembered in the [`cursor`].

mod cursor;

use plugin_sdk::event::ContactChange;
use plugin_sdk::http::Http;
use plugin_sdk::{Event, News, PluginError};
use serde_json::{Map, Value, json};

use crate::search::{Search, filter};
use crate::settings::Settings;
use crate::{contacts, json, person, time};
use cursor::{Cursor, PAGE};

/// Pages of one poll: as many as HubSpot lets be searched in a second.
const PAGES_MAX: usize = 5;

/// Polls the trigger `contacts_changed`. Without a cursor it begins now.
pub fn contacts_changed(
    settings: &Settings,
    http: &dyn Http,
    now_ms: i64,
    cursor: Option<&str>,
) -> Result<News, PluginError> {
    let Some(cursor) = cursor else {
        return Ok(News { cursor: Some(Cursor::begin(now_ms).to_text()?), ..News::default() });
    };
    let mut cursor = Cursor::of_text(cursor)?;
    let mut events = Vec::new();
    for _ in 0..PAGES_MAX {
        let page = page(http, &cursor)?;
        let mut last_ms = cursor.from_ms;
        for record in json::items(&page, "results") {
            let Some((id, modified_ms)) = json::text(record, "id").zip(modified_ms(record)) else {
                continue;
            };
            last_ms = modified_ms;
            if cursor.remember(&id, modified_ms) {
                events.push(Event::Contact(change(settings, record, &id, modified_ms)));
            }
        }
        if page.pointer("/paging/next").is_none() {
            cursor.rest(now_ms);
            return Ok(News { events, cursor: Some(cursor.to_text()?), more: false });
        }
        cursor.advance(last_ms, now_ms);
    }
    Ok(News { events, cursor: Some(cursor.to_text()?), more: true })
}

/// The next contacts in the order in which they were changed.
fn page(http: &dyn Http, cursor: &Cursor) -> Result<Value, PluginError> {
    let search = Search {
        records: "contacts",
        groups: vec![vec![filter("lastmodifieddate", "GTE", &cursor.from_ms.to_string())]],
        sort: ("lastmodifieddate", "ASCENDING"),
        properties: contacts::PROPERTIES,
        limit: PAGE,
        after: cursor.offset,
    };
    search.run(http)
}

fn modified_ms(record: &Value) -> Option<i64> {
    json::property(record, "lastmodifieddate")
        .or_else(|| json::text(record, "updatedAt"))
        .and_then(|at| time::read(&at))
}

fn change(settings: &Settings, record: &Value, id: &str, modified_ms: i64) -> ContactChange {
    let mut properties = Map::new();
    for name in contacts::PROPERTIES.iter().filter(|name| **name != "lastmodifieddate") {
        if let Some(value) = json::property(record, name) {
            properties.insert((*name).to_owned(), value.into());
        }
    }
    let phone = json::property(record, "phone").or_else(|| json::property(record, "mobilephone"));
    let profile = person::profile(&properties);
    ContactChange {
        sender: person::sender(id, person::name(record), phone.as_deref()),
        occurred_at_ms: modified_ms,
        changes: json!({
            "event_key": format!("{}/contacts_changed/{id}/{modified_ms}", settings.portal_id),
            "change": "polled",
            "contact_id": id,
            "properties": properties,
            "redacted": [],
        }),
        profile,
    }
}
