//! What goes out: at most once, inside the window, with the right end.

use crate::world::World;
use chrono::TimeDelta;
use domain::{
    UserId, connection::ConnectionStatus, conversation::Status, event::Actor, message::DeliveryStatus, role::Role,
};
use inbox::{Addressee, BeginError, Cause, Outgoing, Report, ServiceWindow, Writer};
use plugin_sdk::OutboundContent;
use queue::{Outcome, holds::Scope};
use sandbox::{
    AnswerFault, CallbackFault, Fault, RequestFilter,
    traffic::{Customer, Inbound},
};
use serde_json::json;
use std::time::Duration;
use store::{
    messages::{self, sending},
    users::{self, NewUser},
};
use uuid::Uuid;

/// A world in which Ada has just written.
async fn greeted() -> World {
    let world = World::new().await;
    let ada = Customer::with_phone("4915155512345", "Ada");
    // Through the simulator, which opens its window, too.
    let composed = world.sandbox.compose("106540352242922", Inbound::text(ada, "Hello")).unwrap();
    world.deliver_bytes(composed.webhook.body.to_vec()).await;
    world.settle().await;
    world
}

fn sends(world: &World) -> usize {
    world.sandbox.requests(&RequestFilter::default()).len()
}

fn fault(answer: AnswerFault) -> Fault {
    Fault { number: None, times: Some(1), answer, callbacks: CallbackFault::Normal }
}

#[tokio::test]
async fn a_reply_is_sent_once_and_opens_the_conversation() {
    let world = greeted().await;
    let id = world.write("Good evening").await;
    world.settle().await;
    assert_eq!(world.status(id).await, "sent");
    assert_eq!(sends(&world), 1);
    assert_eq!(world.texts("SELECT status FROM conversations").await, ["open"]);
    assert_eq!(world.texts("SELECT 'yes' FROM conversations WHERE first_response_at IS NOT NULL").await, ["yes"]);
}

