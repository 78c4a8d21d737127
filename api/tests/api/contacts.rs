//! Contacts as people enter, find, join, part and block them.

use crate::{
    app::{Answer, App, Person},
    conversations::write,
    teamwork::team,
};
use chrono::TimeDelta;
use domain::{Clock, ContactId, role::Role, team::Assignment};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicUsize, Ordering},
};
use store::contacts::{self, Address, Person as Described};

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

async fn contact_of(person: &Person, conversation: &str) -> String {
    id(&person.get(&format!("/api/v1/conversations/{conversation}")).await.ok()["contact"])
}

async fn found(person: &Person, query: &str) -> Vec<String> {
    let page = person.get(&format!("/api/v1/contacts?{query}")).await.ok();
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

async fn etag(person: &Person, contact: &str) -> String {
    person.get(&format!("/api/v1/contacts/{contact}")).await.etag()
}

/// A customer of a shop, who has typed a number and an address into its checkout.
async fn customer(app: &App, admin: &Person, shop_id: &str, name: &str, phone: &str, email: &str) -> String {
    let address = |kind: &str, value: &str| Address { kind: kind.to_owned(), value: value.to_owned(), verified: false };
    let described = Described {
        addresses: vec![address("customer", shop_id), address("email", email), address("phone", phone)],
        name: Some(name.to_owned()),
        phone: Some(phone.to_owned()),
        email: Some(email.to_owned()),
        connection: None,
    };
    let mut tx = app.database.begin(admin.tenant).await.unwrap();
    let resolved = contacts::resolve(&mut tx, admin.tenant, "shop", &described, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    resolved.id.to_string()
}

#[tokio::test]
async fn a_contact_is_entered_once_in_a_brand() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    admin.put("/api/v1/brands/kids", &json!({ "name": "Kids" })).await.ok();
    let plan = json!({ "name": "Plan", "kind": "choice", "options": ["free", "gold"] });
    admin.put("/api/v1/attributes/contact/plan", &plan).await.ok();
    let new = json!({ "name": " Ada Lovelace ", "phone": "0049 (151) 555-0123", "email": "Ada@Acme.Example",
                      "avatar_url": "https://acme.example/ada.png", "custom_attributes": { "plan": "gold" } });
    let made = admin.post_once("/api/v1/contacts", "k", &new).await;
    assert_eq!(made.status, 201);
    let ada = made.ok();
    assert_eq!((&ada["name"], &ada["phone"]), (&json!("Ada Lovelace"), &json!("+491515550123")));
    assert_eq!((&ada["email"], &ada["identities"]), (&json!("ada@acme.example"), &json!([])));
    assert_eq!(id(&admin.post_once("/api/v1/contacts", "k", &new).await.ok()), id(&ada), "the first answer");
    for (again, status) in [
        (json!({ "email": "ada@acme.example" }), 409),
        (json!({ "phone": "+49151 5550123", "name": "Somebody" }), 409),
        (json!({ "email": "ada@acme.example", "brand": "kids" }), 201),
    ] {
        let answer = admin.post("/api/v1/contacts", &again).await;
        assert_eq!(answer.status, status, "{again}");
        if status == 409 {
            assert_eq!(answer.problem(409), "contact_exists");
            assert_eq!(answer.body["contact_id"], ada["id"]);
        }
    }
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "phone": "0151 5550123" }), "/phone"),
        (json!({ "email": "ada" }), "/email"),
        (json!({ "email": format!("{}@example.com", "x".repeat(250)) }), "/email"),
        (json!({ "name": "x".repeat(256) }), "/name"),
        (json!({ "name": "x", "avatar_url": "http://acme.example/x.png" }), "/avatar_url"),
        (json!({ "name": "x", "brand": "none" }), "/brand"),
        (json!({ "name": "x", "company_id": uuid::Uuid::nil() }), "/company_id"),
        (json!({ "name": "x", "custom_attributes": { "plan": "silver" } }), "/custom_attributes/plan"),
    ] {
        let refused = admin.post("/api/v1/contacts", &body).await;
        assert_eq!(refused.problem(422), "invalid", "{body}");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{body}");
    }
    // Two at the same moment: one is entered.
    let twice = json!({ "email": "both@acme.example" });
    let both = futures::future::join_all((0..5).map(|_| admin.post("/api/v1/contacts", &twice))).await;
    assert_eq!(both.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(app.count("events WHERE kind = 'contact.created'").await, 3);
    assert_eq!(app.count("events WHERE data::text LIKE '%acme.example%'").await, 0, "the log outlives personal data");
}

