//! Finding what somebody wrote, whoever it was and however long ago.

use crate::{
    app::{App, Person},
    contacts::statements,
    conversations::write,
    teamwork::team,
};
use chrono::{SecondsFormat, TimeDelta};
use domain::{Clock as _, role::Role, team::Assignment};
use serde_json::{Value, json};

async fn found(person: &Person, query: &str) -> Vec<String> {
    let page = person.get(&format!("/api/v1/search/messages?{query}")).await.ok();
    page["items"].as_array().unwrap().iter().map(|item| text(&item["snippet"])).collect()
}

/// A snippet with what was found in brackets.
fn text(snippet: &Value) -> String {
    let piece = |piece: &Value| {
        let text = piece["text"].as_str().unwrap();
        if piece["is_match"] == true { format!("[{text}]") } else { text.to_owned() }
    };
    snippet.as_array().unwrap().iter().map(piece).collect()
}

#[tokio::test]
async fn a_word_said_fifty_messages_ago_is_found() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let conversation =
        write(&app, &admin, &connection, "+4915", "Zoë", "Die Straßenbahn nach Łódź fährt um 12:30, ref #A-77").await;
    for n in 0..50 {
        app.clock.advance(TimeDelta::seconds(1));
        write(&app, &admin, &connection, "+4915", "Zoë", &format!("And then {n}")).await;
    }
    for (typed, marked) in [
        ("strassenbahn", "Die [Straßenbahn] nach Łódź fährt um 12:30, ref #A-77"),
        ("STRASS%20lod", "Die [Straßenbahn] nach [Łódź] fährt um 12:30, ref #A-77"),
        ("fahrt", "Die Straßenbahn nach Łódź [fährt] um 12:30, ref #A-77"),
        ("a-77", "Die Straßenbahn nach Łódź fährt um 12:30, ref #[A]-[77]"),
        ("12:30", "Die Straßenbahn nach Łódź fährt um [12]:[30], ref #A-77"),
    ] {
        assert_eq!(found(&admin, &format!("q={typed}")).await, [marked], "{typed}");
    }
    for typed in ["bahn", "st", "lod%20warsaw", "%25", "!!!"] {
        assert!(found(&admin, &format!("q={typed}")).await.is_empty(), "{typed}");
    }
    let hit = admin.get("/api/v1/search/messages?q=lodz").await.ok()["items"][0].clone();
    assert_eq!(hit["conversation"]["id"], json!(conversation));
    assert_eq!((&hit["conversation"]["contact_name"], &hit["direction"]), (&json!("Zoë"), &json!("inbound")));
}

#[tokio::test]
async fn pages_go_through_history_and_stay_where_they_are_under_writes() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let mut all = Vec::new();
    for n in 0..25 {
        app.clock.advance(TimeDelta::seconds(1));
        write(&app, &admin, &connection, &format!("+4915{}", n % 4), "A", &format!("apple {n}")).await;
        all.push(format!("[apple] {n}"));
    }
    all.reverse();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/api/v1/search/messages?q=apple&limit=4{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| text(&item["snippet"])));
        assert_eq!(page["has_more"], page.get("next_cursor").is_some());
        app.clock.advance(TimeDelta::seconds(1));
        write(&app, &admin, &connection, "+4915", "A", "apple, late").await;
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
    assert_eq!(admin.get("/api/v1/search/messages?q=apple&cursor=nonsense").await.problem(400), "bad_request");
}

