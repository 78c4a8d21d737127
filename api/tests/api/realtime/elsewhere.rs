//! The same in every process, as a stream, and to those who ask again and again.

use super::{client::Client, room, say, start};
use crate::app::Person;
use domain::role::Role;
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

#[tokio::test]
async fn what_one_process_commits_every_process_tells() {
    let (app, admin) = start().await;
    let (_api, elsewhere) = app.another_process().await;
    let open = room(&admin, "general").await;
    let mut far = Client::connect_at(&elsewhere, &admin).await;
    far.subscribe(&admin, &format!("private-conversation-{open}")).await;
    far.subscribe(&admin, "presence-inbox").await;
    say(&admin, &open, "hello").await;
    let mut channels = vec![];
    for _ in 0..2 {
        channels.push(far.eventually("message.created").await["channel"].as_str().unwrap().to_owned());
    }
    channels.sort();
    assert_eq!(channels, ["presence-inbox".to_owned(), format!("private-conversation-{open}")]);
}

/// Whoever commits and dies before saying so has committed nevertheless.
#[tokio::test]
async fn what_nobody_told_is_found() {
    let (app, admin) = start().await;
    let open = room(&admin, "general").await;
    let mut client = Client::connect(&admin).await;
    client.subscribe(&admin, &format!("private-conversation-{open}")).await;
    client.subscribe(&admin, "presence-inbox").await;
    let unsaid = "WITH v AS (UPDATE conversations SET event_seq = event_seq + 1 WHERE id = $1 RETURNING *),
                       e AS (INSERT INTO events (tenant_id, id, kind, conversation_id, seq, actor, data, occurred_at)
                             SELECT v.tenant_id, gen_random_uuid(), 'conversation.tag_added', v.id, v.event_seq,
                                    '{\"kind\": \"system\"}', '{\"tag\": \"x\"}', now() FROM v RETURNING *)
                  INSERT INTO stream_entries (tenant_id, event_id, at) SELECT tenant_id, id, now() FROM e";
    let id: uuid::Uuid = open.parse().unwrap();
    sqlx::query(unsaid).bind(id).execute(&app.db.owner).await.unwrap();
    client.eventually("conversation.tag_added").await;
    client.eventually("conversation.tag_added").await;
}

/// Events of a stream, each with its id.
struct Stream {
    response: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<Vec<u8>>> + Send>>,
    text: String,
}

impl Stream {
    async fn open(person: &Person, channels: &str, last: Option<&str>) -> Self {
        let mut request = person.request(Method::GET, &format!("/api/v1/realtime/events?channels={channels}"));
        if let Some(id) = last {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let bytes = response.bytes_stream().map(|part| part.map(|bytes| bytes.to_vec()));
        Self { response: Box::pin(bytes), text: String::new() }
    }

    /// The next one: its name, its id, and its data.
    async fn next(&mut self) -> (String, String, Value) {
        loop {
            if let Some((event, rest)) = self.text.clone().split_once("\n\n") {
                rest.clone_into(&mut self.text);
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim().to_owned()
                };
                if event.lines().any(|line| line.starts_with("data:")) {
                    return (field("event:"), field("id:"), serde_json::from_str(&field("data:")).unwrap());
                }
                continue;
            }
            let part = timeout(Duration::from_secs(10), self.response.next()).await.expect("nothing came");
            self.text.push_str(std::str::from_utf8(&part.unwrap().unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn a_stream_and_questions_are_told_what_a_socket_is_told() {
    let (_app, admin) = start().await;
    let open = room(&admin, "general").await;
    let channels = format!("private-conversation-{open},presence-inbox");
    let mut socket = Client::connect(&admin).await;
    socket.subscribe(&admin, &format!("private-conversation-{open}")).await;
    let mut stream = Stream::open(&admin, &channels, None).await;
    let begun = admin.get(&format!("/api/v1/realtime/poll?channels={channels}")).await.ok();
    assert_eq!(begun["events"], json!([]));
    for _ in 0..2 {
        assert_eq!(stream.next().await.2["event"], "pusher_internal:subscription_succeeded");
    }
    let texts = ["one", "two", "three"];
    for text in texts {
        say(&admin, &open, text).await;
    }
    let mut told = Vec::new();
    for _ in texts {
        told.push(socket.event("message.created").await["data"].clone());
    }
    let mut streamed = Vec::new();
    let mut middle = String::new();
    for place in 0..2 * texts.len() {
        let (_, id, event) = stream.next().await;
        if event["channel"] != "presence-inbox" {
            streamed.push(serde_json::from_str::<Value>(event["data"].as_str().unwrap()).unwrap());
        }
        if place == 2 {
            middle = id;
        }
    }
    assert_eq!(streamed, told);
    // Questions: everything at once, and then nothing.
    let after = begun["after"].as_str().unwrap();
    let polled = admin.get(&format!("/api/v1/realtime/poll?channels={channels}&after={after}")).await.ok();
    let of_room: Vec<_> =
        polled["events"].as_array().unwrap().iter().filter(|event| event["channel"] != "presence-inbox").collect();
    assert_eq!(of_room.iter().map(|event| &event["data"]).collect::<Vec<_>>(), told.iter().collect::<Vec<_>>());
    assert_eq!(polled["events"].as_array().unwrap().len(), 6);
    let after = polled["after"].as_str().unwrap();
    let nothing = admin.get(&format!("/api/v1/realtime/poll?channels={channels}&after={after}&wait=0")).await.ok();
    assert_eq!(nothing, json!({ "after": after, "events": [] }));
    // A stream goes on where it was cut off.
    drop(stream);
    let mut stream = Stream::open(&admin, &channels, Some(&middle)).await;
    let mut rest = 0;
    while rest < 3 {
        let (_, _, event) = stream.next().await;
        rest += usize::from(event["event"] == "message.created");
    }
    // Whoever asks waits for what comes.
    let path = format!("/api/v1/realtime/poll?channels={channels}&after={after}");
    let (waited, _) = tokio::join!(admin.get(&path), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        say(&admin, &open, "four").await
    });
    assert_eq!(waited.ok()["events"][0]["event"], "message.created");
}

#[tokio::test]
async fn streams_and_questions_are_for_those_who_may_read() {
    let (app, admin) = start().await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let hers = format!("private-user-{}", ann.id);
    for path in ["events", "poll"] {
        let forbidden = admin.get(&format!("/api/v1/realtime/{path}?channels=presence-inbox,{hers}")).await;
        assert_eq!(forbidden.problem(403), "forbidden");
        assert_eq!(admin.get(&format!("/api/v1/realtime/{path}?channels=a%20b")).await.problem(400), "bad_request");
        assert_eq!(app.get(&format!("/api/v1/realtime/{path}?channels={hers}")).await.problem(401), "unauthenticated");
    }
    let mut stream = Stream::open(&ann, &hers, None).await;
    stream.next().await;
    ann.post("/api/v1/auth/logout", &json!({ "refresh_token": ann.refresh })).await;
    let (name, _, data) = stream.next().await;
    assert_eq!((name.as_str(), &data["code"]), ("close", &json!(4009)));
}