async fn agent(world: &World) -> UserId {
    let id = UserId::new();
    let user = NewUser { id, email: "a@b.example", name: "A", role: Role::Agent.into(), password_hash: "x" };
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    users::create(&mut tx, &user, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn a_window_stays_open_when_its_conversation_is_closed() {
    let world = greeted().await;
    let earlier = world.conversation().await;
    let user = agent(&world).await;
    let begin = async |text: &str| {
        let content = OutboundContent::Text { text: text.to_owned(), preview_url: false };
        let cause = Cause::of(Actor::User { id: user }, None);
        let mut tx = world.env.inbox.begin(world.tenant, cause).await.unwrap();
        let contact = tx.conversation(earlier).await.unwrap().contact_id().unwrap();
        tx.set_status(earlier, Status::Closed).await.unwrap();
        tx.commit().await.unwrap();
        let cause = Cause::of(Actor::User { id: user }, None);
        let mut tx = world.env.inbox.begin(world.tenant, cause).await.unwrap();
        let window = Some(ServiceWindow { length: TimeDelta::hours(24) });
        let first = Outgoing {
            content: (&content).into(),
            reply_to: None,
            writer: Writer::User(user),
            origin_key: None,
            window,
        };
        let to = Addressee { contact, connection: world.connection, channel: "whatsapp", claims: &[] };
        let begun = tx.begin_with_customer(to, user, &first).await;
        if begun.is_ok() {
            tx.commit().await.unwrap();
        }
        begun
    };
    let id = begin("Your lamp is here").await.unwrap();
    world.settle().await;
    let status = "SELECT status FROM messages WHERE direction = 'outbound'";
    assert_eq!(world.texts(status).await, ["sent"]);
    assert!(matches!(begin("Again").await, Err(BeginError::Exists(there)) if there == id));

    // What is begun within the window, and leaves too late, does not leave.
    let mut tx = world.env.inbox.begin(world.tenant, Cause::of(Actor::User { id: user }, None)).await.unwrap();
    tx.set_status(id, Status::Closed).await.unwrap();
    tx.commit().await.unwrap();
    world.advance(TimeDelta::hours(23));
    begin("Are you there?").await.unwrap();
    world.advance(TimeDelta::hours(1));
    world.settle().await;
    let reasons = "SELECT error->>'reason' FROM messages WHERE status = 'failed'";
    assert_eq!(world.texts(reasons).await, ["window_closed"]);
}

/// Such as a late one about an earlier send of the same message, which a person has repeated.
#[tokio::test]
async fn a_report_about_a_message_that_is_being_taken_for_sending_waits_and_counts() {
    let world = greeted().await;
    let id = world.write("Good evening").await;
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    sending::load(&mut tx, world.tenant, id).await.unwrap().unwrap();
    assert!(messages::begin_sending(&mut tx, world.tenant, id, Uuid::new_v4()).await.unwrap());

    let report = Report {
        connection: world.connection,
        external_id: Some("wamid.before".to_owned()),
        message: Some(id),
        to: DeliveryStatus::Delivered,
        error: None,
        opted_out: false,
        actor: Actor::Channel,
        details: json!({}),
        trace_id: None,
        early: None,
        processed: None,
    };
    let (inbox, tenant) = (world.env.inbox.clone(), world.tenant);
    let reporting = tokio::spawn(async move { inbox.report(tenant, &[report]).await });
    let waiting = "SELECT 'yes' FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while world.texts(waiting).await.is_empty() && !reporting.is_finished() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tx.commit().await.unwrap();
    let reported = reporting.await.unwrap().unwrap();
    assert!(reported[0].as_ref().unwrap().moved);
    assert_eq!(world.status(id).await, "delivered");
}

#[tokio::test]
async fn outside_the_window_nothing_leaves_the_house() {
    let world = greeted().await;
    let id = world.write("Still there?").await;
    world.advance(TimeDelta::hours(24) + TimeDelta::seconds(1));
    world.settle().await;
    assert_eq!((world.status(id).await.as_str(), sends(&world)), ("failed", 0));
    assert_eq!(world.error_reason(id).await.as_deref(), Some("window_closed"));
}

#[tokio::test]
async fn a_minute_before_its_end_the_window_is_open() {
    let world = greeted().await;
    let id = world.write("Still there?").await;
    world.advance(TimeDelta::hours(24) - TimeDelta::minutes(1));
    world.settle().await;
    assert_eq!(world.status(id).await, "sent");
}

#[tokio::test]
async fn a_message_whose_sender_died_is_not_sent_again() {
    let world = greeted().await;
    let id = world.write("Once").await;
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let token = uuid::Uuid::from_u128(1);
    assert!(store::messages::begin_sending(&mut tx, world.tenant, id, token).await.unwrap());
    tx.commit().await.unwrap();
    world.settle().await;
    assert_eq!((world.status(id).await.as_str(), sends(&world)), ("unconfirmed", 0));
}

#[tokio::test]
async fn a_lost_answer_leaves_it_unconfirmed_and_unrepeated() {
    let world = greeted().await;
    world.sandbox.inject(fault(AnswerFault::DropAfter));
    let id = world.write("Once").await;
    world.settle().await;
    world.advance(TimeDelta::hours(1));
    world.settle().await;
    assert_eq!((world.status(id).await.as_str(), sends(&world)), ("unconfirmed", 1));
}

#[tokio::test]
async fn the_providers_wait_is_honoured() {
    let world = greeted().await;
    world.sandbox.inject(fault(AnswerFault::RateLimited { retry_after: Some(90) }));
    let id = world.write("Later").await;
    let [(kind, Outcome::Retry { run_at, .. })] = &world.run_jobs().await[..] else { panic!("no retry") };
    assert_eq!((kind.as_str(), *run_at - world.now()), ("send-message", TimeDelta::seconds(90)));
    assert_eq!(world.status(id).await, "queued");
    world.advance(TimeDelta::seconds(89));
    assert_eq!(world.run_jobs().await, []);
    assert_eq!(world.status(id).await, "queued");
    world.advance(TimeDelta::seconds(1));
    world.settle().await;
    assert_eq!(world.status(id).await, "sent");
}

#[tokio::test]
async fn expired_credentials_park_the_connection_and_keep_the_message() {
    let world = greeted().await;
    world.sandbox.inject(fault(AnswerFault::Error { status: 401, code: 190, title: "expired".to_owned() }));
    let id = world.write("Wait").await;
    assert!(matches!(&world.run_jobs().await[..], [(_, Outcome::Snoozed { .. })]));
    assert_eq!(world.status(id).await, "queued");
    assert_eq!(world.texts("SELECT status FROM connections").await, ["needs_reauth"]);
    // While nobody repairs it, it waits, and the next one behind it, without using up attempts or asking.
    let next = world.write("And this").await;
    world.advance(TimeDelta::minutes(2));
    world.settle().await;
    assert_eq!(world.status(next).await, "queued");
    let waiting = world.env.queue.unfinished(10).await.unwrap();
    assert_eq!(waiting.iter().map(|job| (&*job.state, job.attempts)).collect::<Vec<_>>(), [("held", 0), ("held", 0)]);

    let mut tx = world.env.inbox.begin(world.tenant, Cause::of(Actor::System, None)).await.unwrap();
    assert!(tx.set_connection_status(world.connection, ConnectionStatus::Active, None).await.unwrap());
    tx.commit().await.unwrap();
    world.env.queue.release(&Scope::default()).await.unwrap();
    world.settle().await;
    assert_eq!((&*world.status(id).await, &*world.status(next).await), ("sent", "sent"));
}

/// The plugin's manifest says that WhatsApp takes 45 messages to one contact at once, and then one every six seconds.
#[tokio::test]
async fn the_providers_rate_is_kept_by_waiting_and_not_by_asking() {
    let world = greeted().await;
    for n in 0..47 {
        world.write(&format!("Part {n}")).await;
    }
    let before = sends(&world);
    // One goes after the other: the 46th has to wait, and the 47th behind it.
    assert!(matches!(&world.run_jobs().await[..], [(_, Outcome::Snoozed { turn: true, .. })]));
    assert_eq!(sends(&world) - before, 45);
    world.advance(TimeDelta::seconds(5));
    world.settle().await;
    assert_eq!(sends(&world) - before, 45);
    world.advance(TimeDelta::seconds(1));
    assert!(matches!(&world.run_jobs().await[..], [(_, Outcome::Snoozed { turn: true, .. })]));
    assert_eq!(sends(&world) - before, 46);
    world.advance(TimeDelta::seconds(6));
    world.settle().await;
    assert_eq!(sends(&world) - before, 47);
}

#[tokio::test]
async fn what_the_provider_refuses_for_good_has_failed() {
    let world = greeted().await;
    world.sandbox.inject(fault(AnswerFault::Error { status: 400, code: 131_026, title: "undeliverable".to_owned() }));
    let id = world.write("Nobody there").await;
    world.settle().await;
    assert_eq!(world.status(id).await, DeliveryStatus::Failed.as_str());
    assert_eq!(world.error_reason(id).await.as_deref(), Some("undeliverable"));
}

#[tokio::test]
async fn ten_messages_leave_in_the_order_they_were_written() {
    let world = greeted().await;
    for n in 0..10 {
        world.write(&format!("number {n}")).await;
    }
    world.settle().await;
    let sent: Vec<String> = world
        .sandbox
        .requests(&RequestFilter::default())
        .iter()
        .map(|request| {
            let body: serde_json::Value = serde_json::from_str(request.body.as_ref().unwrap().get()).unwrap();
            body["text"]["body"].as_str().unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(sent, (0..10).map(|n| format!("number {n}")).collect::<Vec<_>>());
}