#[tokio::test]
async fn fields_change_one_by_one_and_may_not_become_anothers() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let ada = id(&admin.post("/api/v1/contacts", &json!({ "name": "Ada", "phone": "+491515550123" })).await.ok());
    let ben = id(&admin.post("/api/v1/contacts", &json!({ "name": "Ben" })).await.ok());
    let path = format!("/api/v1/contacts/{ben}");
    let tag = etag(&admin, &ben).await;
    let taken = admin.patch(&path, &tag, &json!({ "phone": "+49 151 5550123" })).await;
    assert_eq!(taken.problem(409), "contact_exists");
    assert_eq!(taken.body["contact_id"], json!(ada));
    let changed = admin.patch(&path, &tag, &json!({ "email": " Ben@Acme.example ", "name": null })).await;
    assert_eq!((changed.body["email"].clone(), changed.body["name"].clone()), (json!("ben@acme.example"), Value::Null));
    assert_eq!(admin.patch(&path, &tag, &json!({ "email": null })).await.problem(412), "precondition_failed");
    let fields = "SELECT data->>'fields' FROM events WHERE kind = 'contact.updated'";
    let fields: String = sqlx::query_scalar(fields).fetch_one(&app.db.owner).await.unwrap();
    assert_eq!(fields, r#"["name", "email"]"#);
}

#[tokio::test]
async fn contacts_are_found_without_accents_by_parts_of_words_and_numbers() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    admin.put("/api/v1/brands/kids", &json!({ "name": "Kids" })).await.ok();
    for new in [
        json!({ "name": "Zoë Müller-Łukasz", "phone": "+491515550123", "brand": "kids" }),
        json!({ "name": "ΑΛΈΞΑΝΔΡΟΣ", "email": "alex@acme.example", "custom_attributes": { "plan": "gold", "n": 1 } }),
        json!({ "name": "Li 100%", "phone": "+8613912345678" }),
    ] {
        admin.post("/api/v1/contacts", &new).await.ok();
        app.clock.advance(TimeDelta::seconds(1));
    }
    for (query, names) in [
        ("search=muller", vec!["Zoë Müller-Łukasz"]),
        ("search=MÜL%20zoe", vec!["Zoë Müller-Łukasz"]),
        ("search=lukasz", vec!["Zoë Müller-Łukasz"]),
        ("search=0151%2F555", vec!["Zoë Müller-Łukasz"]),
        ("search=050123", vec!["Zoë Müller-Łukasz"]),
        ("search=%CE%B1%CE%BB%CE%B5%CE%BE", vec!["ΑΛΈΞΑΝΔΡΟΣ"]),
        ("search=acme.example", vec!["ΑΛΈΞΑΝΔΡΟΣ"]),
        ("search=li", vec!["Li 100%"]),
        ("search=100%25", vec!["Li 100%"]),
        ("search=zoe%20alex", vec![]),
        ("brand=kids", vec!["Zoë Müller-Łukasz"]),
        ("brand=none&has_phone=true", vec!["Li 100%"]),
        ("has_email=true", vec!["ΑΛΈΞΑΝΔΡΟΣ"]),
        ("attributes=%7B%22plan%22%3A%22gold%22%7D", vec!["ΑΛΈΞΑΝΔΡΟΣ"]),
        ("blocked=true", vec![]),
        ("company_id=none", vec!["Li 100%", "ΑΛΈΞΑΝΔΡΟΣ", "Zoë Müller-Łukasz"]),
    ] {
        assert_eq!(found(&admin, query).await, names, "{query}");
    }
    assert_eq!(admin.get("/api/v1/contacts?attributes=1").await.problem(400), "bad_request");
    assert_eq!(admin.get("/api/v1/contacts?company_id=x").await.problem(400), "bad_request");
    // What is added in front of a page does not move the next one.
    let first = admin.get("/api/v1/contacts?limit=2").await.ok();
    admin.post("/api/v1/contacts", &json!({ "name": "New" })).await.ok();
    let next = format!("limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(found(&admin, &next).await, ["Zoë Müller-Łukasz"]);
}

