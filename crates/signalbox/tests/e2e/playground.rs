//! What a newcomer types: `make up` with all plugins, and `make demo`.

use crate::harness::{Deployment, eventually};
use std::time::Duration;

const PLUGINS: [&str; 3] = ["whatsapp", "shopify", "hubspot"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_story_of_the_demo_comes_true_and_again_after_a_restart() {
    let mut deployment = Deployment::up_with(&PLUGINS).await;
    deployment.greeted(1).await;
    let listed = deployment.command(&["connection", "list", "--tenant", "playground"]).await;
    for plugin in PLUGINS {
        assert_eq!(listed.matches(plugin).count(), 1, "{listed}");
    }
    let told = deployment.command(&["demo"]).await;
    for part in ["First day of the shop", "An order", "A changed contact"] {
        assert!(told.contains(part), "{told}");
    }
    for step in ["✓ event         shopify.order_created #1004", "✓ fact          Order #1004", "✓ synced"] {
        assert!(told.contains(step), "{step}: {told}");
    }

    assert!(deployment.apis[0].stop(Duration::from_secs(20)), "it stops when it is asked");
    deployment.apis[0].start_again();
    deployment.greeted(2).await;
    assert_eq!(deployment.command(&["connection", "list", "--tenant", "playground"]).await, listed);
    let rest = deployment.anonymous();
    eventually("the product is ready again", async || match rest.try_get("/readyz").await {
        Ok(answer) if answer.status == 200 => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    let told = deployment.command(&["demo"]).await;
    assert!(told.contains("✓ synced"), "{told}");
}
