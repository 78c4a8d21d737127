//! What a newcomer types: `make up` with all plugins, and `make demo`.

use crate::harness::Deployment;
use std::time::Duration;

const PLUGINS: [&str; 3] = ["whatsapp", "shopify", "hubspot"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_provider_is_connected_once_and_a_second_start_finds_that() {
    let mut deployment = Deployment::up_with(&PLUGINS).await;
    deployment.greeted(1).await;
    let listed = deployment.command(&["connection", "list", "--tenant", "playground"]).await;
    for plugin in PLUGINS {
        assert_eq!(listed.matches(plugin).count(), 1, "{listed}");
    }
    let told = deployment.command(&["demo"]).await;
    assert!(told.contains("steps happened"), "{told}");

    assert!(deployment.apis[0].stop(Duration::from_secs(20)), "it stops when it is asked");
    deployment.apis[0].start_again();
    deployment.greeted(2).await;
    assert_eq!(deployment.command(&["connection", "list", "--tenant", "playground"]).await, listed);
}