#[tokio::test]
async fn who_shares_a_number_is_suggested_until_somebody_says_otherwise() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let conversation = write(&app, &admin, &connection, "+491515550123", "Ada", "Hello").await;
    let ada = contact_of(&admin, &conversation).await;
    let shopper = customer(&app, &admin, "7", "A. Lovelace", "+491515550123", "ada@acme.example").await;
    let other = customer(&app, &admin, "8", "Ben", "+491515559999", "ada@acme.example").await;
    let path = format!("/api/v1/contacts/{ada}/suggestions");
    let suggested = admin.get(&path).await.ok();
    assert_eq!(suggested.as_array().unwrap().len(), 1, "{suggested}");
    assert_eq!((&suggested[0]["contact"]["id"], &suggested[0]["confidence"]), (&json!(shopper), &json!("medium")));
    assert_eq!(suggested[0]["reasons"], json!([{ "kind": "phone", "value": "+491515550123", "proven_by": 1 }]));
    let of_shopper = admin.get(&format!("/api/v1/contacts/{shopper}/suggestions")).await.ok();
    let likely: Vec<_> =
        of_shopper.as_array().unwrap().iter().map(|s| (id(&s["contact"]), s["confidence"].clone())).collect();
    assert_eq!(likely, [(ada.clone(), json!("medium")), (other.clone(), json!("low"))]);

    let dismiss = format!("{path}/{shopper}/dismiss");
    assert_eq!(admin.post(&dismiss, &json!({})).await.status, 204);
    assert_eq!(admin.post(&dismiss, &json!({})).await.status, 204);
    assert_eq!(admin.get(&path).await.ok(), json!([]));
    assert_eq!(admin.post(&format!("{path}/{ada}/dismiss"), &json!({})).await.problem(404), "not_found");
    // Nobody is suggested who may not be seen.
    let (bob, ann) = (app.colleague(&admin, "bob", Role::Agent).await, app.colleague(&admin, "ann", Role::Agent).await);
    admin.put(&format!("/api/v1/conversations/{conversation}/assignee"), &json!({ "user_id": ann.id })).await.ok();
    assert_eq!(bob.get(&path).await.problem(404), "not_found");
    let of_other = |person: Person| {
        let path = format!("/api/v1/contacts/{other}/suggestions");
        async move { person.get(&path).await.ok().as_array().unwrap().len() }
    };
    assert_eq!(of_other(bob).await, 1, "whom nobody talks with is seen by everybody");
}

