//! The author of a plugin beside a running installation: a webhook that came in becomes a fixture.

use crate::harness::{Deployment, Shop, eventually};
use sandbox::traffic::Customer;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_came_in_becomes_a_fixture() {
    let deployment = Deployment::up().await;
    let shop = Shop::open(&deployment, "recorded").await;
    let ada = Customer::with_phone("4915155530001", "Ada");
    shop.hears(&ada, "Mail me at ada@customer.example, or call +49 151 5553 0001").await;
    let delivery = eventually("the delivery is processed", async || {
        let listed = shop.tenant.admin.get("/api/v1/deliveries").await.ok();
        let delivery = &listed["items"][0];
        if delivery["outcome"] == "processed" { Ok(delivery["id"].as_str().unwrap().to_owned()) } else { Err(listed) }
    })
    .await;

    let file = deployment.file("unused.json", &json!(null)).replace("unused", "fixture");
    let record = ["plugin", "record", &delivery, "--tenant", "recorded", "--scrub", "--out", &file];
    let told = deployment.command(&record).await;
    assert!(told.contains("left out: the header `x-hub-signature-256`"), "{told}");
    assert!(told.contains("may hold personal data"), "{told}");

    let text = std::fs::read_to_string(&file).unwrap();
    for original in ["4915155530001", "151 5553", "customer.example", "signature"] {
        assert!(!text.contains(original), "{original} is still in\n{text}");
    }
    let fixture: Value = serde_json::from_str(&text).unwrap();
    let message = &fixture["events"][0];
    assert_eq!(message["event"], "message", "{text}");
    assert_eq!(message["content"]["text"], "Mail me at person1@example.com, or call +15 550 0000 0002");
    assert_eq!(message["sender"]["phone"], "+1555000000002", "the same number as in the text");

    // The same file again would throw away what somebody has looked through.
    assert!(std::fs::metadata(&file).is_ok());
    let replayed = deployment.command(&["plugin", "replay", "--wasm", &wasm(), &file]).await;
    assert!(replayed.starts_with("same     "), "{replayed}");
}

fn wasm() -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../plugins/target/wasm32-unknown-unknown/release/signalbox_whatsapp.wasm");
    file.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_recorded_and_repeated_without_the_provider() {
    let deployment = Deployment::up().await;
    let shop = Shop::open(&deployment, "called").await;
    let file = deployment.file("unused.json", &json!(null)).replace("unused", "check");
    let call = ["--tenant", "called", "--connection", &shop.connection];
    let record = [&["plugin", "record"], &call[..], &["--function", "check", "--sandbox", "--out", &file]].concat();
    let told = deployment.command(&record).await;
    assert!(told.contains("may hold personal data"), "{told}");

    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(&shop.number.access_token), "{text}");
    let recorded: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(recorded["outcome"]["result"]["ok"], true, "{text}");
    assert_eq!(recorded["host"][0]["call"], "send", "{text}");
    assert_eq!(recorded["host"][0]["answer"]["response"]["status"], 200, "{text}");

    // It is called again by a command that knows neither provider nor secret.
    let replayed = deployment.command(&["plugin", "replay", "--wasm", &wasm(), &file]).await;
    assert!(replayed.starts_with("same     "), "{replayed}");
    // The same call is in the account, too.
    let calls = [&["plugin", "calls"], &call[..], &["--function", "check"]].concat();
    let listed = deployment.command(&calls).await;
    assert!(listed.contains("GET graph.facebook.com 200"), "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_plugin_was_called_for_is_listed() {
    let deployment = Deployment::up().await;
    let shop = Shop::open(&deployment, "listed").await;
    let ada = Customer::with_phone("4915155530002", "Ada");
    shop.hears(&ada, "Hello").await;
    let path = format!("/api/v1/connections/{}/calls", shop.connection);
    let call = eventually("the call is in the account", async || {
        let listed = shop.tenant.admin.get(&path).await.ok();
        let parse = listed["items"].as_array().unwrap().iter().find(|call| call["function"] == "parse").cloned();
        parse.ok_or(listed)
    })
    .await;
    assert_eq!((&call["outcome"], &call["plugin_id"]), (&json!("ok"), &json!("whatsapp")), "{call}");
    let args = ["plugin", "calls", "--tenant", "listed", "--connection", &shop.connection, "--json"];
    let listed: Value = serde_json::from_str(&deployment.command(&args).await).unwrap();
    assert!(listed.as_array().unwrap().contains(&call), "{listed}");
}
