//! What is accepted and what is refused, with Meta's codes.

use crate::world::{Answer, NUMBER, OTHER_TOKEN, PHONE, TOKEN, World, ada, answer, message, text};
use serde_json::{Value, json};
use signalbox_sandbox::traffic::{Content, Customer, Inbound, Media};
use signalbox_sandbox::{RequestFilter, Template, TemplateStatus};
use std::collections::HashMap;

#[tokio::test]
async fn an_accepted_text_is_answered_as_meta_answers() {
    let world = World::start().await;
    let mut body = text("Hello");
    body["to"] = "+1 (650) 555-1234".into();
    let sent = world.send(body).await;
    assert_eq!(sent.status, 200);
    assert!(sent.wamid().starts_with("wamid.HBgL"), "{}", sent.wamid());
    assert_eq!(
        sent.json,
        json!({
            "messaging_product": "whatsapp",
            "contacts": [{ "input": "+1 (650) 555-1234", "wa_id": PHONE }],
            "messages": [{ "id": sent.wamid(), "message_status": "accepted" }],
        })
    );
}

#[tokio::test]
async fn a_send_to_a_bsuid_is_answered_without_a_phone_number() {
    let world = World::start().await;
    let mut body = text("Hello");
    body.as_object_mut().unwrap().remove("to");
    body["recipient"] = "DE.13491208655302741918".into();
    let sent = world.send(body).await;
    assert_eq!(
        sent.json["contacts"],
        json!([{ "input": "DE.13491208655302741918", "user_id": "DE.13491208655302741918" }])
    );
}

#[tokio::test]
async fn tokens_versions_and_ids_are_checked_in_this_order() {
    let world = World::start().await;
    let post = async |path: &str, token: Option<&str>| {
        let request = world.client.post(format!("{}{path}", world.sandbox.url())).json(&text("Hi"));
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        answer(request).await.unwrap()
    };
    let here = format!("/{NUMBER}/messages");

    for version in ["v21.0", "v23.0", "v26.0"] {
        assert_eq!(post(&format!("/{version}{here}"), Some(TOKEN)).await.status, 200, "{version}");
    }
    for version in ["v20.0", "v3.0"] {
        let expired = post(&format!("/{version}{here}"), Some(TOKEN)).await;
        assert_eq!((expired.status, expired.code()), (400, 2635), "{version}");
    }
    for version in ["v27.0", "v26", "v26.1", "26.0"] {
        let unknown = post(&format!("/{version}{here}"), Some(TOKEN)).await;
        assert_eq!((unknown.status, unknown.code()), (400, 2500), "{version}");
    }

    for token in [None, Some("wrong")] {
        let refused = post(&format!("/v26.0{here}"), token).await;
        assert_eq!((refused.status, refused.code()), (401, 190), "{token:?}");
        assert_eq!(refused.json["error"]["type"], "OAuthException");
        assert!(refused.json["error"]["fbtrace_id"].as_str().unwrap().starts_with('A'));
        assert!(refused.headers.contains_key("www-authenticate"));
    }
    for (path, token) in [("/v26.0/999/messages", TOKEN), (&format!("/v26.0{here}"), OTHER_TOKEN)] {
        let unknown = post(path, Some(token)).await;
        assert_eq!((unknown.status, unknown.code()), (400, 100), "{path}");
        assert_eq!(unknown.json["error"]["error_subcode"], 33);
        assert_eq!(unknown.json["error"]["type"], "GraphMethodException");
    }
}

/// The body, the expected code, and a part of the message or the details.
async fn refuses(world: &World, cases: &[(Value, u64, &str)]) {
    for (body, code, part) in cases {
        let refused = world.send(body.clone()).await;
        assert_eq!(refused.code(), *code, "{body}\n{}", refused.json);
        let said = format!("{} {}", refused.message(), refused.details());
        assert!(said.contains(part), "{body}\n{said}");
        assert_eq!(refused.status, 400, "{body}");
    }
    let accepted = world.sandbox.requests(&RequestFilter::default()).iter().any(|r| r.accepted);
    assert!(!accepted, "a refused send has no effect");
}

async fn accepts(world: &World, bodies: &[Value]) {
    for body in bodies {
        let sent: Answer = world.send(body.clone()).await;
        assert_eq!(sent.status, 200, "{body}\n{}", sent.json);
    }
}

