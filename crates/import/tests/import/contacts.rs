//! Contacts are who they have proven to be (ADR 0026), whichever way they come.

use crate::world::World;
use domain::Clock as _;
use serde_json::{Value, json};
use signalbox_import::{Code, Outcome, record::Kind};
use store::contacts::{self, Address, Person};

fn number(value: &str, verified: bool) -> Address {
    Address { kind: "phone".to_owned(), value: value.to_owned(), verified }
}

/// Somebody writes, and has a name for the channel.
async fn met(world: &World, channel: &str, address: Address, name: &str) -> Value {
    let person = Person { addresses: vec![address], name: Some(name.to_owned()), ..Person::default() };
    let mut tx = world.tx().await;
    let met = contacts::resolve(&mut tx, world.tenant, channel, &person, world.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    json!(met.id)
}

fn contact(id: &str, channel: &str, value: &str, verified: bool) -> Value {
    json!({ "type": "contact", "id": id, "name": "Told", "email": "told@example.com",
            "addresses": [{ "channel": channel, "kind": "phone", "value": value, "verified": verified }] })
}

#[tokio::test]
async fn whom_a_channel_knows_is_joined_and_keeps_what_is_known() {
    let world = World::new().await;
    let known = met(&world, "whatsapp", number("+4915155540001", true), "Met").await;
    let report = world.import(&[contact("1", "whatsapp", "+49 151 55540001", true)]).await;
    assert_eq!(report.count(Kind::Contact, Outcome::Joined), 1);
    let row = world.row("SELECT id, name, email FROM contacts").await;
    assert_eq!(row, json!({ "id": known, "name": "Met", "email": "told@example.com" }), "only the gap is filled");
}

#[tokio::test]
async fn proven_on_both_sides_joins_over_channels_and_said_does_not() {
    let world = World::new().await;
    met(&world, "sms", number("+4915155540001", true), "Met").await;
    let said = world.import(&[contact("1", "whatsapp", "+4915155540001", false)]).await;
    assert_eq!(said.count(Kind::Contact, Outcome::Created), 1, "somebody only says so");
    let world = World::new().await;
    let known = met(&world, "sms", number("+4915155540001", true), "Met").await;
    let proven = world.import(&[contact("1", "whatsapp", "+4915155540001", true)]).await;
    assert_eq!(proven.count(Kind::Contact, Outcome::Joined), 1);
    let identities = world.rows("SELECT contact_id, channel FROM identities ORDER BY channel").await;
    assert_eq!(
        identities,
        [json!({ "contact_id": known, "channel": "sms" }), json!({ "contact_id": known, "channel": "whatsapp" }),]
    );
}

#[tokio::test]
async fn an_address_in_a_field_joins_nobody() {
    let world = World::new().await;
    met(&world, "whatsapp", number("+4915155540001", true), "Met").await;
    let told = json!({ "type": "contact", "id": "1", "phone": "+4915155540001" });
    assert_eq!(world.import(&[told]).await.count(Kind::Contact, Outcome::Created), 1);
    assert_eq!(world.count("contacts").await, 2);
    // The two are suggested as one person instead.
    let ids = world.rows("SELECT id FROM contacts WHERE phone IS NOT NULL").await;
    let id = ids[0]["id"].as_str().unwrap().parse().unwrap();
    let sight = domain::sight::Sight { user: world.ada, teams: Vec::new(), reach: domain::sight::Reach::Everything };
    let mut tx = world.tx().await;
    let suggested = contacts::suggestions::of(&mut tx, id, &sight).await.unwrap();
    assert_eq!((suggested.len(), suggested[0].shared[0].proven), (1, 1));
}

#[tokio::test]
async fn who_only_names_the_address_of_another_is_somebody_else() {
    let world = World::new().await;
    let mut of_two_channels = contact("1", "whatsapp", "+4915155540001", true);
    let also = json!({ "channel": "sms", "kind": "phone", "value": "+4915155540009" });
    of_two_channels["addresses"].as_array_mut().unwrap().push(also);
    let report = world
        .import(&[
            of_two_channels,
            contact("2", "whatsapp", "+4915155540001", true),
            // The first has said that this is theirs; this one has proven it.
            contact("3", "sms", "+4915155540009", true),
            // And this one only says so.
            json!({ "type": "contact", "id": "4", "addresses": [
                { "channel": "whatsapp", "kind": "phone", "value": "+4915155540004", "verified": true },
                { "channel": "sms", "kind": "phone", "value": "+4915155540009", "verified": false }] }),
        ])
        .await;
    assert_eq!((report.count(Kind::Contact, Outcome::Created), report.refusals()), (2, 0), "{report:?}");
    let noted: Vec<_> = report.noted.iter().map(|finding| (finding.line, finding.code)).collect();
    assert_eq!(noted, [(4, Code::AddressOfAnother)]);
}

#[tokio::test]
async fn a_contact_that_has_gone_into_another_is_the_other() {
    let world = World::new().await;
    world
        .import(&[json!({ "type": "contact", "id": "1" }), json!({ "type": "contact", "id": "2", "name": "Two" })])
        .await;
    world
        .execute("UPDATE contacts SET merged_into = (SELECT id FROM contacts WHERE name = 'Two') WHERE name IS NULL")
        .await;
    let report = world
        .import(&[
            json!({ "type": "conversation", "id": "1", "contact": "1", "connection": "Our number", "status": "open",
                    "created_at": "2024-05-01T10:00:00Z" }),
        ])
        .await;
    assert_eq!(report.refused, []);
    let name = world.row("SELECT c.name FROM conversations v JOIN contacts c ON c.id = v.contact_id").await;
    assert_eq!(name["name"], "Two");
}

#[tokio::test]
async fn a_company_is_the_one_that_has_its_domain() {
    let world = World::new().await;
    let company = |id: &str, name: &str, domains: Value| json!({ "type": "company", "id": id, "name": name, "domains": domains, "custom_attributes": { "from": id } });
    world.import(&[company("1", "Acme", json!(["acme.example"])), company("2", "Bolt", json!(["bolt.example"]))]).await;
    let report = world
        .import(&[
            company("3", "ACME Inc", json!(["acme.example", "bolt.example", "gmail.com"])),
            json!({ "type": "contact", "id": "1", "email": "ada@bolt.example" }),
        ])
        .await;
    assert_eq!(report.count(Kind::Company, Outcome::Joined), 1);
    assert_eq!(report.noted.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::DomainOfAnother]);
    let companies = world.rows("SELECT name, custom_attributes FROM companies ORDER BY name").await;
    assert_eq!(
        companies,
        [
            json!({ "name": "Acme", "custom_attributes": { "from": "1" } }),
            json!({ "name": "Bolt", "custom_attributes": { "from": "2" } }),
        ]
    );
    let of = world.row("SELECT k.name FROM contacts c JOIN companies k ON k.id = c.company_id").await;
    assert_eq!(of["name"], "Bolt", "by the domain of the address");
}
