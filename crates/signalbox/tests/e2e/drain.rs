//! Processes are asked to stop while others go on: what has begun is finished, and nobody notices.

use crate::harness::{Deployment, Shop, eventually};
use sandbox::traffic::{Customer, Inbound};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

const MESSAGES: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_are_asked_to_stop_finish_what_has_begun() {
    let mut deployment = Deployment::split().await;
    let shop = Shop::open(&deployment, "drain").await;
    let answer_each = json!({
        "trigger": { "type": "message_created" },
        "actions": [{ "type": "send_message", "text": "Thank you" }],
    });
    shop.rule("Answer", answer_each).await;
    for number in 0..MESSAGES {
        let inbound = Inbound::text(Customer::with_phone(format!("491518{number:06}"), "Ada"), "Hello");
        let mut taken = shop.delivery(&inbound).await.post().await;
        if number == MESSAGES / 2 {
            for process in [&mut deployment.apis[0], &mut deployment.workers[0]] {
                assert!(process.stop(Duration::from_secs(25)), "it ends by itself, and well");
            }
        }
        // A kept connection to the stopped process may break; the next one goes to the other.
        while taken != Some(200) {
            assert_eq!(taken, None, "nobody is told of a stop");
            taken = shop.delivery(&inbound).await.post().await;
        }
    }
    eventually("every message is answered", async || {
        let counts = shop.count_by(&deployment, "SELECT direction || ' ' || status FROM messages").await;
        let expected =
            BTreeMap::from([("inbound received".to_owned(), MESSAGES), ("outbound read".to_owned(), MESSAGES)]);
        if counts == expected { Ok(()) } else { Err(shop.what_waits(&deployment).await) }
    })
    .await;
    let requests = deployment.simulator.requests(&shop.number).await;
    assert_eq!(requests.len(), MESSAGES, "nothing was in doubt, and nothing was tried twice");
}