#[tokio::test]
async fn a_merge_brings_addresses_conversations_and_what_is_missing_and_goes_back() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let (one, _) = admin.connect("1001").await;
    let (two, _) = admin.connect("2002").await;
    let first = write(&app, &admin, &one, "+491511", "Ada", "At one").await;
    let rival = write(&app, &admin, &two, "+491511", "Ada", "At two").await;
    app.clock.advance(TimeDelta::minutes(1));
    let theirs = write(&app, &admin, &two, "+491512", "A. L.", "Also at two").await;
    let (ada, other) = (contact_of(&admin, &first).await, contact_of(&admin, &theirs).await);
    let note = json!({ "email": "ada@acme.example", "custom_attributes": { "plan": "gold", "vip": true } });
    admin.patch(&format!("/api/v1/contacts/{other}"), &etag(&admin, &other).await, &note).await.ok();
    let ours = json!({ "custom_attributes": { "plan": "free" } });
    admin.patch(&format!("/api/v1/contacts/{ada}"), &etag(&admin, &ada).await, &ours).await.ok();

    let merge = format!("/api/v1/contacts/{other}/merge");
    assert_eq!(agent.post(&merge, &json!({ "into": ada })).await.problem(403), "forbidden");
    assert_eq!(admin.post(&merge, &json!({ "into": other })).await.problem(409), "contact_merge_refused");
    assert_eq!(admin.post(&merge, &json!({ "into": ContactId::new() })).await.problem(404), "not_found");
    let merged = admin.post(&merge, &json!({ "into": ada })).await.ok();
    assert_eq!((&merged["name"], &merged["email"]), (&json!("Ada"), &json!("ada@acme.example")));
    assert_eq!(merged["custom_attributes"], json!({ "plan": "free", "vip": true }));
    let values: Vec<_> = merged["identities"].as_array().unwrap().iter().map(|i| i["value"].clone()).collect();
    assert_eq!(values, ["+491511", "+491512"]);
    assert_eq!(merged["identities"][1]["merged_from"], json!(other));
    // At the second account both had a conversation: they are one.
    let both = admin.get(&format!("/api/v1/conversations/{rival}")).await.ok();
    assert_eq!(both["conversation"]["message_count"], 2);
    assert_eq!(admin.get(&format!("/api/v1/conversations/{theirs}")).await.ok()["conversation"]["id"], json!(rival));
    assert_eq!(found(&admin, "").await, ["Ada"], "the other is in no list");

    // Whoever asks for the one that went is led to the other; it is changed no more.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for below in ["", "/overview", "/timeline", "/journey", "/suggestions"] {
        let asked = http.get(format!("{}/api/v1/contacts/{other}{below}", app.base)).bearer_auth(&admin.token);
        let led = asked.send().await.unwrap();
        assert_eq!(led.status(), 308);
        assert_eq!(led.headers()["location"], format!("/api/v1/contacts/{ada}{below}"));
    }
    let changed = admin.patch(&format!("/api/v1/contacts/{other}"), "\"3\"", &json!({ "name": "x" })).await;
    assert_eq!(changed.problem(409), "contact_merged");
    assert_eq!(changed.body["contact_id"], json!(ada));
    assert_eq!(admin.post(&merge, &json!({ "into": ada })).await.problem(409), "contact_merge_refused");

    // Written since, from the address that came.
    app.clock.advance(TimeDelta::minutes(1));
    let since = write(&app, &admin, &one, "+491512", "A. L.", "At one now").await;
    assert_eq!(since, first, "one person, one conversation at an account");
    let back = admin.delete(&merge).await.ok();
    assert_eq!((&back["name"], &back["merged_into"]), (&json!("A. L."), &Value::Null));
    let parted = admin.get(&format!("/api/v1/contacts/{ada}")).await.ok();
    assert_eq!((&parted["email"], &parted["custom_attributes"]), (&Value::Null, &json!({ "plan": "free" })));
    assert_eq!(parted["identities"].as_array().unwrap().len(), 1);
    let conversation = admin.get(&format!("/api/v1/conversations/{theirs}")).await.ok();
    assert_eq!(conversation["contact"]["id"], json!(other));
    assert_eq!(conversation["conversation"]["message_count"], 1);
    assert_eq!(conversation["conversation"]["status"], "new", "as it stood");
    assert_eq!(admin.get(&format!("/api/v1/conversations/{rival}")).await.ok()["contact"]["id"], json!(ada));
    assert_eq!(admin.delete(&merge).await.problem(409), "contact_merge_refused");
    assert_eq!(app.count("events WHERE kind = 'contact.merged'").await, 2);
    assert_eq!(app.count("events WHERE kind = 'contact.unmerged'").await, 2);
    let written = write(&app, &admin, &two, "+491512", "A. L.", "At two").await;
    assert_eq!(written, theirs);
}

#[tokio::test]
async fn merges_are_taken_back_the_latest_first() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let mut contacts = Vec::new();
    for phone in ["+491511", "+491512", "+491513"] {
        let conversation = write(&app, &admin, &connection, phone, phone, "Hello").await;
        contacts.push(contact_of(&admin, &conversation).await);
    }
    let merge = |from: usize| format!("/api/v1/contacts/{}/merge", contacts[from]);
    admin.post(&merge(0), &json!({ "into": contacts[1] })).await.ok();
    admin.post(&merge(1), &json!({ "into": contacts[2] })).await.ok();
    let all = admin.get(&format!("/api/v1/contacts/{}", contacts[2])).await.ok();
    assert_eq!(all["identities"].as_array().unwrap().len(), 3);
    assert_eq!(admin.delete(&merge(0)).await.problem(409), "contact_merge_refused");
    let back = admin.delete(&merge(1)).await.ok();
    assert_eq!(back["identities"].as_array().unwrap().len(), 2, "with what an earlier merge had brought");
    let back = admin.delete(&merge(0)).await.ok();
    assert_eq!(back["identities"].as_array().unwrap().len(), 1);
    for (contact, phone) in contacts.iter().zip(["+491511", "+491512", "+491513"]) {
        let page = admin.get(&format!("/api/v1/conversations?contact_id={contact}")).await.ok();
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&page["items"][0]["contact"]["name"], &page["items"][0]["message_count"]),
            (&json!(phone), &json!(1))
        );
    }
}

