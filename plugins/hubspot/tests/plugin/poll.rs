//! The trigger, against a search that behaves like HubSpot's: sorted, in pages, and behind.

use std::cell::{Cell, RefCell};

use plugin_sdk::http::{Failure, Http, Request, Response};
use plugin_sdk::testing::{MockHost, context};
use plugin_sdk::{ErrorKind, Event, News, Triggers};
use proptest::prelude::*;
use serde_json::{Value, json};
use signalbox_hubspot::HubSpot;
use signalbox_hubspot::poll::contacts_changed;
use signalbox_hubspot::settings::Settings;

use crate::support::{NOW_MS, PORTAL, asked, body, settings};

/// The contacts of an account.
#[derive(Default)]
struct Portal {
    contacts: RefCell<Vec<Contact>>,
    now_ms: Cell<i64>,
    searches: Cell<usize>,
}

struct Contact {
    id: usize,
    modified_ms: i64,
    /// When the search begins to find it.
    visible_ms: i64,
}

impl Portal {
    fn change(&self, id: usize, modified_ms: i64, visible_ms: i64) {
        let mut contacts = self.contacts.borrow_mut();
        contacts.retain(|contact| contact.id != id);
        contacts.push(Contact { id, modified_ms, visible_ms });
    }
}

impl Http for Portal {
    fn send(&self, request: Request) -> Result<Response, Failure> {
        self.searches.set(self.searches.get() + 1);
        let query = body(&request);
        let filter = &query["filterGroups"][0]["filters"][0];
        assert_eq!(
            (filter["propertyName"].as_str(), filter["operator"].as_str()),
            (Some("lastmodifieddate"), Some("GTE"))
        );
        assert_eq!(query["sorts"], json!([{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}]));
        let from_ms: i64 = filter["value"].as_str().unwrap().parse().unwrap();
        let limit = usize::try_from(query["limit"].as_u64().unwrap()).unwrap();
        let after: usize = query["after"].as_str().map_or(0, |after| after.parse().unwrap());
        assert!(limit <= 200 && after + limit <= 10_000, "HubSpot answers 400 beyond 10,000");

        let contacts = self.contacts.borrow();
        let mut found: Vec<&Contact> = contacts
            .iter()
            .filter(|contact| contact.modified_ms >= from_ms && contact.visible_ms <= self.now_ms.get())
            .collect();
        found.sort_by_key(|contact| (contact.modified_ms, contact.id));
        let results: Vec<Value> = found
            .iter()
            .skip(after)
            .take(limit)
            .map(|contact| {
                json!({"id": contact.id.to_string(),
                       "properties": {"lastmodifieddate": contact.modified_ms.to_string(), "firstname": "Ann"}})
            })
            .collect();
        let next = after + results.len();
        let mut answer = json!({"total": found.len(), "results": results});
        if next < found.len() {
            answer["paging"] = json!({"next": {"after": next.to_string()}});
        }
        Ok(Response { status: 200, headers: Vec::new(), body: answer.to_string().into_bytes() })
    }
}

fn account() -> Settings {
    Settings { portal_id: PORTAL.to_owned(), ..Settings::default() }
}

/// Polls until there is nothing more: the contacts and the cursor.
fn poll(portal: &Portal, now_ms: i64, cursor: &str) -> (Vec<(usize, i64)>, String) {
    portal.now_ms.set(now_ms);
    let (mut changes, mut cursor) = (Vec::new(), cursor.to_owned());
    for _ in 0..100 {
        let News { events, cursor: next, more } = contacts_changed(&account(), portal, now_ms, Some(&cursor)).unwrap();
        changes.extend(events.into_iter().map(|event| match event {
            Event::Contact(change) => {
                (change.changes["contact_id"].as_str().unwrap().parse().unwrap(), change.occurred_at_ms)
            }
            other => panic!("{other:?}"),
        }));
        cursor = next.unwrap();
        if !more {
            return (changes, cursor);
        }
    }
    panic!("the polls do not end");
}

fn begin(now_ms: i64) -> String {
    contacts_changed(&account(), &MockHost::new(), now_ms, None).unwrap().cursor.unwrap()
}

#[test]
fn without_a_cursor_it_begins_now_and_asks_nothing() {
    let news = HubSpot::poll(&context(&settings()), &MockHost::new(), "contacts_changed", None).unwrap();
    assert!(news.events.is_empty() && !news.more);
    assert_eq!(serde_json::from_str::<Value>(&news.cursor.unwrap()).unwrap()["from_ms"], NOW_MS);
}

#[test]
fn a_change_is_told_with_who_it_is() {
    let found = json!({"total": 1, "results": [{"id": "7", "updatedAt": "2026-05-28T20:26:41.000Z", "properties": {
        "firstname": "Ann", "lastname": "Lee", "email": "ann@example.com", "phone": "+1 555 078 3881", "company": null,
        "lastmodifieddate": "2026-05-28T20:26:41.500Z",
    }}]});
    let host = MockHost::new().json(200, &found);
    let news = HubSpot::poll(&context(&settings()), &host, "contacts_changed", Some(&begin(NOW_MS))).unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false }, {
        insta::assert_json_snapshot!("polled_contact", news.events);
    });
    assert_eq!(asked(&host), ["POST crm/objects/2026-09/contacts/search"]);
}

