//! Going on where one was: nothing is lost, nothing comes twice, and whoever cannot go on is told.

use super::{
    client::{Client, Heard},
    room, say, start,
};
use crate::app::Person;
use serde_json::{Value, json};
use std::time::Duration;

fn seq(message: &Value) -> i64 {
    message["data"]["seq"].as_i64().unwrap()
}

#[tokio::test]
async fn a_message_is_told_with_everything_that_rest_shows() {
    let (_app, admin) = start().await;
    let room = room(&admin, "general").await;
    let channel = format!("private-conversation-{room}");
    let mut client = Client::connect(&admin).await;
    let begun = client.subscribe(&admin, &channel).await;
    let said = say(&admin, &room, "Grüße 🙂").await;
    let told = client.event("message.created").await;
    assert_eq!(told["channel"], json!(channel));
    let data = &told["data"];
    assert_eq!(data["stream"], json!(format!("conversation-{room}")));
    assert_eq!((&data["epoch"], data["seq"].as_i64()), (&begun["epoch"], begun["seq"].as_i64().map(|seq| seq + 1)));
    assert_eq!((&data["type"], &data["conversation_id"]), (&json!("message.created"), &json!(room)));
    assert_eq!(data["actor"], json!({ "kind": "user", "id": admin.id }));
    assert_eq!(data["data"]["message"], said);
    let events = admin.get(&format!("/api/v1/conversations/{room}/events")).await.ok();
    assert_eq!(events["items"].as_array().unwrap().last().unwrap()["id"], data["id"]);
    client.silence().await;
}

#[tokio::test]
async fn what_was_missed_comes_in_order_and_then_what_is_new() {
    let (_app, admin) = start().await;
    let room = room(&admin, "general").await;
    for channel in [format!("private-conversation-{room}"), "presence-inbox".to_owned()] {
        let mut client = Client::connect(&admin).await;
        let begun = client.subscribe(&admin, &channel).await;
        say(&admin, &room, "heard").await;
        let heard = client.eventually("message.created").await;
        drop(client);
        for text in ["one", "two", "three"] {
            say(&admin, &room, text).await;
        }
        let mut client = Client::connect(&admin).await;
        let resumed = client.subscribe_from(&admin, &channel, Some(&heard["data"])).await;
        assert_eq!((resumed["seq"].as_i64().unwrap(), &resumed["epoch"]), (seq(&heard) + 3, &begun["epoch"]));
        say(&admin, &room, "four").await;
        for place in 1..=4 {
            let told = client.eventually("message.created").await;
            assert_eq!(seq(&told), seq(&heard) + place);
        }
        client.eventually_nothing().await;
    }
}

#[tokio::test]
async fn whoever_cannot_go_on_is_told_to_read_anew() {
    let (app, admin) = start().await;
    let room = room(&admin, "general").await;
    let channel = format!("private-conversation-{room}");
    let mut client = Client::connect(&admin).await;
    let begun = client.subscribe(&admin, &channel).await;
    for _ in 0..3 {
        say(&admin, &room, "one").await;
    }
    let inbox = Client::connect(&admin).await.subscribe(&admin, "presence-inbox").await;
    let gone =
        store::streams::purge(app.database.pool(), chrono::DateTime::from_timestamp(1_900_000_000, 0).unwrap(), 2);
    assert_eq!(gone.await.unwrap(), 2);
    for (channel, resume, reason) in [
        (channel.as_str(), json!({ "epoch": "otherwise", "seq": begun["seq"] }), "other_epoch"),
        (&channel, json!({ "epoch": begun["epoch"], "seq": 1_000 }), "ahead"),
        ("presence-inbox", json!({ "epoch": inbox["epoch"], "seq": 1 }), "too_old"),
    ] {
        let mut client = Client::connect(&admin).await;
        let position = client.subscribe_from(&admin, channel, Some(&resume)).await;
        let reset = client.eventually("signalbox:reset").await;
        assert_eq!((&reset["data"]["reason"], &reset["data"]["seq"]), (&json!(reason), &position["seq"]));
        client.eventually_nothing().await;
    }
    // What is not forgotten can be told.
    let mut client = Client::connect(&admin).await;
    client.subscribe_from(&admin, "presence-inbox", Some(&json!({ "epoch": inbox["epoch"], "seq": 2 }))).await;
    client.eventually("message.created").await;
}

#[tokio::test]
async fn more_than_is_told_at_once_is_to_be_read() {
    let (app, admin) = start().await;
    let room = room(&admin, "general").await;
    let channel = format!("private-conversation-{room}");
    let mut client = Client::connect(&admin).await;
    let begun = client.subscribe(&admin, &channel).await;
    let many = "INSERT INTO events (tenant_id, id, kind, conversation_id, seq, actor, data, occurred_at)
                SELECT v.tenant_id, gen_random_uuid(), 'conversation.updated', v.id, v.event_seq + n, '{\"kind\": \"system\"}',
                       '{}', now() FROM conversations v, generate_series(1, $1) n";
    sqlx::query(many).bind(501).execute(&app.db.owner).await.unwrap();
    sqlx::query("UPDATE conversations SET event_seq = event_seq + 501").execute(&app.db.owner).await.unwrap();
    let mut client = Client::connect(&admin).await;
    client.subscribe_from(&admin, &channel, Some(&begun)).await;
    assert_eq!(client.event("signalbox:reset").await["data"]["reason"], "too_many");
    let almost = json!({ "epoch": begun["epoch"], "seq": begun["seq"].as_i64().unwrap() + 1 });
    let mut client = Client::connect(&admin).await;
    client.subscribe_from(&admin, &channel, Some(&almost)).await;
    for number in 2..=501 {
        assert_eq!(seq(&client.event("conversation.updated").await), begun["seq"].as_i64().unwrap() + number);
    }
}

/// Clients that are cut off at any moment while several people write, each going on where it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_while_people_write_and_connections_break() {
    let (_app, admin) = start().await;
    let room = room(&admin, "general").await;
    let channels = [format!("private-conversation-{room}"), "presence-inbox".to_owned()];
    let listeners = channels.iter().flat_map(|channel| (0..2).map(|number| (channel.clone(), number)));
    let listeners: Vec<_> =
        listeners.map(|(channel, number)| tokio::spawn(follow(admin.clone(), channel, number, 40))).collect();
    // Everybody hears from the beginning.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let writers = (0..4).map(|_| {
        let (admin, room) = (admin.clone(), room.clone());
        tokio::spawn(async move {
            for _ in 0..10 {
                say(&admin, &room, "word").await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    for listener in listeners {
        let ids = listener.await.unwrap();
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!((ids.len(), distinct.len()), (40, 40));
    }
}

/// Hears a channel until it has so many messages, and connects again after every few.
async fn follow(person: Person, channel: String, number: usize, wanted: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut at: Option<Value> = None;
    let mut round = number;
    while ids.len() < wanted {
        let mut client = Client::connect(&person).await;
        let begun = client.subscribe_from(&person, &channel, at.as_ref()).await;
        at.get_or_insert(json!({ "epoch": begun["epoch"], "seq": begun["seq"] }));
        round += 1;
        for _ in 0..=(round * 7) % 5 {
            if ids.len() == wanted {
                break;
            }
            let Heard::Told(told) = client.hear().await else { panic!() };
            if told["event"] == "message.created" {
                let before = at.as_ref().unwrap()["seq"].as_i64().unwrap();
                assert!(seq(&told) > before, "{told} after {before}");
                at = Some(told["data"].clone());
                ids.push(told["data"]["id"].as_str().unwrap().to_owned());
            }
        }
    }
    ids
}