#[tokio::test]
async fn who_is_blocked_is_so_for_everybody() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let ada = id(&admin.post("/api/v1/contacts", &json!({ "name": "Ada" })).await.ok());
    let path = format!("/api/v1/contacts/{ada}/block");
    let put = async || Answer::of(admin.request(Method::PUT, &path).send().await.unwrap()).await;
    let blocked = put().await.ok();
    assert!(blocked["blocked_at"].is_string());
    assert_eq!(blocked["blocked_by"], json!(admin.id));
    assert_eq!(put().await.ok()["blocked_at"], blocked["blocked_at"]);
    assert_eq!(found(&admin, "blocked=true").await, ["Ada"]);
    assert_eq!(admin.delete(&path).await.ok()["blocked_at"], Value::Null);
    assert_eq!(found(&admin, "blocked=true").await, Vec::<String>::new());
    assert_eq!(app.count("events WHERE kind = 'contact.blocked'").await, 2);
}

#[tokio::test]
async fn the_timeline_tells_what_the_reader_may_see() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (ann, bob) = (app.colleague(&admin, "ann", Role::Agent).await, app.colleague(&admin, "bob", Role::Agent).await);
    let (one, _) = admin.connect("1001").await;
    let (two, _) = admin.connect("2002").await;
    let hers = write(&app, &admin, &one, "+491511", "Ada", "For Ann").await;
    let anybodys = write(&app, &admin, &two, "+491511", "Ada", "For anybody").await;
    let ada = contact_of(&admin, &hers).await;
    for (tag, conversation) in [("a", &hers), ("b", &anybodys), ("c", &hers)] {
        app.clock.advance(TimeDelta::minutes(1));
        admin.put(&format!("/api/v1/conversations/{conversation}/tags/{tag}"), &json!({})).await.ok();
    }
    app.clock.advance(TimeDelta::minutes(1));
    admin.put(&format!("/api/v1/conversations/{hers}/assignee"), &json!({ "user_id": ann.id })).await.ok();
    app.clock.advance(TimeDelta::minutes(1));
    admin.patch(&format!("/api/v1/contacts/{ada}"), &etag(&admin, &ada).await, &json!({ "name": "Ada L." })).await.ok();
    let kinds = async |person: &Person, query: &str| {
        let page = person.get(&format!("/api/v1/contacts/{ada}/timeline{query}")).await.ok();
        let items = page["items"].as_array().unwrap().clone();
        let told: Vec<_> = items
            .iter()
            .map(|item| item["data"]["tag"].as_str().or(item["kind"].as_str()).unwrap().to_owned())
            .collect();
        (told, page["next_cursor"].as_str().map(str::to_owned))
    };
    let all = ["contact.updated", "conversation.assigned", "c", "b", "a"];
    assert_eq!(kinds(&admin, "").await.0, all);
    assert_eq!(kinds(&ann, "").await.0, all);
    assert_eq!(kinds(&bob, "").await.0, ["contact.updated", "b"]);
    // Page by page, whatever is added meanwhile.
    let (first, cursor) = kinds(&admin, "?limit=2").await;
    admin.put(&format!("/api/v1/conversations/{hers}/tags/d"), &json!({})).await.ok();
    let (second, _) = kinds(&admin, &format!("?limit=3&cursor={}", cursor.unwrap())).await;
    assert_eq!([first, second].concat(), all);
    // Of whom was merged into them, too.
    let other = id(&admin.post("/api/v1/contacts", &json!({ "name": "Other" })).await.ok());
    app.clock.advance(TimeDelta::minutes(1));
    admin.post(&format!("/api/v1/contacts/{other}/merge"), &json!({ "into": ada })).await.ok();
    assert_eq!(kinds(&admin, "?limit=3").await.0, ["contact.merged", "contact.created", "d"]);
}

