//! Somebody changes a contact in the simulated HubSpot.

use super::{
    client::Client,
    story::{self, Story, text},
};
use crate::commands::up::HUB_ID;
use serde_json::json;

/// A contact of the account's seed.
const CONTACT: u64 = 138_017_612_140;

/// Plays the change and follows it into the contact.
pub async fn play(client: &Client, story: &mut Story) -> anyhow::Result<()> {
    story.begin("A changed contact", "A colleague corrects a customer's name and number in HubSpot.");
    let digits = format!("{:06}", rand::random_range(0..1_000_000));
    let (first, last, phone) = ("José Luis", format!("Álvarez {digits}"), format!("+34910{digits}"));
    story::says("In HubSpot", &format!("the contact is called {first} {last} now, {phone}"));

    let known = client.deliveries("hubspot").await?;
    let change = json!({
        "object_type": "contacts",
        "id": CONTACT,
        "properties": { "firstname": first, "lastname": last, "phone": phone },
    });
    let sent = client.simulate(&format!("hubspot/accounts/{HUB_ID}/changes"), &change).await?;
    story.received(&sent["statuses"][0]);
    client.stored(story, "hubspot", &known).await?;

    let name = format!("{first} {last}");
    let contact = client.until(async || {
        let contact = client.contact(&phone).await?;
        Ok(contact.filter(|contact| contact["name"] == name.as_str() && contact["phone"] == phone.as_str()))
    });
    match contact.await? {
        Some(contact) => {
            let what =
                format!("{}, {}, {}", story::short(&contact["id"]), text(&contact["name"]), text(&contact["phone"]));
            story.step(true, "synced", &what);
        }
        None => story.step(false, "synced", "the contact does not show with its new name and number"),
    }
    Ok(())
}
