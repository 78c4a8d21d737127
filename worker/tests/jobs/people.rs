//! Who writes: joined by what they have proven, blocked, merged.

use crate::world::World;
use domain::{ContactId, DeliveryId, MessageId, UserId, event::Actor, jobs::ProcessDelivery};
use inbox::Cause;
use sandbox::traffic::{Customer, Inbound};
use store::contacts::{self, Address, Person};

const ADA: &str = "4915155512345";
const BEN: &str = "4915155598765";

async fn write(world: &World, phone: &str, text: &str) -> DeliveryId {
    let message = Inbound::text(Customer::with_phone(phone, phone), text);
    let id = world.deliver(&message.webhook(&World::line(), world.now())).await;
    world.settle().await;
    id
}

async fn change(world: &World) -> inbox::Transaction {
    let cause = Cause::of(Actor::User { id: UserId::new() }, None);
    world.env.inbox.begin(world.tenant, cause).await.unwrap()
}

async fn contact(world: &World, phone: &str) -> ContactId {
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let found = sqlx::query_scalar("SELECT contact_id FROM identities WHERE value = $1").bind(format!("+{phone}"));
    found.fetch_one(&mut *tx).await.map(|id: uuid::Uuid| id.into()).unwrap()
}

/// Somebody whom another channel knows by its own id, with a number.
async fn arrive(world: &World, channel: &str, id: &str, phone: &str, verified: bool) -> ContactId {
    let address = |kind: &str, value: String| Address { kind: kind.to_owned(), value, verified };
    let addresses = vec![address("session", id.to_owned()), address("phone", format!("+{phone}"))];
    let person = Person { addresses, phone: Some(format!("+{phone}")), ..Person::default() };
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let resolved = contacts::resolve(&mut tx, world.tenant, channel, &person, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    resolved.id
}

#[tokio::test]
async fn only_a_number_that_both_have_proven_joins_two_channels() {
    let world = World::new().await;
    write(&world, ADA, "Hello").await;
    let ada = contact(&world, ADA).await;
    // Somebody types it into a form; somebody has proven it.
    let claims = arrive(&world, "widget", "s-1", ADA, false).await;
    assert_ne!(claims, ada);
    assert_eq!(arrive(&world, "app", "u-1", ADA, true).await, ada);
    // Another person of the same channel with the same proven number is somebody else for that channel.
    assert_ne!(arrive(&world, "widget", "s-2", ADA, false).await, claims, "a form that names the same number again");
    assert_eq!(arrive(&world, "widget", "s-1", ADA, false).await, claims, "known by its own id");
}

#[tokio::test]
async fn who_proves_an_address_gets_it_from_who_claimed_it() {
    let world = World::new().await;
    let squatter = arrive(&world, "widget", "s-1", ADA, false).await;
    let owner = arrive(&world, "widget", "s-2", ADA, true).await;
    assert_ne!(owner, squatter);
    assert_eq!(contact(&world, ADA).await, owner);
    // What is proven once stays so, and is not taken back by a claim.
    arrive(&world, "widget", "s-3", ADA, false).await;
    assert_eq!(contact(&world, ADA).await, owner);
}

#[tokio::test]
async fn what_a_blocked_contact_sends_is_left_out_and_can_be_processed_later() {
    let world = World::new().await;
    write(&world, ADA, "Hello").await;
    let ada = contact(&world, ADA).await;
    let mut tx = change(&world).await;
    tx.set_blocked(ada, Some(UserId::new())).await.unwrap();
    tx.set_status(world.conversation().await, domain::conversation::Status::Closed).await.unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
    let traces = "SELECT (SELECT count(*) FROM conversations) || ' ' || (SELECT count(*) FROM messages) || ' '
                      || (SELECT count(*) FROM events)";
    let before = world.texts(traces).await;
    let left_out = write(&world, ADA, "Buy!").await;
    assert_eq!(world.texts(traces).await, before, "no conversation, no message, nothing for rules or people");
    assert_eq!(
        world.texts("SELECT outcome FROM deliveries WHERE reason LIKE '%blocked%'").await,
        ["processed"],
        "and it says so"
    );
    // Others in the same delivery are heard.
    let both: Vec<_> = [ADA, BEN]
        .map(|phone| Inbound::text(Customer::with_phone(phone, phone), "hi").webhook(&World::line(), world.now()))
        .into();
    world.deliver(&sandbox::traffic::batch(&both)).await;
    world.settle().await;
    assert_eq!(world.texts("SELECT preview FROM messages ORDER BY preview").await, ["Hello", "hi"]);

    let mut tx = change(&world).await;
    tx.set_blocked(ada, None).await.unwrap();
    let job = ProcessDelivery { tenant_id: world.tenant, delivery_id: left_out, key: "again".to_owned() };
    tx.enqueue(&job).await.unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
    assert_eq!(world.texts("SELECT preview FROM messages ORDER BY preview").await, ["Buy!", "Hello", "hi"]);
    assert_eq!(world.texts("SELECT id::text FROM deliveries WHERE reason IS NOT NULL").await.len(), 1, "the batch");
}

#[tokio::test]
async fn an_answer_goes_to_the_address_that_was_written_from() {
    let world = World::new().await;
    write(&world, BEN, "From one").await;
    write(&world, ADA, "From another").await;
    let (ben, ada) = (contact(&world, BEN).await, contact(&world, ADA).await);
    let mut tx = change(&world).await;
    tx.merge_contacts(ada, ben).await.unwrap();
    tx.commit().await.unwrap();
    // Two conversations at one account have become one.
    let open = "SELECT id::text FROM conversations WHERE status <> 'closed'";
    assert_eq!(world.texts(open).await.len(), 1);
    let goes_to = async |message: MessageId| {
        let mut tx = world.env.db.begin(world.tenant).await.unwrap();
        let sending = store::messages::sending::load(&mut tx, world.tenant, message).await.unwrap().unwrap();
        sending.addresses.into_iter().map(|address| address.value).collect::<Vec<_>>()
    };
    for phone in [ADA, BEN, ADA] {
        write(&world, phone, "and now?").await;
        let mut tx = change(&world).await;
        let id = world.texts(open).await[0].parse().unwrap();
        let content = plugin_sdk::OutboundContent::Text { text: "ok".to_owned(), preview_url: false };
        let outgoing = inbox::Outgoing {
            content: (&content).into(),
            reply_to: None,
            writer: inbox::Writer::System,
            origin_key: None,
            window: None,
        };
        let message = tx.send(id, &outgoing).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(goes_to(message).await, [format!("+{phone}")]);
        world.settle().await;
    }
    // Taken back, each has their own again, and what was written meanwhile stays where it was said.
    let mut tx = change(&world).await;
    assert_eq!(tx.unmerge_contact(ada).await.unwrap(), ben);
    tx.commit().await.unwrap();
    world.settle().await;
    assert_eq!((contact(&world, ADA).await, contact(&world, BEN).await), (ada, ben));
    assert_eq!(world.texts("SELECT DISTINCT contact_id::text FROM conversations").await.len(), 2);
    write(&world, ADA, "I am me").await;
    let last = "SELECT v.contact_id::text FROM messages m JOIN conversations v ON v.id = m.conversation_id
                 WHERE m.preview = 'I am me'";
    assert_eq!(world.texts(last).await, [ada.to_string()]);
}

#[tokio::test]
async fn a_conversation_that_begins_while_its_contact_is_merged_is_the_others() {
    let world = World::new().await;
    let ada = arrive(&world, "app", "u-1", ADA, true).await;
    let ben = arrive(&world, "app", "u-2", BEN, true).await;
    let mut merging = change(&world).await;
    merging.merge_contacts(ada, ben).await.unwrap();
    // It is about to begin with the contact that is going: it waits, and then knows better.
    let message = Inbound::text(Customer::with_phone(ADA, "Ada"), "Hello");
    world.deliver(&message.webhook(&World::line(), world.now())).await;
    let (ran, ()) = tokio::join!(world.run_jobs(), async {
        tokio::task::yield_now().await;
        merging.commit().await.unwrap();
    });
    world.advance(chrono::TimeDelta::minutes(1));
    world.settle().await;
    assert!(ran.len() <= 1, "{ran:?}");
    let of = "SELECT DISTINCT v.contact_id::text FROM conversations v";
    assert_eq!(world.texts(of).await, [ben.to_string()]);
    assert_eq!(world.texts("SELECT preview FROM messages").await, ["Hello"]);
    let stranded =
        "SELECT i.value FROM identities i JOIN contacts c ON c.id = i.contact_id AND c.merged_into IS NOT NULL";
    assert_eq!(world.texts(stranded).await, Vec::<String>::new());
}
