//! Entity tags: nobody's change is lost.

use crate::app::App;
use futures::future::join_all;
use serde_json::json;

#[tokio::test]
async fn a_change_says_which_state_it_changes() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let path = format!("/api/v1/connections/{}", connection["id"].as_str().unwrap());
    let read = admin.get(&path).await;
    let without = admin.request(reqwest::Method::PATCH, &path).json(&json!({ "name": "x" })).send().await.unwrap();
    assert_eq!(crate::app::Answer::of(without).await.problem(428), "precondition_required");
    assert_eq!(admin.patch(&path, "\"99\"", &json!({ "name": "x" })).await.problem(412), "precondition_failed");
    assert_eq!(admin.patch(&path, "*", &json!({ "name": "x" })).await.problem(412), "precondition_failed");
    let changed = admin.patch(&path, &read.etag(), &json!({ "name": "Renamed" })).await;
    assert_ne!(changed.etag(), read.etag());
    assert_eq!(changed.body["name"], "Renamed");
    assert_eq!(admin.patch(&path, &read.etag(), &json!({ "name": "Late" })).await.problem(412), "precondition_failed");
}

#[tokio::test]
async fn of_ten_changes_of_one_state_one_succeeds() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let path = format!("/api/v1/connections/{}", connection["id"].as_str().unwrap());
    let etag = admin.get(&path).await.etag();
    let changes: Vec<_> = (0..10).map(|n| json!({ "name": format!("Name {n}") })).collect();
    let answers = join_all(changes.iter().map(|change| admin.patch(&path, &etag, change))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| answer.status == 412));
}
