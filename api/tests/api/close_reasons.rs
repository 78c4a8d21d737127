//! Why conversations are closed: what a tenant's settings ask for holds wherever something is closed.

use crate::{
    app::{App, Person},
    conversations::write,
};
use serde_json::{Value, json};

async fn set(admin: &Person, reasons: &Value, required: bool) -> Value {
    let etag = admin.get("/api/v1/settings").await.etag();
    let settings = json!({ "close_reasons": reasons, "close_reason_required": required });
    admin.put_over("/api/v1/settings", &etag, &settings).await.body
}

async fn reason_of(admin: &Person, id: &str) -> Value {
    admin.get(&format!("/api/v1/conversations/{id}")).await.ok()["conversation"]["close_reason"].clone()
}

#[tokio::test]
async fn a_reason_is_asked_for_in_every_way_of_closing() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let mut ids = Vec::new();
    for name in ["Ada", "Bea", "Cem", "Dov"] {
        ids.push(write(&app, &admin, &connection, &format!("+49151{}", ids.len()), name, "Hello").await);
    }
    let [ada, bea, cem, dov] = ids.try_into().unwrap();
    let status = |id: &str| format!("/api/v1/conversations/{id}/status");
    admin.put(&status(&dov), &json!({ "status": "closed" })).await.ok();

    let shown = set(&admin, &json!([" Solved ", "Spam"]), true).await;
    assert_eq!(shown["close_reasons"], json!(["Solved", "Spam"]));
    for (reason, code) in [(Value::Null, "required"), (json!("spam"), "unknown_reason")] {
        let refused = admin.put(&status(&ada), &json!({ "status": "closed", "reason": reason })).await;
        assert_eq!(refused.problem(422), "invalid");
        assert_eq!(refused.body["errors"][0]["pointer"], "/reason");
        assert_eq!(refused.body["errors"][0]["code"], code);
    }
    admin.put(&status(&ada), &json!({ "status": "resolved" })).await.ok();
    let closed = admin.put(&status(&ada), &json!({ "status": "closed", "reason": "Solved " })).await.ok();
    assert_eq!(closed["close_reason"], "Solved");

    let bulk = |action: Value| json!({ "ids": [bea, dov], "action": action });
    let refused =
        admin.post("/api/v1/conversations/bulk", &bulk(json!({ "type": "status", "status": "closed" }))).await;
    let results = refused.ok()["results"].clone();
    assert_eq!(results[0]["problem"]["errors"][0]["code"], "required");
    assert_eq!(results[1]["ok"], true, "what is closed already needs no reason");
    let action = json!({ "type": "status", "status": "closed", "reason": "Spam" });
    assert_eq!(admin.post("/api/v1/conversations/bulk", &bulk(action)).await.ok()["succeeded"], 2);

    for (reason, code) in [(Value::Null, json!("required")), (json!("Spam"), Value::Null)] {
        let actions = json!([{ "type": "set_status", "status": "closed", "reason": reason }]);
        let new =
            json!({ "name": format!("Close: {reason}"), "actions": actions, "shared_with": { "kind": "nobody" } });
        let made = admin.post("/api/v1/macros", &new).await.ok();
        let run = format!("/api/v1/macros/{}/run", made["id"].as_str().unwrap());
        let result = admin.post(&run, &json!({ "conversation_ids": [cem] })).await.ok();
        assert_eq!(result["results"][0]["problem"]["errors"][0]["code"], code, "{result}");
    }

    let listed = async |reason: &str| {
        let page = admin.get(&format!("/api/v1/conversations?close_reason={reason}")).await.ok();
        let ids = page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(listed("Spam").await, [bea, cem].into());
    assert_eq!(listed("Solved").await, [ada.clone()].into());

    // A reason that is no choice any more stays where it was given.
    set(&admin, &json!([]), false).await;
    assert_eq!(reason_of(&admin, &ada).await, "Solved");
    admin.put(&status(&ada), &json!({ "status": "open" })).await.ok();
    admin.put(&status(&ada), &json!({ "status": "closed", "reason": "anything" })).await.ok();
    assert_eq!(reason_of(&admin, &ada).await, "anything");
}

#[tokio::test]
async fn a_merge_has_a_reason_of_its_own() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let first = write(&app, &admin, &connection, "+491511", "Ada", "Hello").await;
    admin.put(&format!("/api/v1/conversations/{first}/status"), &json!({ "status": "closed" })).await.ok();
    let second = write(&app, &admin, &connection, "+491511", "Ada", "Hello again").await;
    assert_ne!(first, second);
    set(&admin, &json!(["Solved"]), true).await;
    admin.post(&format!("/api/v1/conversations/{second}/merge"), &json!({ "into": first })).await.ok();
}

#[tokio::test]
async fn the_list_of_reasons_is_checked_and_its_changes_are_audited() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let endless = "x".repeat(101);
    let refused = set(&admin, &json!(["Spam", "", " Spam", endless]), false).await;
    let found: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|e| (&e["pointer"], &e["code"])).collect();
    let expected = [("/close_reasons/1", "length"), ("/close_reasons/2", "duplicate"), ("/close_reasons/3", "length")];
    assert_eq!(json!(found), json!(expected));
    let many: Vec<_> = (0..101).map(|n| n.to_string()).collect();
    assert_eq!(set(&admin, &json!(many), false).await["errors"][0]["pointer"], "/close_reasons");
    set(&admin, &json!(["Spam"]), true).await;
    let log = admin.get("/api/v1/audit-log").await.ok();
    assert_eq!(log["items"][0]["action"], "settings.updated");
    assert_eq!(log["items"][0]["before"]["close_reasons"], json!([]));
    assert_eq!(log["items"][0]["after"]["close_reasons"], json!(["Spam"]));
}
