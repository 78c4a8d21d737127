//! Rich messages: what is taken, and what is told of what is not.

use crate::{
    app::{App, Person},
    conversations::write,
};
use domain::Clock;
use reqwest::Method;
use serde_json::{Value, json};

async fn conversation(app: &App, admin: &Person) -> String {
    let connection = admin.connect("1001").await.0;
    let id = write(app, admin, &connection, "+491511", "Zoë", "Hello").await;
    format!("/api/v1/conversations/{id}")
}

fn content(content: &Value) -> Value {
    json!({ "content": content })
}

#[tokio::test]
async fn a_rich_message_is_stored_as_it_is_and_says_something_in_lists() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let path = conversation(&app, &admin).await;
    let replies = json!([{ "id": "s", "title": "Sales" }, { "id": "h", "title": "Help" }]);
    let quick = json!({ "type": "quick_replies", "text": "Who?", "replies": replies });
    let sent = admin.post(&format!("{path}/messages"), &content(&quick)).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    assert_eq!((&sent.body["content"], &sent.body["preview"]), (&quick, &json!("Who? 1. Sales 2. Help")));
    let listed = admin.get(&format!("{path}/messages")).await.ok();
    assert_eq!(listed["items"][1]["content"], quick);
    assert_eq!(app.count("messages WHERE content_type = 'quick_replies'").await, 1);

    let refused = admin.post(&format!("{path}/messages"), &content(&json!({ "type": "card", "title": "" }))).await;
    assert_eq!(refused.problem(422), "invalid");
    let error = &refused.body["errors"][0];
    assert_eq!((&error["pointer"], &error["code"]), (&json!("/content/title"), &json!("minLength")));
    // The wrapping that plugins are told is no content of the API.
    let wrapped = content(&json!({ "type": "rich", "rich": quick }));
    assert_eq!(admin.post(&format!("{path}/messages"), &wrapped).await.problem(422), "invalid");
}

#[tokio::test]
async fn a_component_is_what_a_plugin_of_the_tenant_describes() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let path = format!("{}/messages", conversation(&app, &admin).await);
    let manifest = json!({
        "id": "shop", "name": "Shop", "version": "1.0.0", "api": "1", "interfaces": ["admin"],
        "components": [{
            "name": "order_status", "description": "How far an order is",
            "data": { "type": "object", "required": ["number"], "properties": { "number": { "type": "string" } } },
        }],
    });
    store::plugins::install(&app.db.app, "shop", "1.0.0", &manifest, b"nor here", app.clock.now()).await.unwrap();
    let component = |name: &str, data: Value| {
        content(&json!({ "type": "component", "component": name, "data": data, "text": "Your order is on its way" }))
    };
    let errors = async |body: Value| {
        let answer = admin.post(&path, &body).await;
        assert_eq!(answer.problem(422), "invalid");
        let error = &answer.body["errors"][0];
        (error["pointer"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned())
    };
    let order = json!({ "number": "1001" });
    let unknown = ("/content/component".to_owned(), "unknown_component".to_owned());
    assert_eq!(errors(component("shop.order_status", order.clone())).await, unknown, "nobody has connected it");
    let shop = json!({ "plugin_id": "shop", "name": "Shop", "settings": {}, "endpoint_settings": {} });
    admin.post("/api/v1/connections", &shop).await.ok();
    assert_eq!(errors(component("shop.invoice", order.clone())).await, unknown);
    let wrong = errors(component("shop.order_status", json!({}))).await;
    assert_eq!(wrong, ("/content/data/number".to_owned(), "required".to_owned()));
    let sent = admin.post(&path, &component("shop.order_status", order)).await.ok();
    assert_eq!(sent["preview"], "Your order is on its way");
}

#[tokio::test]
async fn a_rich_message_begins_a_conversation_as_any_other() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let path = conversation(&app, &admin).await;
    let detail = admin.get(&path).await.ok();
    admin.put(&format!("{path}/status"), &json!({ "status": "closed" })).await.ok();
    let connection = &detail["conversation"]["connection_id"];
    let begin = json!({
        "type": "support", "contact_id": detail["contact"]["id"], "connection_id": connection,
        "content": { "type": "card", "title": "Lamps are back" },
    });
    let answer = admin.request(Method::POST, "/api/v1/conversations").json(&begin).send().await.unwrap();
    assert_eq!(answer.status(), 201);
}
