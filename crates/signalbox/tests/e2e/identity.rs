//! Who a customer is: by user id first, by number second, and the same under every form of a number.

use crate::harness::{Deployment, Shop, eventually, in_every_deployment};
use sandbox::traffic::{Customer, Inbound};
use serde_json::{Value, json};

in_every_deployment! { a_customer_is_one_contact_under_all_names }

async fn a_customer_is_one_contact_under_all_names(deployment: Deployment) {
    let shop = Shop::open(&deployment, "names").await;

    // Without a number: found and answered by the user id alone.
    let nameless = Customer::with_user_id("FR.18401234567890123456", "Zoë");
    shop.hears(&nameless, "Bonjour").await;
    let conversation = shop.conversation().await;
    assert_eq!(conversation["contact"]["phone"], Value::Null);
    let reply = shop.reply(&conversation, "Bonjour !").await;
    shop.message_when(&conversation, &reply, "read").await;
    assert_eq!(
        deployment.simulator.requests_for(&shop.number, &reply).await[0]["body"]["recipient"],
        "FR.18401234567890123456"
    );

    // Later the number is shown, too, then hidden again: still the same person.
    shop.hears(&Customer { phone: Some("33612345678".into()), ..nameless.clone() }, "C'est moi").await;
    shop.hears(&nameless, "Et encore").await;
    assert_eq!(shop.messages_when(&conversation, 4).await.len(), 4);
    assert_eq!(shop.conversation().await["contact"]["phone"], "+33612345678");

    // The forms under which WhatsApp names numbers of Brazil and Mexico.
    for (one, other, canonical) in
        [("554188887777", "5541988887777", "+5541988887777"), ("5215512345678", "525512345678", "+525512345678")]
    {
        shop.hears(&Customer::with_phone(one, "Ana"), "Oi").await;
        shop.hears(&Customer::with_phone(other, "Ana"), "Olá").await;
        let conversation = conversation_with(&shop, canonical).await;
        shop.messages_when(&conversation, 2).await;
    }
    assert_eq!(shop.conversations().await.len(), 3);

    // Somebody changes their number.
    let before = Customer::with_phone("16505551234", "Ada");
    shop.hears(&before, "I will have a new number").await;
    let conversation = conversation_with(&shop, "+16505551234").await;
    let mut change = Inbound::text(before, "").webhook(&shop.number.line(), chrono::Utc::now());
    let value = &mut change["entry"][0]["changes"][0]["value"];
    value.as_object_mut().unwrap().remove("contacts");
    let message = value["messages"][0].as_object_mut().unwrap();
    message.remove("text");
    message.insert("type".into(), "system".into());
    message.insert(
        "system".into(),
        json!({ "body": "Ada changed", "wa_id": "16505559999", "type": "user_changed_number" }),
    );
    deployment.simulator.deliver(&shop.number, &change).await;
    shop.messages_when(&conversation, 2).await;
    shop.hears(&Customer::with_phone("16505559999", "Ada"), "Here I am").await;
    shop.messages_when(&conversation, 3).await;
    let all = shop.conversations().await;
    assert_eq!(all.len(), 4, "{all:#?}");

    let contacts = shop.tenant.admin.get("/api/v1/contacts?limit=200").await.ok();
    assert_eq!(contacts["items"].as_array().unwrap().len(), 4, "{contacts:#}");
}

async fn conversation_with(shop: &Shop, phone: &str) -> Value {
    eventually(&format!("there is a conversation with {phone}"), async || {
        let all = shop.conversations().await;
        let found = all.iter().find(|conversation| conversation["contact"]["phone"] == phone);
        found.cloned().ok_or_else(|| format!("{all:#?}"))
    })
    .await
}