fn without(mut body: Value, key: &str) -> Value {
    body.as_object_mut().unwrap().remove(key);
    body
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

#[tokio::test]
async fn the_frame_of_a_message_is_checked() {
    let world = World::start().await;
    refuses(
        &world,
        &[
            (without(text("x"), "messaging_product"), 100, "The parameter messaging_product is required."),
            (with(text("x"), "messaging_product", "sms".into()), 100, "must be one of {WHATSAPP}"),
            (json!(["not an object"]), 100, "messaging_product is required"),
            (without(text("x"), "to"), 100, "The parameter to is required."),
            (with(text("x"), "to", "0049151".into()), 131_009, "malformed"),
            (with(text("x"), "to", "15550783881".into()), 131_021, "same"),
            (with(without(text("x"), "to"), "recipient", "nobody".into()), 131_009, "business-scoped"),
            (with(text("x"), "type", "fax".into()), 100, "Param type must be one of {AUDIO, CONTACTS"),
            (with(text("x"), "recipient_type", "crowd".into()), 100, "recipient_type"),
            (with(text("x"), "context", json!({})), 100, "context['message_id'] is required"),
            (
                with(text("x"), "biz_opaque_callback_data", "x".repeat(513).into()),
                100,
                "biz_opaque_callback_data must be at most 512",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn texts_are_checked() {
    let world = World::start().await;
    refuses(
        &world,
        &[
            (without(text("x"), "text"), 100, "The parameter text is required."),
            (message("text", json!({})), 100, "The parameter text['body'] is required."),
            (message("text", json!({ "body": "" })), 100, "text['body'] is required"),
            (message("text", json!({ "body": 5 })), 100, "must be a string"),
            (text(&"ä".repeat(4097)), 100, "Param text['body'] must be at most 4096 characters long."),
            (message("text", json!({ "body": "x", "colour": "red" })), 100, "Unexpected key \"colour\""),
        ],
    )
    .await;
    accepts(&world, &[text(&"ä".repeat(4096)), without(text("no type is a text"), "type")]).await;
}

#[tokio::test]
async fn attachments_places_and_cards_are_checked() {
    let mut world = World::start().await;
    let photo = Content::Image(Media { id: Some("4711".into()), ..Media::default() });
    world.sandbox.play(NUMBER, Inbound::new(ada(), photo)).await.unwrap();
    world.receiver.next().await;
    refuses(
        &world,
        &[
            (message("image", json!({})), 131_008, "Exactly one of image['id'] and image['link']"),
            (message("image", json!({ "id": "4711", "link": "https://a.example/b.png" })), 131_008, "Exactly one"),
            (message("image", json!({ "link": "ftp://a.example/b.png" })), 100, "image['link'] is not a valid URI"),
            (message("image", json!({ "link": "b.png" })), 100, "not a valid URI"),
            (message("video", json!({ "id": "12" })), 131_009, "Media with id 12 does not exist"),
            (
                message("audio", json!({ "link": "https://a.example/b", "caption": "x" })),
                100,
                "Unexpected key \"caption\"",
            ),
            (message("location", json!({ "latitude": 1 })), 100, "location['longitude'] is required"),
            (message("location", json!({ "latitude": 91, "longitude": 0 })), 100, "from -90 to 90"),
            (message("contacts", json!([])), 131_009, "contacts count"),
            (message("contacts", json!([{ "name": { "formatted_name": "A" } }])), 131_008, "at least one of"),
        ],
    )
    .await;
    accepts(
        &world,
        &[
            message("image", json!({ "id": "4711", "caption": "again" })),
            message("document", json!({ "link": "https://a.example/b.pdf", "filename": "b.pdf" })),
            message("location", json!({ "latitude": "37.7", "longitude": -122.4, "name": "HQ" })),
            message("contacts", json!([{ "name": { "formatted_name": "A B", "first_name": "A" } }])),
        ],
    )
    .await;
}

#[tokio::test]
async fn reactions_and_read_receipts_need_a_message_of_this_number() {
    let mut world = World::start().await;
    let wamid = world.customer_writes(&ada()).await;
    let react = |id: &str, emoji: &str| message("reaction", json!({ "message_id": id, "emoji": emoji }));
    let read = |id: &str| {
        json!({
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": id,
            "typing_indicator": { "type": "text" },
        })
    };
    refuses(
        &world,
        &[
            (react("wamid.unknown", "👍"), 131_009, "does not exist"),
            (react(&wamid, "ok"), 131_009, "emoji"),
            (message("reaction", json!({ "emoji": "👍" })), 100, "reaction['message_id'] is required"),
            (read("wamid.unknown"), 131_009, "Message ID is invalid"),
            (with(read(&wamid), "typing_indicator", json!({ "type": "song" })), 100, "typing_indicator['type']"),
        ],
    )
    .await;
    accepts(&world, &[react(&wamid, "👍"), react(&wamid, "")]).await;
    assert_eq!(world.send(read(&wamid)).await.json, json!({ "success": true }));
    let own = world.send(text("Hi")).await;
    assert_eq!(world.send(read(own.wamid())).await.code(), 131_009, "only what customers wrote is read");
    assert_eq!(world.send(react(own.wamid(), "👍")).await.status, 200);
}

#[tokio::test]
async fn interactive_messages_are_checked() {
    let world = World::start().await;
    let interactive = |kind: &str, action: Value| {
        message("interactive", json!({ "type": kind, "body": { "text": "Choose" }, "action": action }))
    };
    let button =
        |n: usize| json!({ "type": "reply", "reply": { "id": format!("b{n}"), "title": format!("Button {n}") } });
    let buttons = |count| json!({ "buttons": (0..count).map(button).collect::<Vec<_>>() });
    let row = |n: usize| json!({ "id": format!("r{n}"), "title": format!("Row {n}") });
    let list = |count| json!({ "button": "Open", "sections": [{ "rows": (0..count).map(row).collect::<Vec<_>>() }] });
    let link = |url: &str| json!({ "name": "cta_url", "parameters": { "display_text": "Go", "url": url } });
    refuses(
        &world,
        &[
            (message("interactive", json!({ "type": "poll" })), 100, "interactive['type'] must be one of"),
            (message("interactive", json!({ "type": "button" })), 100, "interactive['body'] is required"),
            (
                interactive("button", buttons(0)),
                131_009,
                "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3",
            ),
            (interactive("button", buttons(4)), 131_009, "Invalid buttons count"),
            (
                interactive(
                    "button",
                    json!({ "buttons": [{ "type": "reply", "reply": { "id": "a", "title": "x".repeat(21) } }] }),
                ),
                131_009,
                "Button title length invalid",
            ),
            (interactive("button", json!({ "buttons": [button(1), button(1)] })), 131_009, "unique"),
            (interactive("list", list(11)), 131_009, "Total row count exceed max allowed count: 10"),
            (interactive("list", list(0)), 131_009, "rows count"),
            (interactive("list", json!({ "button": "Open", "sections": [] })), 131_009, "sections count"),
            (
                interactive(
                    "list",
                    json!({ "button": "Open", "sections": [{ "rows": [row(1)] }, { "rows": [row(2)] }] }),
                ),
                100,
                "sections'][0]['title'] is required",
            ),
            (interactive("cta_url", link("javascript:alert(1)")), 100, "not a valid URI"),
            (
                interactive("flow", json!({ "parameters": { "flow_message_version": "3", "flow_cta": "Go" } })),
                131_008,
                "flow_id and flow_name",
            ),
        ],
    )
    .await;
    accepts(
        &world,
        &[
            interactive("button", buttons(3)),
            interactive("list", list(10)),
            interactive("cta_url", link("https://shop.example/")),
            interactive("location_request_message", json!({ "name": "send_location" })),
        ],
    )
    .await;
}

fn template(name: &str, language: &str, components: Value) -> Value {
    let mut object = json!({ "name": name, "language": { "code": language } });
    object["components"] = components;
    message("template", object)
}

fn parameters(kind: &str, texts: &[&str]) -> Value {
    let parameters: Vec<_> = texts.iter().map(|text| json!({ "type": "text", "text": text })).collect();
    json!({ "type": kind, "parameters": parameters })
}

#[tokio::test]
async fn templates_must_exist_and_their_parameters_must_fit() {
    let named = Template {
        parameter_format: signalbox_sandbox::ParameterFormat::Named,
        ..Template::text("named", "en_US", "UTILITY", "Hi {{name}}")
    };
    let paused = Template { status: TemplateStatus::Paused, ..Template::text("paused", "en_US", "UTILITY", "Hi") };
    let pending = Template { status: TemplateStatus::Pending, ..Template::text("pending", "en_US", "UTILITY", "Hi") };
    let world = World::with(|config| {
        let mut templates = Template::samples();
        templates.extend([named, paused, pending]);
        config.templates = HashMap::from([(crate::world::WABA.to_owned(), templates)]);
    })
    .await;

    for (name, language) in [("nope", "en_US"), ("order_update", "fr"), ("pending", "en_US")] {
        let unknown = world.send(template(name, language, json!([]))).await;
        assert_eq!((unknown.status, unknown.code()), (404, 132_001), "{name} {language}");
        assert_eq!(unknown.details(), format!("template name ({name}) does not exist in {language}"));
    }
    let picture = json!({ "type": "header", "parameters": [{ "type": "image", "image": { "link": "https://a.example/l.jpg" } }] });
    let url = json!({ "type": "button", "sub_type": "url", "index": "1", "parameters": [{ "type": "text", "text": "lamps" }] });
    refuses(
        &world,
        &[
            (message("template", json!({ "name": "hello_world" })), 100, "template['language'] is required"),
            (
                message("template", json!({ "name": "hello_world", "language": {} })),
                100,
                "['language']['code'] is required",
            ),
            (
                template("order_update", "en_US", json!([parameters("body", &["Ada"])])),
                132_000,
                "body: number of localizable_params (1) does not match the expected number of params (2)",
            ),
            (template("order_update", "en_US", json!([])), 132_000, "localizable_params (0)"),
            (template("hello_world", "en_US", json!([parameters("body", &["Ada"])])), 132_000, "params (0)"),
            (
                template("order_update", "en_US", json!([parameters("body", &["Ada", ""])])),
                100,
                "Parameter 'text' is mandatory for component parameter type 'text'",
            ),
            (template("named", "en_US", json!([parameters("body", &["Ada"])])), 100, "Parameter name"),
            (template("paused", "en_US", json!([])), 132_015, "paused"),
            (
                template("autumn_lamps", "en_US", json!([parameters("body", &["Ada"]), url])),
                132_012,
                "expected IMAGE, received UNKNOWN",
            ),
            (
                template("autumn_lamps", "en_US", json!([picture, parameters("body", &["Ada"])])),
                131_008,
                "buttons: Button at index 1 of type Url requires a parameter",
            ),
        ],
    )
    .await;
    let by_name =
        json!({ "type": "body", "parameters": [{ "type": "text", "parameter_name": "name", "text": "Ada" }] });
    accepts(
        &world,
        &[
            template("hello_world", "en_US", json!([])),
            template("order_update", "de", json!([parameters("body", &["Ada", "4711"])])),
            template("autumn_lamps", "en_US", json!([picture, parameters("body", &["Ada"]), url])),
            template("named", "en_US", json!([by_name])),
        ],
    )
    .await;
}

#[tokio::test]
async fn authentication_templates_need_a_phone_number() {
    let world = World::with(|config| {
        let code = Template::text("login_code", "en_US", "AUTHENTICATION", "{{1}} is your code");
        config.templates = HashMap::from([(crate::world::WABA.to_owned(), vec![code])]);
    })
    .await;
    let to_phone = template("login_code", "en_US", json!([parameters("body", &["123456"])]));
    let to_user = with(without(to_phone.clone(), "to"), "recipient", "US.1".into());
    assert_eq!(world.send(to_user).await.code(), 131_062);
    assert_eq!(world.send(to_phone).await.status, 200);
}

#[tokio::test]
async fn meta_own_examples_of_sends_are_accepted() {
    let mut world = World::start().await;
    let wamid = world.customer_writes(&Customer::with_phone(PHONE, "Ada")).await;
    accepts(
        &world,
        &[
            json!({ "messaging_product": "whatsapp", "to": PHONE,
                "text": { "body": "Please visit https://youtu.be/hpltvTEiRrY.", "preview_url": true } }),
            json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": PHONE, "type": "text",
                "context": { "message_id": wamid }, "text": { "body": "text-message-content", "preview_url": false } }),
            json!({ "messaging_product": "whatsapp", "to": PHONE, "type": "template",
                "template": { "name": "hello_world", "language": { "code": "en_US" } } }),
            json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": PHONE, "type": "interactive",
                "interactive": { "type": "catalog_message", "body": { "text": "Hello!" },
                    "footer": { "text": "Best grocery deals on WhatsApp!" },
                    "action": { "name": "catalog_message", "parameters": { "thumbnail_product_retailer_id": "2lc20305pt" } } } }),
        ],
    )
    .await;
}