#[tokio::test]
async fn filters_of_the_conversation_and_of_the_message_go_together() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let first = write(&app, &admin, &connection, "+4911", "A", "plum of the first").await;
    app.clock.advance(TimeDelta::minutes(1));
    let between = app.clock.now();
    let second = write(&app, &admin, &connection, "+4912", "B", "plum of the second").await;
    app.clock.advance(TimeDelta::minutes(1));
    admin.post(&format!("/api/v1/conversations/{second}/notes"), &json!({ "text": "a plum, I think" })).await.ok();
    admin.put(&format!("/api/v1/conversations/{first}/status"), &json!({ "status": "closed" })).await.ok();
    let contact =
        admin.get(&format!("/api/v1/conversations/{first}")).await.ok()["conversation"]["contact"]["id"].clone();
    let contact = contact.as_str().unwrap();
    let between = between.to_rfc3339_opts(SecondsFormat::Micros, true);
    for (query, expected) in [
        ("q=plum".to_owned(), vec!["a [plum], I think", "[plum] of the second", "[plum] of the first"]),
        (format!("q=plum&conversation_id={second}"), vec!["a [plum], I think", "[plum] of the second"]),
        (format!("q=plum&conversation_id={second}&sender=contact"), vec!["[plum] of the second"]),
        (format!("q=plum&contact_id={contact}"), vec!["[plum] of the first"]),
        ("q=plum&status=closed".to_owned(), vec!["[plum] of the first"]),
        ("q=plum&sender=user".to_owned(), vec!["a [plum], I think"]),
        ("q=plum&channel=email".to_owned(), vec![]),
        (format!("q=plum&before={between}"), vec!["[plum] of the first"]),
        (format!("q=plum&since={between}&sender=contact"), vec!["[plum] of the second"]),
        (format!("q=plum&conversation_id={second}&before={between}"), vec![]),
    ] {
        assert_eq!(found(&admin, &query).await, expected, "{query}");
    }
    for query in ["q=plum&sender=nobody", "q=", "q=%20", "q=plum&limit=0", "status=open"] {
        assert_eq!(admin.get(&format!("/api/v1/search/messages?{query}")).await.problem(400), "bad_request", "{query}");
    }
}

#[tokio::test]
async fn what_is_edited_is_found_as_it_is_and_what_is_taken_back_is_not_found() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let conversation = write(&app, &admin, &connection, "+4911", "A", "hello").await;
    let notes = format!("/api/v1/conversations/{conversation}/notes");
    let note = admin.post(&notes, &json!({ "text": "a cherry" })).await.ok();
    let note = format!("/api/v1/conversations/{conversation}/messages/{}", note["id"].as_str().unwrap());
    assert_eq!(found(&admin, "q=cherry").await, ["a [cherry]"]);
    admin.patch(&note, "*", &json!({ "text": "a peach" })).await.ok();
    assert!(found(&admin, "q=cherry").await.is_empty());
    assert_eq!(found(&admin, "q=peach").await, ["a [peach]"]);
    admin.delete(&note).await;
    assert!(found(&admin, "q=peach").await.is_empty());
    admin.delete(&format!("/api/v1/conversations/{conversation}")).await;
    assert!(found(&admin, "q=hello").await.is_empty());
    assert_eq!(app.count("message_search").await, 0);
}

#[tokio::test]
async fn nobody_finds_what_they_do_not_see() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let stranger = app.tenant("bolt").await;
    let connection = admin.connect("1001").await.0;
    let conversation = write(&app, &admin, &connection, "+4911", "Quincy", "a quince").await;
    assert_eq!(found(&agent, "q=quince").await.len(), 1);
    let other = team(&app, &admin, "sales", Assignment::Manual, &[]).await;
    admin.put(&format!("/api/v1/conversations/{conversation}/team"), &json!({ "team_id": other })).await.ok();
    for person in [&agent, &stranger] {
        assert!(found(person, "q=quince").await.is_empty());
        assert!(found(person, &format!("q=quince&conversation_id={conversation}")).await.is_empty());
        let everything = person.get("/api/v1/search?q=quin").await.ok();
        assert_eq!(everything, json!({ "contacts": [], "conversations": [], "messages": [] }));
    }
    let everything = admin.get("/api/v1/search?q=quin&limit=1").await.ok();
    for kind in ["contacts", "conversations", "messages"] {
        assert_eq!(everything[kind].as_array().unwrap().len(), 1, "{kind}");
    }
    assert_eq!(admin.get("/api/v1/search?q=quin&limit=21").await.problem(400), "bad_request");
}

#[tokio::test]
async fn a_search_takes_as_many_statements_however_much_it_finds() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    write(&app, &admin, &connection, "+4911", "A", "apple").await;
    let (messages, everything) = ("/api/v1/search/messages?q=apple", "/api/v1/search?q=a");
    let few = (statements(&admin, messages).await, statements(&admin, everything).await);
    for n in 0..20 {
        write(&app, &admin, &connection, &format!("+49{n}"), &format!("A. {n}"), "another apple").await;
    }
    assert_eq!((statements(&admin, messages).await, statements(&admin, everything).await), few);
}
