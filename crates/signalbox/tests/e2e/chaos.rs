//! `kill -9` at random points: nothing is lost, nothing reaches a customer twice, everything comes to an end.

use crate::harness::{Deployment, Plan, Process, Shop, within};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedMutRandom as _};
use sandbox::{
    Callbacks, Retries,
    traffic::{Customer, Inbound},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time};

const MESSAGES: usize = 1000;
/// Each writes several messages, which are worked on one after another.
const CUSTOMERS: usize = 250;
/// The pace of the customers: 50 messages a second.
const BETWEEN_MESSAGES: Duration = Duration::from_millis(20);
const FEWEST_KILLS: usize = 10;
/// From the first message to the end of everything: three times what two free processors need.
const LIMIT: Duration = Duration::from_secs(150);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_processes_lose_nothing_and_send_nothing_twice() {
    let seed = std::env::var("SIGNALBOX_CHAOS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(rand::random::<u64>);
    println!("the seed of this run: SIGNALBOX_CHAOS_SEED={seed}");

    let retries =
        Retries { attempts: 200, first_pause: Duration::from_millis(100), longest_pause: Duration::from_millis(500) };
    let callbacks = Callbacks { read: None, retries, ..Callbacks::default() };
    let mut deployment = Deployment::planned(Plan { callbacks, ..Plan::default() }).await;
    let shop = Shop::open(&deployment, "chaos").await;
    let answer_each = json!({
        "trigger": { "type": "message_created" },
        "actions": [{ "type": "send_message", "text": "Thank you" }],
    });
    shop.rule("Answer", answer_each).await;

    let start = time::Instant::now();
    let (mut apis, mut workers) = (std::mem::take(&mut deployment.apis), std::mem::take(&mut deployment.workers));
    let sending = Arc::new(AtomicBool::new(true));
    let killing = {
        let (sending, rng) = (Arc::clone(&sending), StdRng::seed_from_u64(seed));
        tokio::spawn(async move {
            let kills = kill_at_random(&mut apis, &mut workers, rng, &sending).await;
            (kills, apis, workers)
        })
    };
    let attempts = customers_write(&shop).await;
    sending.store(false, Ordering::Relaxed);
    let (kills, apis, workers) = killing.await.unwrap();
    (deployment.apis, deployment.workers) = (apis, workers);
    println!("{kills} kills; {attempts} posts of {MESSAGES} messages; all taken after {:?}", start.elapsed());
    assert!(kills >= FEWEST_KILLS, "too few kills to prove anything");

    within(LIMIT.saturating_sub(start.elapsed()), "every message has come to its end", async || {
        let statuses = shop.count_by(&deployment, "SELECT status FROM messages WHERE direction = 'outbound'").await;
        let deliveries = shop.count_by(&deployment, "SELECT outcome FROM deliveries").await;
        let settled = ["delivered", "failed", "unconfirmed"];
        let done = statuses.values().sum::<usize>() >= MESSAGES
            && statuses.keys().all(|status| settled.contains(&status.as_str()))
            && deliveries.keys().eq(["processed"])
            // The provider may still have something to report.
            && at_the_provider(&deployment, &shop).await.len() == of(&statuses, "delivered");
        if done { Ok(()) } else { Err(format!("messages {statuses:?}, deliveries {deliveries:?}")) }
    })
    .await;
    println!("everything has ended after {:?}", start.elapsed());
    check(&deployment, &shop).await;
}

/// The customers write; the provider posts each message until it is taken. Returns the number of attempts.
async fn customers_write(shop: &Shop) -> usize {
    let attempts = Arc::new(AtomicUsize::new(0));
    let mut posts = JoinSet::new();
    let mut pace = time::interval(BETWEEN_MESSAGES);
    for number in 0..MESSAGES {
        pace.tick().await;
        let customer = Customer::with_phone(format!("49151600{:05}", number % CUSTOMERS), "Ada");
        let wamid = format!("wamid.{number:04}");
        let inbound = Inbound { wamid: Some(wamid), ..Inbound::text(customer, format!("Message {number}")) };
        let delivery = shop.delivery(&inbound).await;
        let attempts = Arc::clone(&attempts);
        posts.spawn(async move {
            loop {
                attempts.fetch_add(1, Ordering::Relaxed);
                match delivery.post().await {
                    Some(200..=299) => return,
                    Some(refused @ 400..=499) => panic!("message {number} was refused: {refused}"),
                    _ => time::sleep(Duration::from_millis(200)).await,
                }
            }
        });
    }
    while let Some(post) = posts.join_next().await {
        post.unwrap();
    }
    attempts.load(Ordering::Relaxed)
}

/// Kills one process after another, and starts it again, for as long as messages are sent.
async fn kill_at_random(apis: &mut [Process], workers: &mut [Process], mut rng: StdRng, sending: &AtomicBool) -> usize {
    let mut kills = 0;
    while sending.load(Ordering::Relaxed) {
        time::sleep(Duration::from_millis(rng.random_range(200..1500))).await;
        let among = if rng.random() { &mut *apis } else { &mut *workers };
        let process = among.choose_mut(&mut rng).expect("there are processes");
        process.kill();
        time::sleep(Duration::from_millis(rng.random_range(0..400))).await;
        process.start_again();
        kills += 1;
    }
    kills
}

/// What everything was for.
async fn check(deployment: &Deployment, shop: &Shop) {
    let inbound = shop.count_by(deployment, "SELECT external_id FROM messages WHERE direction = 'inbound'").await;
    let expected: BTreeMap<_, _> = (0..MESSAGES).map(|number| (format!("wamid.{number:04}"), 1)).collect();
    assert_eq!(inbound, expected, "every message is there exactly once");

    // Each has one reply: an origin names the rule and the event.
    let origins = shop.count_by(deployment, "SELECT origin_key FROM messages WHERE direction = 'outbound'").await;
    assert_eq!(origins.len(), MESSAGES);
    let answered = shop
        .count_by(
            deployment,
            "SELECT e.data ->> 'message_id' FROM rule_runs r JOIN events e ON e.id = r.event_id
                                WHERE r.outcome = 'matched'",
        )
        .await;
    assert_eq!((answered.len(), answered.values().sum()), (MESSAGES, MESSAGES), "every message was answered once");

    // Nothing reached the provider twice, and what did is known to have.
    let taken = at_the_provider(deployment, shop).await;
    let twice: Vec<_> = taken.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "accepted more than once: {twice:?}");
    let delivered = shop.count_by(deployment, "SELECT id::text FROM messages WHERE status = 'delivered'").await;
    let (taken, delivered): (BTreeSet<_>, BTreeSet<_>) = (taken.into_keys().collect(), delivered.into_keys().collect());
    assert_eq!(taken, delivered, "what the provider took is delivered, and nothing else");
    let statuses = shop.count_by(deployment, "SELECT status FROM messages WHERE direction = 'outbound'").await;
    println!("replies: {statuses:?}");
    assert_eq!(of(&statuses, "delivered") + of(&statuses, "unconfirmed"), MESSAGES, "{statuses:?}");

    let dead = shop.count_by(deployment, "SELECT kind FROM queue.dead_letters").await;
    assert!(dead.is_empty(), "{dead:?}");
}

/// How often the provider took each of our messages.
async fn at_the_provider(deployment: &Deployment, shop: &Shop) -> BTreeMap<String, usize> {
    let mut taken = BTreeMap::new();
    for request in deployment.simulator.requests(&shop.number).await {
        if request["accepted"] == Value::Bool(true) {
            *taken.entry(request["opaque"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    taken
}

fn of(counts: &BTreeMap<String, usize>, name: &str) -> usize {
    counts.get(name).copied().unwrap_or_default()
}
