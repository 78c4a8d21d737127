//! Stock libraries of Channels against two processes behind a balancer, and the end of a process that clients hang on.

use crate::harness::{Deployment, Plan};
use serde_json::Value;
use std::{path::Path, time::Duration};
use tokio::process::Command;
use tokio_tungstenite::{connect_async, tungstenite::Message};

/// pusher-js, Laravel Echo and the server library `pusher`, unchanged. Skipped where the packages are not installed:
/// `npm ci` in the directory does it, and `scripts/test` before this runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_libraries_work_unchanged() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients/realtime-tests");
    if !tests.join("node_modules").is_dir() {
        eprintln!("skipped: there are no packages in {}", tests.display());
        return;
    }
    let deployment = Deployment::planned(Plan::default()).await;
    let tenant = deployment.tenant("stock").await;
    let mut npm = Command::new("npm");
    let out = deployment.printed_by(npm.args(["test", "--silent"]).current_dir(tests), &tenant).await;
    // None was left out.
    assert!(out.contains("# pass 9\n"), "{out}");
}

/// Whoever is connected to a process that ends is told so at once, and the process does not wait for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ends_sends_its_clients_elsewhere() {
    let mut deployment = Deployment::planned(Plan::default()).await;
    let tenant = deployment.tenant("leaving").await;
    let key = tenant.admin.get("/api/v1/realtime").await.ok()["key"].as_str().unwrap().to_owned();
    let url = format!("{}/app/{key}?protocol=7", deployment.url().replacen("http", "ws", 1));
    // The balancer takes one process after the other.
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(connect_async(&url).await.unwrap().0);
    }
    assert!(deployment.apis[0].stop(Duration::from_secs(20)), "it ended well");
    let mut told = 0;
    for client in &mut clients {
        if ended_with_reconnect(client).await {
            told += 1;
        }
    }
    assert_eq!(told, 2);
    let logs = deployment.logs();
    assert!(!logs.contains(&key), "addresses are in no log");
}

async fn ended_with_reconnect(
    client: &mut tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
) -> bool {
    use futures::StreamExt;
    loop {
        match tokio::time::timeout(Duration::from_secs(2), client.next()).await {
            Ok(Some(Ok(Message::Close(Some(frame))))) => return u16::from(frame.code) == 4200,
            Ok(Some(Ok(Message::Text(text)))) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                assert!(message["event"].as_str().unwrap().starts_with("pusher:"), "{message}");
            }
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(_)) | None) | Err(_) => return false,
        }
    }
}
