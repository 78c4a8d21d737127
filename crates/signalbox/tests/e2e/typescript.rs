//! The client in TypeScript: its example works through the inbox of a running product.

use crate::harness::{Deployment, Plan, Shop, Tenant, eventually};
use chrono::{TimeDelta, Utc};
use sandbox::traffic::{Customer, Inbound};
use serde_json::json;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Skipped where the packages are not installed: `npm ci` in the client's directory does it, and `scripts/test` before
/// this runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_answers_everybody_who_waits() {
    let Some(client) = built().await else { return };
    let deployment = Deployment::planned(Plan::default()).await;
    let shop = Shop::open(&deployment, "typed").await;
    let customers = ["Ada", "Bea", "Cem", "Dov"]
        .into_iter()
        .zip(1..)
        .map(|(name, number)| Customer::with_phone(format!("491515553100{number}"), name));
    for customer in customers {
        // To Ada only a template may be sent.
        let hours = if customer.name.as_deref() == Some("Ada") { 25 } else { 0 };
        let at = Some(Utc::now() - TimeDelta::hours(hours));
        shop.receives(&Inbound { at, ..Inbound::text(customer, "Hello?") }).await;
    }
    eventually("there are four conversations", async || match shop.conversations().await {
        conversations if conversations.len() == 4 => Ok(()),
        conversations => Err(json!(conversations)),
    })
    .await;

    // Its pages have two entries, so it has to go on to the second one to find everybody.
    let refused = run(&client, &deployment, &shop.tenant, " ").await;
    for name in ["Ada", "Bea", "Cem", "Dov"] {
        assert!(refused.contains(&format!("{name}: refused: /content/text must not be empty")), "{refused}");
    }
    let told = run(&client, &deployment, &shop.tenant, "We are on it.").await;
    assert!(told.contains("Ada: only a template may be sent now: ["), "{told}");
    for name in ["Bea", "Cem", "Dov"] {
        assert!(told.contains(&format!("{name}: queued")), "{told}");
    }
    for conversation in shop.conversations().await {
        let texts: Vec<_> =
            shop.messages(&conversation).await.into_iter().map(|message| message["preview"].clone()).collect();
        let answered = texts.iter().any(|text| text == "We are on it.");
        assert_eq!(answered, conversation["contact"]["name"] != "Ada", "{texts:?}");
    }
}

/// The client's directory with its compiled example, if its packages are installed.
async fn built() -> Option<PathBuf> {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients/typescript");
    if !client.join("node_modules").is_dir() {
        eprintln!("skipped: there are no packages in {}", client.display());
        return None;
    }
    let built = Command::new("npm").args(["run", "--silent", "build"]).current_dir(&client).output().await.unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stdout));
    Some(client)
}

async fn run(client: &Path, deployment: &Deployment, tenant: &Tenant, text: &str) -> String {
    let mut node = Command::new("node");
    deployment.printed_by(node.args(["build/examples/inbox.js", text]).current_dir(client), tenant).await
}
