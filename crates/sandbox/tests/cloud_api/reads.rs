//! Numbers, accounts, templates and attachments.

use crate::world::{NUMBER, OTHER_TOKEN, TOKEN, WABA, World, ada, answer};
use base64::Engine as _;
use serde_json::json;
use sha2::{Digest, Sha256};
use signalbox_sandbox::traffic::{Content, Inbound, Media};

#[tokio::test]
async fn a_number_shows_the_fields_asked_for() {
    let world = World::start().await;
    let all = world.get(&format!("/v26.0/{NUMBER}")).await;
    assert_eq!(all.json["verified_name"], "Lamp Shop");
    let some = world.get(&format!("/v26.0/{NUMBER}?fields=display_phone_number,quality_rating")).await;
    assert_eq!(some.json, json!({ "id": NUMBER, "display_phone_number": "+15550783881", "quality_rating": "GREEN" }));
    let unknown = world.get(&format!("/v26.0/{NUMBER}?fields=shoe_size")).await;
    assert_eq!((unknown.status, unknown.code()), (400, 100));
    assert_eq!(world.get(&format!("/v26.0/{WABA}?fields=id")).await.json, json!({ "id": WABA }));
    assert_eq!(world.get("/v26.0/1").await.json["error"]["error_subcode"], 33);
    assert_eq!(world.get("/nowhere").await.code(), 2500);
}

#[tokio::test]
async fn templates_are_paged_until_there_is_no_next() {
    let world = World::start().await;
    let mut url = Some(format!("{}/v26.0/{WABA}/message_templates?limit=2", world.sandbox.url()));
    let mut seen = Vec::new();
    while let Some(page) = url {
        let page = answer(world.client.get(page).bearer_auth(TOKEN)).await.unwrap();
        let rows = page.json["data"].as_array().unwrap();
        assert!((1..=2).contains(&rows.len()));
        seen.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        url = page.json["paging"]["next"].as_str().map(str::to_owned);
    }
    let expected: Vec<_> = signalbox_sandbox::Template::samples().into_iter().map(|t| t.id).collect();
    assert_eq!(seen, expected);

    let path = format!("/v26.0/{WABA}/message_templates");
    let filtered = world.get(&format!("{path}?name=order_update&language=de&status=APPROVED")).await;
    assert_eq!(filtered.json["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.get(&format!("{path}?status=PAUSED")).await.json, json!({ "data": [] }));
    assert_eq!(world.get(&format!("{path}?after=%21")).await.code(), 100);
    assert_eq!(world.get("/v26.0/1/message_templates").await.json["error"]["error_subcode"], 33);
}

#[tokio::test]
async fn an_attachment_has_metadata_and_bytes_for_its_own_number() {
    let mut world = World::start().await;
    let photo = Content::Image(Media { mime_type: Some("image/png".into()), ..Media::default() });
    world.sandbox.play(NUMBER, Inbound::new(ada(), photo)).await.unwrap();
    let webhook = world.receiver.next().await;
    let image = &webhook.value()["messages"][0]["image"];
    let id = image["id"].as_str().unwrap();

    let metadata = world.get(&format!("/v26.0/{id}")).await.json;
    assert_eq!(metadata["mime_type"], "image/png");
    assert_eq!(metadata["sha256"], image["sha256"]);
    let url = metadata["url"].as_str().unwrap();
    let response = world.client.get(url).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "image/png");
    let bytes = response.bytes().await.unwrap();
    assert_eq!(metadata["file_size"], bytes.len());
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&bytes));
    assert_eq!(metadata["sha256"], hash.as_str());

    let other = world.client.get(url).bearer_auth(OTHER_TOKEN).send().await.unwrap();
    assert_eq!(other.status(), 404);
    let path = format!("{}/v26.0/{id}", world.sandbox.url());
    let other = answer(world.client.get(path).bearer_auth(OTHER_TOKEN)).await.unwrap();
    assert_eq!(other.json["error"]["error_subcode"], 33);
}
