//! The main job: a customer writes, rules answer, agents go on, and everything is told.

use crate::harness::{Deployment, Shop, eventually, in_every_deployment};
use sandbox::traffic::{Content, Customer, Inbound, Media};
use serde_json::{Value, json};

in_every_deployment! { a_customer_is_answered agents_and_customers_go_on }

fn welcome() -> Value {
    json!({
        "trigger": { "type": "conversation_created" },
        "conditions": { "all": [{ "fact": "contact.is_new", "op": "equals", "value": true }] },
        "actions": [{ "type": "send_message", "text": "Hello {{contact.name|there}}! We will answer soon." }],
        "guards": { "once_per": "contact" },
    })
}

fn escalation() -> Value {
    json!({
        "trigger": { "type": "keyword", "keywords": ["refund", "lawyer"] },
        "actions": [
            { "type": "add_tag", "tag": "escalated" },
            { "type": "escalate", "reason": "The customer used an escalation keyword." },
        ],
        "guards": { "once_per": "conversation" },
    })
}

async fn a_customer_is_answered(deployment: Deployment) {
    let shop = Shop::open(&deployment, "lamps").await;
    let (welcome, escalation) = (shop.rule("Welcome", welcome()).await, shop.rule("Escalation", escalation()).await);
    let zoe = Customer::with_phone("4915155512345", "Zoë 🌻");
    let wamid = shop.hears(&zoe, "Guten Tag 👋 – a REFUND please, for \"the lamp\" / №5").await;

    // Stored, in a conversation of a contact.
    let conversation = shop.conversation().await;
    assert_eq!(conversation["channel"], "whatsapp");
    assert_eq!(conversation["contact"]["name"], "Zoë 🌻");
    assert_eq!(conversation["contact"]["phone"], "+4915155512345");
    let messages = shop.messages_when(&conversation, 2).await;
    assert_eq!(messages[0]["direction"], "inbound");
    assert_eq!(messages[0]["status"], "received");
    assert_eq!(messages[0]["external_id"], *wamid);
    assert_eq!(
        messages[0]["content"],
        json!({
            "type": "text", "text": "Guten Tag 👋 – a REFUND please, for \"the lamp\" / №5",
        })
    );

    // Answered by a rule, and read by the customer in the end.
    let reply = messages[1]["id"].as_str().unwrap();
    assert_eq!(messages[1]["sender"], json!({ "kind": "automation", "id": welcome }));
    shop.message_when(&conversation, reply, "read").await;
    let sends = deployment.simulator.requests_for(&shop.number, reply).await;
    assert_eq!(sends.len(), 1, "{sends:#?}");
    assert_eq!(sends[0]["accepted"], true);
    assert_eq!(sends[0]["to"], "+4915155512345");
    assert_eq!(sends[0]["body"]["text"]["body"], "Hello Zoë 🌻! We will answer soon.");

    // Escalated by another.
    let conversation = eventually("the conversation is escalated", async || {
        let conversation = shop.conversation().await;
        if conversation["escalated_at"].is_null() { Err(conversation) } else { Ok(conversation) }
    })
    .await;
    assert_eq!(conversation["tags"], json!(["escalated"]));

    // Both runs are logged, with the value of each condition.
    let path = format!("/api/v1/rule-runs?conversation_id={}", conversation["id"].as_str().unwrap());
    let runs = shop.tenant.admin.get(&path).await.ok();
    let run_of = |rule: &str| {
        let runs: Vec<&Value> = runs["items"].as_array().unwrap().iter().filter(|run| run["rule_id"] == rule).collect();
        assert_eq!(runs.len(), 1, "{runs:#?}");
        assert_eq!(runs[0]["outcome"], "matched");
        runs[0]
    };
    let run = run_of(&welcome);
    assert!(run["trace"].to_string().contains("contact.is_new"), "{run:#}");
    assert_eq!(run["actions"][0]["outcome"]["result"]["message_id"], reply);
    assert!(run_of(&escalation)["trace"].to_string().to_lowercase().contains("refund"));
}

async fn agents_and_customers_go_on(deployment: Deployment) {
    let shop = Shop::open(&deployment, "vases").await;
    let maren = Customer::with_phone("4915156600001", "Maren").and_user_id("DE.13491208655302741918");
    let wamid = shop.hears(&maren, "Do you have it in blue?").await;
    let conversation = shop.conversation().await;

    // An agent reads, reacts and answers, quoting.
    let first = shop.messages_when(&conversation, 1).await.remove(0);
    let path = format!("/api/v1/conversations/{}", conversation["id"].as_str().unwrap());
    shop.tenant.admin.post(&format!("{path}/read"), &json!({})).await.ok();
    let reaction = format!("{path}/messages/{}/reaction", first["id"].as_str().unwrap());
    shop.tenant.admin.put(&reaction, &json!({ "emoji": "👍" })).await.ok();
    let answer = json!({ "content": { "type": "text", "text": "Yes, in three." }, "reply_to": first["id"] });
    let answer = shop.tenant.admin.post(&format!("{path}/messages"), &answer).await.ok();
    let answer = answer["id"].as_str().unwrap();
    let answered = shop.message_when(&conversation, answer, "read").await;
    assert_eq!(answered["reply_to"], first["id"]);
    let sent = deployment.simulator.requests_for(&shop.number, answer).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["body"]["context"]["message_id"], *wamid);
    eventually("the provider was told of the reaction and the reading", async || {
        let requests = deployment.simulator.requests(&shop.number).await;
        let has = |kind: &str| requests.iter().any(|request| request["kind"] == kind && request["answer"] == 200);
        if has("reaction") && has("read") { Ok(()) } else { Err(format!("{requests:#?}")) }
    })
    .await;

    // The customer reacts to the answer, takes it back and puts another, sends a picture and a place.
    let answer_wamid = answered["external_id"].as_str().unwrap().to_owned();
    for emoji in [Some("❤️"), None, Some("🙏")] {
        let (emoji, message_id) = (emoji.map(str::to_owned), Some(answer_wamid.clone()));
        shop.receives(&Inbound::new(maren.clone(), Content::Reaction { emoji, message_id })).await;
    }
    shop.receives(&Inbound::new(maren.clone(), Content::Image(Media::captioned("This one, calle Mayor 4")))).await;
    let place = Content::Location { latitude: 48.85661, longitude: 2.35222, name: Some("Café".into()), address: None };
    shop.receives(&Inbound::new(maren.clone(), place)).await;
    let messages = shop.messages_when(&conversation, 4).await;
    let content_of = |kind: &str| {
        let contents = messages.iter().map(|message| &message["content"]);
        contents.clone().find(|content| content["type"] == kind).unwrap_or_else(|| panic!("no {kind}: {messages:#?}"))
    };
    assert_eq!(content_of("image")["caption"], "This one, calle Mayor 4");
    assert_eq!(content_of("image")["media"]["mime_type"], "image/jpeg");
    assert_eq!(content_of("location")["name"], "Café");
    eventually("the last reaction is shown", async || {
        let answer = shop.message_when(&conversation, answer, "read").await;
        let reactions = answer["reactions"].clone();
        if reactions[0]["emoji"] == "🙏" && reactions[1].is_null() { Ok(()) } else { Err(reactions) }
    })
    .await;

    let outcomes = shop.settled_deliveries(&deployment).await;
    assert_eq!(outcomes.keys().collect::<Vec<_>>(), ["processed"], "{outcomes:?}");
}
