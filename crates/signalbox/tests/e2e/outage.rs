//! The database goes away under load: providers are told to come back, everything recovers by itself, nothing is lost.

use crate::harness::{Deployment, Plan, Shop, within};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use postgres::{Cluster, Options};
use sandbox::traffic::{Customer, Inbound};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{self, Instant},
};

const DATABASE: &str = "signalbox";
const OWNER: &str = "signalbox_owner";
const MESSAGES: usize = 300;
const BETWEEN_MESSAGES: Duration = Duration::from_millis(30);
/// How long the server is killed whenever it comes back; its supervisor takes its time then.
const OUTAGE: Duration = Duration::from_secs(2);
/// Jobs that failed meanwhile wait before they are tried again, up to a quarter of a minute.
const RECOVERY: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_the_database_delays_and_loses_nothing() {
    // Durable: the servers that tests share forget their last moments in a crash, which is what this test is about.
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    let server = Cluster::start(Options::new(dir.path().join("postgres"))).await.unwrap();
    server.ensure_database(DATABASE, OWNER).await.unwrap();
    let owner = server.options(OWNER, DATABASE);
    let deployment = Deployment::planned(Plan { database: Some(owner), ..Plan::default() }).await;
    let shop = Shop::open(&deployment, "outage").await;
    let answer_each = json!({
        "trigger": { "type": "message_created" },
        "actions": [{ "type": "send_message", "text": "Thank you" }],
    });
    shop.rule("Answer", answer_each).await;

    let answers = Arc::new(Mutex::new(BTreeMap::<_, usize>::new()));
    let mut posts = JoinSet::new();
    let mut pace = time::interval(BETWEEN_MESSAGES);
    let mut crashing = None;
    for number in 0..MESSAGES {
        pace.tick().await;
        if number == MESSAGES / 3 {
            let first = server.server_pid().expect("the server runs");
            crash(first);
            crashing = Some((Instant::now(), first));
        }
        if let Some((since, last)) = &mut crashing
            && since.elapsed() < OUTAGE
            && let Some(pid) = server.server_pid().filter(|pid| pid != last)
        {
            // Each time it comes back, for a while.
            crash(pid);
            *last = pid;
        }
        let customer = Customer::with_phone(format!("49151700{number:05}"), "Ada");
        let delivery = shop.delivery(&Inbound::text(customer, format!("Message {number}"))).await;
        let answers = Arc::clone(&answers);
        posts.spawn(async move {
            loop {
                let answer = delivery.post().await;
                *answers.lock().unwrap().entry(answer).or_default() += 1;
                match answer {
                    Some(200) => return,
                    _ => time::sleep(Duration::from_millis(300)).await,
                }
            }
        });
    }
    within(RECOVERY, "every message is taken", async || {
        while posts.try_join_next().is_some() {}
        if posts.is_empty() { Ok(()) } else { Err(format!("{} are not", posts.len())) }
    })
    .await;
    let answers = answers.lock().unwrap().clone();
    println!("answers: {answers:?}");
    assert_eq!(answers.keys().collect::<Vec<_>>(), [&Some(200), &Some(503)], "{answers:?}");

    let ready = deployment.anonymous().get("/readyz").await;
    assert_eq!(ready.status, 200, "{ready:?}");
    within(RECOVERY, "every message is answered", async || {
        let counts = shop.count_by(&deployment, "SELECT direction || ' ' || status FROM messages").await;
        let expected =
            BTreeMap::from([("inbound received".to_owned(), MESSAGES), ("outbound read".to_owned(), MESSAGES)]);
        if counts == expected { Ok(()) } else { Err(format!("{counts:?}\n{}", shop.what_waits(&deployment).await)) }
    })
    .await;
    let accepted = deployment.simulator.requests(&shop.number).await.iter().filter(|r| r["accepted"] == true).count();
    assert_eq!(accepted, MESSAGES, "no reply was sent twice");
    let outcomes = shop.settled_deliveries(&deployment).await;
    assert_eq!(outcomes.keys().collect::<Vec<_>>(), ["processed"], "{outcomes:?}");

    drop((shop, deployment));
    server.stop().await.unwrap();
}

fn crash(pid: u32) {
    // It may have ended in the same moment.
    let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
}
