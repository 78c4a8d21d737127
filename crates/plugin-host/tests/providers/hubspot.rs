//! HubSpot.

use chrono::TimeDelta;
use plugin_sdk::{ErrorKind, Event, Subject};
use sandbox::hubspot::{Account, Change, Policy};
use serde_json::{Value, json};

use crate::receiver::{Receiver, SECRET};
use crate::world::{TOKEN, World, actions, caller, told};

const HUB: u64 = 62_515;
const MAREN: &str = "138017612137";
const JOSE: &str = "138017612140";
const DEAL: &str = "31500010001";
const TICKET: &str = "41500010001";

async fn world() -> World {
    account(|_| {}).await
}

async fn account(change: impl FnOnce(&mut Account)) -> World {
    let world = World::start("hubspot", json!({ "portal_id": HUB.to_string(), "owner_id": "76023670" })).await;
    let mut account = Account::new(HUB, "the-client-id", SECRET);
    account.access_token = Some(TOKEN.into());
    change(&mut account);
    world.sandbox.hubspot().put(account);
    world
}

/// What HubSpot has of a kind.
async fn objects(world: &World, kind: &str) -> Vec<Value> {
    let url = format!("{}/_sandbox/hubspot/accounts/{HUB}", world.sandbox.url());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let all: Value = client.get(url).send().await.unwrap().json().await.unwrap();
    all[kind].as_array().unwrap().clone()
}

/// A person changes a contact, or makes one, in HubSpot's own pages.
async fn change(world: &World, id: Option<&str>, properties: Value) {
    let id = id.map(|id| id.parse().unwrap());
    let change = Change { object_type: "contacts".to_owned(), id, properties };
    world.sandbox.hubspot().change(HUB, &change).await.unwrap();
}

#[tokio::test]
async fn every_action_of_the_manifest_is_tested_below() {
    let tested = json!([
        "associate",
        "create_contact",
        "create_ticket",
        "find_contact",
        "get_ticket",
        "log_engagement",
        "update_contact",
    ]);
    let world = world().await;
    assert_eq!(actions(&world), tested);
    let triggers = &world.plugin.manifest().triggers;
    assert_eq!(triggers.iter().map(|trigger| trigger.name.as_str()).collect::<Vec<_>>(), ["contacts_changed"]);
}

#[tokio::test]
async fn the_connection_test_says_what_is_wrong() {
    let world = world().await;
    let report = world.plugin.check(&world.call()).await.unwrap();
    assert!(report.ok, "{report:?}");
    assert_eq!(report.account.unwrap().name, "HubSpot account 62515 (developer test)");

    let mut other = account(|_| {}).await;
    other.settings["portal_id"] = json!("7");
    assert_eq!(other.failed_checks().await, ["account"]);
    assert_eq!(account(|_| {}).await.with_token("another").failed_checks().await, ["credentials"]);
    let bare = account(|account| account.scopes = vec!["oauth".to_owned()]).await;
    assert_eq!(bare.failed_checks().await, ["contacts"], "the rest is not needed for everything");
    let report = bare.plugin.check(&bare.call()).await.unwrap();
    let owners = report.checks.iter().find(|check| check.name == "owners").unwrap();
    assert!(owners.message.contains("crm.objects.owners.read"), "{owners:?}");
}

#[tokio::test]
async fn settings_have_choices_and_stay_as_they_are() {
    let world = world().await;
    assert_eq!(world.options("/ticket_pipeline", "").await, ["Support Pipeline"]);
    assert_eq!(world.options("/ticket_stage", "").await, ["New", "Waiting on contact", "Waiting on us", "Closed"]);
    assert_eq!(world.options("/ticket_stage", "closed").await, ["Closed"]);
    assert_eq!(world.options("/owner_id", "ben").await, ["Ben Agent"]);
    let migrated = world.plugin.migrate_settings(&world.call(), "0.0.1").await.unwrap();
    assert_eq!(migrated, world.settings);
}

