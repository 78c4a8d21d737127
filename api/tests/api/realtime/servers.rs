//! What a tenant's own servers may do with its app.

use super::{client::Client, start};
use crate::app::{Answer, App, Person};
use domain::Clock;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

fn sign(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// A request without a body, signed as the libraries of Channels do.
async fn get(app: &App, credentials: &Value, path: &str, query: &[(&str, &str)]) -> Answer {
    app.get(&signed(app, credentials, "GET", path, query)).await
}

/// A request with a body, likewise.
async fn post(app: &App, credentials: &Value, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let md5 = hex::encode(Md5::digest(&body));
    let path = signed(app, credentials, "POST", path, &[("body_md5", &md5)]);
    let request = app.http.post(format!("{}{path}", app.base)).header("content-type", "application/json");
    Answer::of(request.body(body).send().await.unwrap()).await
}

fn signed(app: &App, credentials: &Value, method: &str, path: &str, query: &[(&str, &str)]) -> String {
    let of = |name: &str| credentials[name].as_str().unwrap().to_owned();
    let path = format!("/apps/{}{path}", of("app_id"));
    let time = app.clock.now().timestamp().to_string();
    let mut fields = vec![("auth_key", of("key")), ("auth_timestamp", time), ("auth_version", "1.0".to_owned())];
    fields.extend(query.iter().map(|(name, value)| (*name, (*value).to_owned())));
    fields.sort();
    let signed: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let signature = sign(&of("secret"), &format!("{method}\n{path}\n{}", signed.join("&")));
    format!("{path}?{}&auth_signature={signature}", signed.join("&"))
}

async fn credentials(admin: &Person) -> Value {
    admin.get("/api/v1/realtime/app").await.ok()
}

fn authorization(credentials: &Value, client: &Client, channel: &str, data: Option<&Value>) -> Value {
    let (key, secret) = (credentials["key"].as_str().unwrap(), credentials["secret"].as_str().unwrap());
    let data = data.map(ToString::to_string);
    let text = match &data {
        Some(data) => format!("{}:{channel}:{data}", client.id),
        None => format!("{}:{channel}", client.id),
    };
    let mut authorization = json!({ "auth": format!("{key}:{}", sign(secret, &text)) });
    if let Some(data) = data {
        authorization["channel_data"] = json!(data);
    }
    authorization
}

#[tokio::test]
async fn servers_see_who_is_in_the_channels_of_every_process() {
    let (app, admin) = start().await;
    let (_api, elsewhere) = app.another_process().await;
    let app_of = credentials(&admin).await;
    let mut near = Client::connect(&admin).await;
    let mut far = Client::connect_at(&elsewhere, &admin).await;
    for (client, id) in [(&mut near, json!("u1")), (&mut far, json!(2))] {
        let data = json!({ "user_id": id, "user_info": { "name": "X" } });
        let authorization = authorization(&app_of, client, "presence-shop", Some(&data));
        client.ask("presence-shop", &authorization, None).await;
        client.event("pusher_internal:subscription_succeeded").await;
    }
    assert_eq!(near.event("pusher_internal:member_added").await["data"]["user_id"], "2");
    let authorization = authorization(&app_of, &near, "private-orders", None);
    near.ask("private-orders", &authorization, None).await;
    near.event("pusher_internal:subscription_succeeded").await;
    near.ask("news", &Value::Null, None).await;
    near.event("pusher_internal:subscription_succeeded").await;

    let all = get(&app, &app_of, "/channels", &[]).await.ok();
    let names: Vec<_> = all["channels"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["news", "presence-shop", "private-orders"]);
    let query = [("filter_by_prefix", "presence-"), ("info", "user_count")];
    let counted = get(&app, &app_of, "/channels", &query).await.ok();
    assert_eq!(counted, json!({ "channels": { "presence-shop": { "user_count": 2 } } }));
    let one = get(&app, &app_of, "/channels/presence-shop", &[("info", "user_count")]).await.ok();
    assert_eq!(one, json!({ "occupied": true, "user_count": 2 }));
    let users = get(&app, &app_of, "/channels/presence-shop/users", &[]).await.ok();
    assert_eq!(users, json!({ "users": [{ "id": "2" }, { "id": "u1" }] }));
    let other = get(&app, &app_of, "/channels/empty", &[]).await.ok();
    assert_eq!(other, json!({ "occupied": false }));
    for path in ["/channels/news/users", "/channels/no%20channel"] {
        assert_eq!(get(&app, &app_of, path, &[]).await.problem(400), "bad_request", "{path}");
    }
}

#[tokio::test]
async fn another_secret_counts_at_once_and_opens_no_other_tenants_app() {
    let (app, admin) = start().await;
    let stranger = app.tenant("globex").await;
    let old = credentials(&admin).await;
    get(&app, &old, "/channels", &[]).await.ok();
    let new = admin.post("/api/v1/realtime/app/secret", &json!({})).await.ok();
    assert_eq!((&new["key"], new["secret"] == old["secret"]), (&old["key"], false));
    get(&app, &new, "/channels", &[]).await.ok();
    let mut of_stranger = credentials(&stranger).await;
    of_stranger["app_id"] = new["app_id"].clone();
    for wrong in [&old, &of_stranger] {
        assert_eq!(get(&app, wrong, "/channels", &[]).await.problem(401), "unauthenticated");
    }
}

/// Whoever has the secret may not speak as Signalbox, nor let anybody hear what they may not read.
#[tokio::test]
async fn the_secret_does_not_open_our_channels() {
    let (_app, admin) = start().await;
    let app_of = credentials(&admin).await;
    let mut client = Client::connect(&admin).await;
    let me = json!({ "user_id": admin.id.to_string(), "user_info": {} });
    for (channel, data) in [("presence-inbox", Some(&me)), ("private-conversation-x", None)] {
        let authorization = authorization(&app_of, &client, channel, data);
        client.ask(channel, &authorization, None).await;
        let error = client.event("pusher:subscription_error").await;
        assert_eq!(error["data"]["status"], 403, "{channel}");
    }
}

#[tokio::test]
async fn a_person_signs_in_and_hears_what_is_sent_to_them_alone() {
    let (app, admin) = start().await;
    let mut client = Client::connect(&admin).await;
    let theirs = format!("#server-to-user-{}", admin.id);
    client.ask(&theirs, &Value::Null, None).await;
    assert_eq!(client.event("pusher:subscription_error").await["data"]["status"], 401);
    let request = app.request(reqwest::Method::POST, "/api/v1/realtime/user-auth").bearer_auth(&admin.token);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let signed = Answer::of(request.body(format!("socket_id={}", client.id)).send().await.unwrap()).await.ok();
    client.send(json!({ "event": "pusher:signin", "data": { "auth": "k:0", "user_data": signed["user_data"] } })).await;
    assert_eq!(client.event("pusher:error").await["data"]["code"], 4009);
    client.send(json!({ "event": "pusher:signin", "data": signed })).await;
    let success = client.event("pusher:signin_success").await;
    assert_eq!(success["data"]["user_data"], signed["user_data"]);
    client.ask(&theirs, &Value::Null, None).await;
    client.event("pusher_internal:subscription_succeeded").await;
}

#[tokio::test]
async fn whoever_reads_too_slowly_is_cut_off_and_others_hear_everything() {
    const MOST_BATCHES: u64 = 400;
    let (app, admin) = start().await;
    let app_of = credentials(&admin).await;
    let mut slow = Client::connect_reading_little(&admin).await;
    let mut quick = Client::connect(&admin).await;
    for client in [&mut slow, &mut quick] {
        client.ask("prices", &json!({}), None).await;
        client.event("pusher_internal:subscription_succeeded").await;
    }
    let (enough, mut told) = tokio::sync::watch::channel(None);
    let hearing = tokio::spawn(async move {
        let mut heard = 0_u64;
        while told.borrow_and_update().is_none_or(|sent| heard < sent) {
            tokio::select! {
                price = quick.event("price") => {
                    assert_eq!(price["data"]["number"], heard);
                    heard += 1;
                }
                _ = told.changed() => {}
            }
        }
    });
    let mut sent = 0;
    while app.api.realtime_connections() == 2 {
        assert!(sent < MOST_BATCHES * 10, "whoever reads nothing is still connected");
        let event = |number: u64| {
            let data = json!({ "number": number, "of": "x".repeat(10_000) }).to_string();
            json!({ "name": "price", "channel": "prices", "data": data })
        };
        let batch: Vec<Value> = (sent..sent + 10).map(event).collect();
        post(&app, &app_of, "/batch_events", &json!({ "batch": batch })).await.ok();
        sent += 10;
    }
    // In a moment: how long it takes to say why is bounded.
    assert!(matches!(slow.end().await, 4100 | 1006));
    enough.send(Some(sent)).unwrap();
    hearing.await.unwrap();
}