#[tokio::test]
async fn the_journey_goes_from_account_to_account() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (one, _) = admin.connect("1001").await;
    let (two, _) = admin.connect("2002").await;
    let mut conversation = String::new();
    for connection in [&one, &one, &two, &one] {
        conversation = write(&app, &admin, connection, "+491511", "Ada", "Hello").await;
        app.clock.advance(TimeDelta::minutes(1));
    }
    let ada = contact_of(&admin, &conversation).await;
    let steps = admin.get(&format!("/api/v1/contacts/{ada}/journey")).await.ok();
    let steps: Vec<_> = steps
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["connection_id"].clone(), step["inbound"].clone(), step["first_on_channel"].clone()))
        .collect();
    assert_eq!(
        steps,
        [
            (one["id"].clone(), json!(2), json!(true)),
            (two["id"].clone(), json!(1), json!(false)),
            (one["id"].clone(), json!(1), json!(false)),
        ]
    );
}

/// Counts the statements of this thread, which runs the API, too.
struct Statements(Arc<AtomicUsize>);

impl tracing::Subscriber for Statements {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// How many statements an answer takes: the least of some tries, for a connection to the database that is opened
/// meanwhile has statements of its own.
///
/// One is counted at a time, and never by the only subscriber there is: what another thread then reaches first is asked
/// of that thread's subscriber, which is none, and counts nowhere from then on.
pub async fn statements(person: &Person, path: &str) -> usize {
    static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    static ANOTHER: LazyLock<tracing::Dispatch> = LazyLock::new(|| tracing::Dispatch::new(Statements(Arc::default())));
    let _one = ONE.lock().await;
    LazyLock::force(&ANOTHER);
    let mut counts = Vec::new();
    for _ in 0..3 {
        let count = Arc::new(AtomicUsize::new(0));
        let guard = tracing::subscriber::set_default(Statements(Arc::clone(&count)));
        person.get(path).await.ok();
        drop(guard);
        counts.push(count.load(Ordering::Relaxed));
    }
    counts.into_iter().min().unwrap()
}

#[tokio::test]
async fn everything_about_a_contact_takes_twelve_statements_however_much_it_is() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let desk = team(&app, &admin, "desk", Assignment::Manual, &[&agent]).await;
    let (connection, _) = admin.connect("1001").await;
    let acme = json!({ "name": "Acme", "domains": ["acme.example"] });
    let acme = admin.post("/api/v1/companies", &acme).await.ok();
    let conversation = write(&app, &admin, &connection, "+491515550123", "Ada", "Hello").await;
    let ada = contact_of(&admin, &conversation).await;
    let path = format!("/api/v1/contacts/{ada}/overview");
    admin
        .patch(&format!("/api/v1/contacts/{ada}"), &etag(&admin, &ada).await, &json!({ "email": "ada@acme.example" }))
        .await
        .ok();
    let few = statements(&admin, &path).await;
    let listed = statements(&admin, "/api/v1/contacts?search=a").await;
    for n in 0..5 {
        customer(&app, &admin, &n.to_string(), "A.", "+491515550123", "ada@acme.example").await;
        let close = json!({ "status": "closed" });
        admin.put(&format!("/api/v1/conversations/{conversation}/status"), &close).await.ok();
        app.clock.advance(TimeDelta::minutes(1));
        write(&app, &admin, &connection, "+491515550123", "Ada", "Hello again").await;
    }
    let overview = admin.get(&path).await.ok();
    assert_eq!(overview["contact"]["id"], json!(ada));
    assert_eq!((&overview["company"]["id"], &overview["company"]["contact_count"]), (&acme["id"], &json!(6)));
    assert_eq!((&overview["conversation_count"], &overview["open_conversation_count"]), (&json!(2), &json!(1)));
    assert_eq!(overview["conversations"].as_array().unwrap().len(), 2);
    assert_eq!(overview["suggestions"].as_array().unwrap().len(), 5);
    assert_eq!(overview["facts"], json!([]));
    assert!(overview["contact"]["last_activity_at"].is_string());
    assert_eq!((few, statements(&admin, &path).await), (12, 12));
    assert_eq!(listed, statements(&admin, "/api/v1/contacts?search=a").await);
    // What another team talks about is not counted for who does not see it.
    let open = admin.get("/api/v1/conversations?status=new").await.ok()["items"][0].clone();
    let other = team(&app, &admin, "sales", Assignment::Manual, &[]).await;
    let transfer = format!("/api/v1/conversations/{}/team", open["id"].as_str().unwrap());
    admin.put(&transfer, &json!({ "team_id": other })).await.ok();
    let seen = agent.get(&path).await.ok();
    assert_eq!((&seen["conversation_count"], &seen["open_conversation_count"]), (&json!(1), &json!(0)));
    assert_ne!(desk, other);
}