#[tokio::test]
async fn contacts_are_found_by_whatever_is_known() {
    let world = world().await;
    for input in [json!({ "id": MAREN }), json!({ "email": "Maren@Example.com" }), json!({ "phone": "+15555550101" })] {
        let found = world.act("find_contact", input.clone()).await.unwrap();
        assert_eq!((&found["matches"], &found["contact"]["id"]), (&json!(1), &json!(MAREN)), "{input}");
    }
    assert_eq!(world.act("find_contact", json!({ "id": "1" })).await.unwrap(), json!({ "matches": 0 }));
    assert_eq!(world.act("find_contact", json!({ "phone": "+15555550199" })).await.unwrap(), json!({ "matches": 0 }));
    // However the number is written.
    change(&world, Some(JOSE), json!({ "phone": "", "mobilephone": "+1 (555) 555-0177" })).await;
    let found = world.act("find_contact", json!({ "phone": "+15555550177" })).await.unwrap();
    assert_eq!(found["contact"]["id"], JOSE);
}

#[tokio::test]
async fn a_contact_is_created_once_and_changed() {
    let world = world().await;
    let ada = json!({ "email": "ada@example.com", "first_name": "Ada", "phone": "+15555550199" });
    let created = world.act("create_contact", ada.clone()).await.unwrap();
    assert_eq!((&created["created"], &created["contact"]["owner_id"]), (&json!(true), &json!("76023670")));
    let id = &created["contact"]["id"];
    assert_eq!(world.act("create_contact", ada.clone()).await.unwrap()["contact"]["id"], *id, "the call came again");
    let other = world.act_as("create_contact", "key-2", ada).await.unwrap();
    assert_eq!((&other["created"], &other["contact"]["id"]), (&json!(false), id), "somebody else wants the same");
    assert_eq!(objects(&world, "contacts").await.len(), 4);

    let changed = json!({ "id": id, "set": { "last_name": "Lovelace", "properties": { "jobtitle": "Analyst" } } });
    assert_eq!(world.act("update_contact", changed).await.unwrap()["last_name"], "Lovelace");
    let by_email = json!({ "email": "ada@example.com", "set": { "lifecycle_stage": "lead" } });
    assert_eq!(world.act("update_contact", by_email).await.unwrap()["lifecycle_stage"], "lead");

    for (set, property) in [
        (json!({ "lifecycle_stage": "friend" }), "lifecyclestage (INVALID_OPTION)"),
        (json!({ "properties": { "hs_calculated_phone_number": "+1" } }), "READ_ONLY_VALUE"),
        (json!({ "email": "ada@example" }), "email (INVALID_EMAIL)"),
    ] {
        let refused = world.act("update_contact", json!({ "id": id, "set": set })).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::InvalidInput);
        assert!(refused.message.contains(property), "{}", refused.message);
    }
    let taken = json!({ "id": id, "set": { "email": "maren@example.com" } });
    assert_eq!(world.act("update_contact", taken).await.unwrap_err().code.as_deref(), Some("conflict"));
    let missing = json!({ "id": "1", "set": { "first_name": "A" } });
    assert_eq!(world.act("update_contact", missing).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_ticket_is_created_for_a_contact_and_read() {
    let world = world().await;
    let wanted =
        json!({ "subject": "Lamp flickers", "content": "Since Monday", "priority": "high", "contact_id": JOSE });
    let ticket = world.act("create_ticket", wanted.clone()).await.unwrap();
    assert_eq!((&ticket["stage"], &ticket["priority"]), (&json!("1"), &json!("HIGH")));
    assert_eq!(world.act("create_ticket", wanted).await.unwrap()["id"], ticket["id"], "once for each key");
    assert_eq!(objects(&world, "tickets").await.len(), 2);

    let read = world.act("get_ticket", json!({ "id": ticket["id"] })).await.unwrap();
    assert_eq!((&read["pipeline_label"], &read["stage_label"]), (&json!("Support Pipeline"), &json!("New")));
    assert_eq!((&read["closed"], &read["owner_id"]), (&json!(false), &json!("76023670")));
    let stage = json!({ "subject": "x", "pipeline": "0", "stage": "9" });
    let refused = world.act_as("create_ticket", "key-2", stage).await.unwrap_err();
    assert!(refused.message.contains("hs_pipeline_stage (INVALID_OPTION)"), "{}", refused.message);
    assert_eq!(world.act("get_ticket", json!({ "id": "1" })).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn what_was_said_is_logged_on_a_timeline() {
    let world = world().await;
    for (kind, more, property) in [
        ("note", json!({}), ("hs_note_body", "1 &lt; 2<br>Yes")),
        ("call", json!({ "direction": "inbound", "duration_ms": 61_000 }), ("hs_call_direction", "INBOUND")),
        ("email", json!({ "direction": "outbound", "title": "Your lamp" }), ("hs_email_direction", "EMAIL")),
    ] {
        let mut input = json!({
            "kind": kind, "body": "1 < 2\nYes", "contact_id": JOSE, "ticket_id": TICKET, "deal_id": DEAL,
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let logged = world.act_as("log_engagement", kind, input.clone()).await.unwrap();
        let again = world.act_as("log_engagement", kind, input).await.unwrap();
        assert_eq!(again, logged, "{kind}: once for each key");
        let all = objects(&world, &format!("{kind}s")).await;
        let made = all.iter().find(|object| object["id"] == logged["id"]).unwrap_or_else(|| panic!("{all:?}"));
        assert_eq!(made["properties"][property.0], property.1);
        assert_eq!(all.len(), if kind == "note" { 2 } else { 1 });
    }
    let stranger = json!({ "kind": "note", "body": "x", "contact_id": "1" });
    assert_eq!(world.act("log_engagement", stranger).await.unwrap_err().kind, ErrorKind::InvalidInput);
}

#[tokio::test]
async fn records_are_associated() {
    let world = world().await;
    let pair = json!({ "from_type": "contact", "from_id": MAREN, "to_type": "deal", "to_id": DEAL });
    for _ in 0..2 {
        assert_eq!(world.act("associate", pair.clone()).await.unwrap(), pair);
    }
    let facts = world.facts(&caller("+15555550101")).await.unwrap();
    assert!(facts.iter().any(|fact| fact.1.starts_with("20 lamps for the tasting room")), "{facts:?}");
    let missing = json!({ "from_type": "contact", "from_id": "1", "to_type": "deal", "to_id": DEAL });
    assert_eq!(world.act("associate", missing).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn facts_about_a_customer_are_contact_company_deals_and_tickets() {
    let world = world().await;
    let jose = world.facts(&caller("+15555550102")).await.unwrap();
    let jose: Vec<(&str, &str)> = jose.iter().map(|fact| (fact.0.as_str(), fact.1.as_str())).collect();
    assert_eq!(
        jose,
        [
            ("hubspot.contact", "José Álvarez, jose@example.com, +15555550102, Bodega «La Lámpara»"),
            ("hubspot.lifecycle_stage", "opportunity"),
            ("hubspot.company", "Bodega «La Lámpara»"),
            ("hubspot.deal", "20 lamps for the tasting room, Contract Sent, 1690"),
        ]
    );
    // A deal that is won is no open one; a ticket is.
    let by_address = Subject { email: Some("maren@example.com".to_owned()), ..Subject::default() };
    let maren: Vec<String> = world.facts(&by_address).await.unwrap().into_iter().map(|fact| fact.1).collect();
    assert_eq!(maren[2..], ["Vase arrived broken, Waiting on contact, high"], "{maren:?}");
    assert!(world.facts(&caller("+15555550199")).await.unwrap().is_empty());

    let scopes = ["crm.objects.contacts.read", "crm.objects.contacts.write"].map(str::to_owned).to_vec();
    let bare = account(|account| account.scopes = scopes).await;
    assert_eq!(bare.facts(&caller("+15555550102")).await.unwrap().len(), 2, "what may not be read is not told");
}

#[tokio::test]
async fn changes_are_told_by_webhooks_in_both_shapes() {
    let mut receiver = Receiver::start().await;
    let url = receiver.url.parse().unwrap();
    let world = account(|account| {
        account.webhook_url = Some(url);
        account.subscriptions =
            ["contact.propertyChange", "object.creation", "ticket.creation"].map(str::to_owned).to_vec();
    })
    .await;
    change(&world, Some(MAREN), json!({ "firstname": "Marena", "phone": "+15555550111" })).await;
    let (request, accounts) = receiver.next(world.plugin.manifest(), world.now()).await;
    assert_eq!(accounts, ["62515"]);
    let events = world.plugin.parse(&world.call(), request).await.unwrap();
    let changes: Vec<_> = events
        .iter()
        .map(|event| match event {
            Event::Contact(change) => change,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().all(|change| change.sender.id("hubspot_contact") == Some(MAREN)));
    assert_eq!(changes[0].profile.first_name.as_deref(), Some("Marena"));
    assert_eq!(changes[1].profile.phone.as_deref(), Some("+15555550111"));

    change(&world, None, json!({ "email": "ada@example.com" })).await;
    let (request, _) = receiver.next(world.plugin.manifest(), world.now()).await;
    let events = world.plugin.parse(&world.call(), request).await.unwrap();
    assert!(matches!(&events[..], [Event::Contact(change)] if change.changes["change"] == "creation"), "{events:?}");

    let ticket = json!({ "subject": "Lamp flickers" });
    let made = world.act("create_ticket", ticket).await.unwrap();
    // Both shapes were subscribed to: the same twice, which the keys of the events tell apart.
    let (request, _) = receiver.next(world.plugin.manifest(), world.now()).await;
    let events = world.plugin.parse(&world.call(), request).await.unwrap();
    let Event::Custom(event) = &events[0] else { panic!("{events:?}") };
    assert_eq!(event.name, "hubspot.ticket.creation");
    assert_eq!(event.data["objectId"].to_string(), made["id"].as_str().unwrap());
}

#[tokio::test]
async fn changes_are_told_by_polling_each_once() {
    let world = world().await;
    let poll = async |cursor: Option<&str>| {
        let news = world.plugin.poll(&world.call(), "contacts_changed", cursor).await.unwrap();
        let told: Vec<String> = news
            .events
            .iter()
            .map(|event| match event {
                Event::Contact(change) => change.sender.name.clone().unwrap_or_default(),
                other => panic!("{other:?}"),
            })
            .collect();
        (told, news.cursor.unwrap(), news.more)
    };
    let (told, cursor, _) = poll(None).await;
    assert!(told.is_empty(), "it begins now");
    world.advance(TimeDelta::seconds(10));
    change(&world, Some(MAREN), json!({ "firstname": "Marena" })).await;
    change(&world, None, json!({ "firstname": "Ada", "email": "ada@example.com" })).await;
    let (mut told, cursor, more) = poll(Some(&cursor)).await;
    told.sort();
    assert_eq!((told, more), (vec!["Ada".to_owned(), "Marena Groß".to_owned()], false));
    let (told, cursor, _) = poll(Some(&cursor)).await;
    assert!(told.is_empty());
    world.advance(TimeDelta::minutes(10));
    change(&world, Some(MAREN), json!({ "city": "Flensburg" })).await;
    assert_eq!(poll(Some(&cursor)).await.0, ["Marena Groß"]);
}

#[tokio::test]
async fn trouble_says_what_can_be_done_about_it() {
    let world = world().await;
    let ask = async || world.act("find_contact", json!({ "id": MAREN })).await;
    for (policy, wait) in [(Policy::TenSecondlyRolling, 10_000), (Policy::Secondly, 1_000), (Policy::Daily, 3_600_000)]
    {
        world.sandbox.hubspot().throttle(HUB, policy, 1).unwrap();
        let throttled = ask().await.unwrap_err();
        assert_eq!((throttled.kind, throttled.retry_after_ms), (ErrorKind::RateLimited, Some(wait)), "{policy:?}");
    }
    ask().await.unwrap();

    world.sandbox.hubspot().expire_tokens(HUB, false).unwrap();
    let expired = ask().await.unwrap_err();
    assert_eq!((expired.kind, expired.code.as_deref()), (ErrorKind::AuthRequired, Some("EXPIRED_AUTHENTICATION")));
    assert!(!format!("{expired:?}").contains(TOKEN));

    let scopes = vec!["crm.objects.contacts.read".to_owned()];
    let reading = account(|account| account.scopes = scopes).await;
    let denied = reading.act("create_contact", json!({ "email": "ada@example.com" })).await.unwrap_err();
    assert_eq!(denied.kind, ErrorKind::PermissionDenied);
    assert!(denied.message.contains("crm.objects.contacts.write"), "{}", denied.message);

    // A request that came to nothing leaves nothing behind: the next attempt creates.
    world.sandbox.hubspot().put({
        let mut account = Account::new(HUB, "the-client-id", SECRET);
        account.access_token = Some(TOKEN.into());
        account
    });
    let ada = json!({ "email": "ada@example.com" });
    world.sandbox.hubspot().throttle(HUB, Policy::Secondly, 1).unwrap();
    assert_eq!(world.act("create_contact", ada.clone()).await.unwrap_err().kind, ErrorKind::RateLimited);
    assert_eq!(world.act("create_contact", ada).await.unwrap()["created"], true);
    let cursor = world.plugin.poll(&world.call(), "contacts_changed", Some("nonsense")).await.unwrap_err();
    assert_eq!(told(&cursor).kind, ErrorKind::InvalidInput);
}
