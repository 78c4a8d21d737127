//! Tenants share an app of the operator, and see nothing of each other.

use crate::harness::{Deployment, Number, Shop, eventually, in_every_deployment};
use sandbox::traffic::{Customer, Inbound, batch};
use serde_json::{Value, json};

in_every_deployment! { tenants_of_one_endpoint_see_nothing_of_each_other }

async fn tenants_of_one_endpoint_see_nothing_of_each_other(deployment: Deployment) {
    let number = Number::new();
    let numbers = [number.clone(), number.of_same_app()];
    let settings = deployment.file("endpoint.json", &number.endpoint_settings());
    let printed = deployment
        .command(&["endpoint", "create", "--plugin", "whatsapp", "--name", "Our app", "--settings", &settings])
        .await;
    let key = printed.split("/hooks/").nth(1).and_then(|rest| rest.split_whitespace().next());
    let key = key.unwrap_or_else(|| panic!("no webhook URL in {printed}"));
    let webhook_url = deployment.webhook_url(key);
    deployment.simulator.register(&webhook_url, &[&numbers[0], &numbers[1]]).await;
    let mut shops = Vec::new();
    for (slug, number) in ["north", "south"].into_iter().zip(&numbers) {
        let tenant = deployment.tenant(slug).await;
        let settings = deployment.file(&format!("{slug}.json"), &number.settings());
        let args = ["connection", "create", "--tenant", slug, "--plugin", "whatsapp", "--name", slug];
        deployment.command(&[&args[..], &["--endpoint", key, "--settings", &settings]].concat()).await;
        let connections = tenant.admin.get("/api/v1/connections").await.ok();
        let connection = &connections["items"][0];
        deployment.command(&["connection", "list", "--tenant", slug]).await;
        let sessions = tenant.admin.get("/api/v1/auth/sessions").await.ok();
        let agents: Vec<_> =
            sessions["items"].as_array().unwrap().iter().map(|session| &session["user_agent"]).collect();
        assert!(agents.contains(&&json!("signalbox, run by the operator")), "the admin sees who acted: {agents:?}");
        shops.push(Shop::known(&deployment, tenant, number.clone(), connection, webhook_url.clone()));
    }

    // One customer writes to both, in one request of the provider.
    let ada = Customer::with_phone("4915155540001", "Ada");
    let now = chrono::Utc::now();
    let texts = ["To the north", "To the south"];
    for number in &numbers {
        deployment.simulator.open_window(number, &ada, now).await;
    }
    let both: Vec<Value> = numbers
        .iter()
        .zip(texts)
        .map(|(number, text)| Inbound::text(ada.clone(), text).webhook(&number.line(), now))
        .collect();
    deployment.simulator.deliver(&number, &batch(&both)).await;

    let mut conversations = Vec::new();
    for (shop, text) in shops.iter().zip(texts) {
        let conversation = shop.conversation().await;
        let messages = shop.messages_when(&conversation, 1).await;
        assert_eq!(messages[0]["content"]["text"], text);
        let reply = shop.reply(&conversation, &format!("From the {}", shop.tenant.slug)).await;
        shop.message_when(&conversation, &reply, "read").await;
        assert_eq!(deployment.simulator.requests_for(&shop.number, &reply).await.len(), 1, "over its own number");
        conversations.push(conversation);
    }

    // What belongs to the other does not exist, whoever knows its id.
    for (shop, (other, theirs)) in shops.iter().zip([(1, &shops[1]), (0, &shops[0])]) {
        let id = conversations[other]["id"].as_str().unwrap();
        let contact = conversations[other]["contact"]["id"].as_str().unwrap();
        let delivery = theirs.tenant.admin.get("/api/v1/deliveries").await.ok()["items"][0].clone();
        let delivery = delivery["id"].as_str().unwrap();
        for path in [
            format!("/api/v1/conversations/{id}"),
            format!("/api/v1/conversations/{id}/messages"),
            format!("/api/v1/contacts/{contact}"),
            format!("/api/v1/connections/{}", theirs.connection),
            format!("/api/v1/deliveries/{delivery}"),
        ] {
            assert_eq!(shop.tenant.admin.get(&path).await.problem(404), "not_found", "{path}");
            theirs.tenant.admin.get(&path).await.ok();
        }
        let refused = shop.send(&conversations[other], json!({ "type": "text", "text": "Hello" })).await;
        assert_eq!(refused.problem(404), "not_found");
        // The delivery of each holds its own part of the request only.
        let kept = theirs.tenant.admin.get(&format!("/api/v1/deliveries/{delivery}")).await.ok().to_string();
        assert!(!kept.contains(&shop.number.phone_number_id), "{kept}");
    }

    // The same words to each are another customer's of another tenant: contacts are not shared either.
    let contacts = |shop: usize| conversations[shop]["contact"]["id"].clone();
    assert_ne!(contacts(0), contacts(1));
    eventually("everything is processed", async || {
        for shop in &shops {
            let outcomes = shop.settled_deliveries(&deployment).await;
            if outcomes.keys().ne(["processed"]) {
                return Err(format!("{outcomes:?}"));
            }
        }
        Ok(())
    })
    .await;
}
