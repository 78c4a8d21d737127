//! What another system knew, brought over while the product runs; then its customers write on.

use crate::harness::{Deployment, Shop, eventually, in_every_deployment};
use sandbox::traffic::Customer;
use serde_json::{Value, json};
use std::io::Write as _;

in_every_deployment! { a_customer_writes_on_in_the_imported_conversation }

/// More than two batches.
const MESSAGES: usize = 1_150;

async fn a_customer_writes_on_in_the_imported_conversation(deployment: Deployment) {
    let shop = Shop::open(&deployment, "lamps").await;
    shop.rule(
        "thanks",
        json!({ "trigger": { "type": "message_created" }, "actions": [{ "type": "add_tag", "tag": "heard" }] }),
    )
    .await;
    let history = history(&shop.connection);
    let args = ["import", "-", "--tenant", "lamps", "--source", "old"];

    // Killed between two batches, of which one is done, and another one under way.
    let mut import = deployment.spawn(&args);
    let mut input = import.stdin.take().unwrap();
    let half: String = history.split_inclusive('\n').take(700).collect();
    input.write_all(half.as_bytes()).unwrap();
    eventually("a batch is done", async || {
        let mut tx = deployment.rows_of(shop.tenant.id).await;
        let lines: Vec<i64> = sqlx::query_scalar("SELECT lines FROM imports").fetch_all(&mut *tx).await.unwrap();
        if lines == [500] { Ok(()) } else { Err(format!("{lines:?}")) }
    })
    .await;
    import.kill().unwrap();
    import.wait().unwrap();
    drop(input);

    let file = deployment.text("history.jsonl", &history);
    let report = deployment.text("report.json", "");
    let printed =
        deployment.command(&["import", &file, "--tenant", "lamps", "--source", "old", "--report", &report]).await;
    assert!(printed.contains("interrupted after 500 lines"), "{printed}");
    let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    assert_eq!(report["types"]["message"], json!({ "unchanged": 498, "created": MESSAGES - 498 }));
    let conversation = shop.conversation().await;
    assert_eq!((&conversation["status"], &conversation["unread_count"]), (&json!("resolved"), &json!(0)));
    assert_eq!(conversation["tags"], json!(["vip"]), "no rule was asked");

    let grace = Customer::with_phone("4915155540001", "Somebody");
    shop.hears(&grace, "It is dark again").await;
    eventually("the conversation goes on", async || {
        let now = shop.conversation().await;
        let goes_on = now["id"] == conversation["id"]
            && now["contact"]["id"] == conversation["contact"]["id"]
            && now["contact"]["name"] == "Grace Hopper"
            && now["status"] == "open"
            && now["unread_count"] == 1
            && now["tags"] == json!(["heard", "vip"]);
        if goes_on { Ok(()) } else { Err(now.to_string()) }
    })
    .await;
    let mut tx = deployment.rows_of(shop.tenant.id).await;
    let counts: (i64, i32) =
        sqlx::query_as("SELECT (SELECT count(*) FROM messages), (SELECT message_count FROM conversations)")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    assert_eq!(counts, (i64::try_from(MESSAGES).unwrap() + 1, i32::try_from(MESSAGES).unwrap() + 1));
    let audited = shop.tenant.admin.get("/api/v1/audit-log?action=import.finished").await.ok();
    assert_eq!(audited["items"].as_array().map(Vec::len), Some(1), "{audited}");
}

/// A customer's only conversation, over and done with.
fn history(connection: &str) -> String {
    let mut lines = vec![
        json!({ "type": "contact", "id": "1", "name": "Grace Hopper", "addresses": [
                { "channel": "whatsapp", "kind": "phone", "value": "+4915155540001", "verified": true }] }),
        json!({ "type": "conversation", "id": "1", "contact": "1", "connection": connection, "status": "resolved",
                "tags": ["vip"], "created_at": "2024-05-01T10:00:00Z" }),
    ];
    lines.extend((0..MESSAGES).map(|n| {
        let direction = if n % 2 == 0 { "inbound" } else { "outbound" };
        json!({ "type": "message", "id": n.to_string(), "conversation": "1", "direction": direction,
                "text": format!("Message {n}"),
                "sent_at": format!("2024-05-01T10:{:02}:{:02}Z", n / 60, n % 60) })
    }));
    lines.iter().map(|line| line.to_string() + "\n").collect()
}