#[test]
fn every_change_is_told_once() {
    let portal = Portal::default();
    let cursor = begin(NOW_MS);
    portal.change(1, NOW_MS - 1, NOW_MS);
    portal.change(2, NOW_MS + 1, NOW_MS);
    portal.change(3, NOW_MS + 2, NOW_MS);
    let (changes, cursor) = poll(&portal, NOW_MS + 120_000, &cursor);
    assert_eq!(changes, [(2, NOW_MS + 1), (3, NOW_MS + 2)]);
    let (changes, cursor) = poll(&portal, NOW_MS + 240_000, &cursor);
    assert!(changes.is_empty());
    portal.change(2, NOW_MS + 250_000, NOW_MS);
    let (changes, _) = poll(&portal, NOW_MS + 360_000, &cursor);
    assert_eq!(changes, [(2, NOW_MS + 250_000)]);
}

#[test]
fn what_the_search_finds_late_is_not_missed() {
    let portal = Portal::default();
    let cursor = begin(NOW_MS);
    portal.change(1, NOW_MS + 100_000, NOW_MS + 180_000);
    portal.change(2, NOW_MS + 110_000, NOW_MS + 111_000);
    let (changes, cursor) = poll(&portal, NOW_MS + 120_000, &cursor);
    assert_eq!(changes, [(2, NOW_MS + 110_000)]);
    let (changes, _) = poll(&portal, NOW_MS + 240_000, &cursor);
    assert_eq!(changes, [(1, NOW_MS + 100_000)]);
}

#[test]
fn a_long_absence_is_caught_up_with_in_parts() {
    let portal = Portal::default();
    let cursor = begin(NOW_MS);
    for number in 0..12_345 {
        portal.change(number, NOW_MS + 1 + i64::try_from(number).unwrap() * 1_000, NOW_MS);
    }
    let first = contacts_changed(&account(), &portal, NOW_MS, Some(&cursor));
    portal.now_ms.set(i64::MAX);
    assert!(first.unwrap().events.is_empty(), "nothing is visible yet");
    let part = contacts_changed(&account(), &portal, i64::MAX, Some(&cursor)).unwrap();
    assert!(part.more && part.events.len() > 400 && part.events.len() <= 500);
    let (changes, cursor) = poll(&portal, i64::MAX, &cursor);
    assert_eq!(changes.len(), 12_345);
    assert!(changes.is_sorted_by_key(|(_, modified_ms)| *modified_ms));
    assert!(cursor.len() < 64 * 1024);
}

#[test]
fn an_import_that_changes_many_at_once_is_read_to_its_end() {
    let portal = Portal::default();
    let cursor = begin(NOW_MS);
    for number in 0..1_234 {
        portal.change(number, NOW_MS + 5, NOW_MS);
    }
    portal.change(5_000, NOW_MS + 6, NOW_MS);
    let (changes, _) = poll(&portal, NOW_MS + 120_000, &cursor);
    assert_eq!(changes.len(), 1_235);
    assert_eq!(changes.last(), Some(&(5_000, NOW_MS + 6)));
}

#[test]
fn more_at_once_than_can_be_read_does_not_stop_it() {
    let portal = Portal::default();
    let cursor = begin(NOW_MS);
    for number in 0..11_000 {
        portal.change(number, NOW_MS + 5, NOW_MS);
    }
    portal.change(20_000, NOW_MS + 6, NOW_MS);
    let (changes, _) = poll(&portal, NOW_MS + 120_000, &cursor);
    assert_eq!(changes.last(), Some(&(20_000, NOW_MS + 6)));
}

#[test]
fn trouble_keeps_the_cursor() {
    let host = MockHost::new().json(429, &json!({"policyName": "SECONDLY"}));
    let error = HubSpot::poll(&context(&settings()), &host, "contacts_changed", Some(&begin(NOW_MS))).unwrap_err();
    assert_eq!((error.kind, error.retry_after_ms), (ErrorKind::RateLimited, Some(1_000)));
    for (name, cursor, kind) in [
        ("contacts_changed", Some("yesterday"), ErrorKind::InvalidInput),
        ("deals_changed", None, ErrorKind::Unsupported),
    ] {
        let error = HubSpot::poll(&context(&settings()), &MockHost::new(), name, cursor).unwrap_err();
        assert_eq!(error.kind, kind);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// However changes and polls mix, as long as the search is not further behind than is allowed
    /// for: every contact's last change is told, and none twice.
    #[test]
    fn nothing_is_missed_and_nothing_told_twice(
        steps in prop::collection::vec((prop::collection::vec((0..400_usize, 0..60_000_i64, 0..60_000_i64), 0..250), 0..3_u8), 1..6),
    ) {
        let portal = Portal::default();
        let (mut now_ms, mut cursor, mut told) = (NOW_MS, begin(NOW_MS), Vec::new());
        for (changes, polls) in steps {
            for (id, at_ms, lag_ms) in changes {
                portal.change(id, now_ms + at_ms, now_ms + at_ms + lag_ms);
            }
            now_ms += 60_000;
            for _ in 0..polls {
                let (changes, next) = poll(&portal, now_ms, &cursor);
                told.extend(changes);
                cursor = next;
            }
        }
        told.extend(poll(&portal, now_ms + 60_000, &cursor).0);
        let mut once = told.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), told.len());
        for contact in portal.contacts.borrow().iter() {
            prop_assert!(told.contains(&(contact.id, contact.modified_ms)), "{} at {}", contact.id, contact.modified_ms - NOW_MS);
        }
    }
}
