//! The queue as a tenant's admin sees it: jobs, dead letters, pauses; what is another's stays so.

use crate::app::{App, Person, webhook};
use domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const JOBS: &str = "/api/v1/queue/jobs";
const LETTERS: &str = "/api/v1/queue/dead-letters";

/// Stores a job that is due in an hour, as the database has it.
pub async fn delayed_job(app: &App, tenant: Uuid) -> i64 {
    sqlx::query_scalar(
        "INSERT INTO queue.jobs (tenant_id, lane, kind, args, run_at)
         VALUES ($1, 'live', 'send-message', '{\"n\": 1}', now() + interval '1 hour') RETURNING id",
    )
    .bind(tenant)
    .fetch_one(&app.db.owner)
    .await
    .unwrap()
}

/// Stores a dead letter with its last attempt.
pub async fn dead_letter(app: &App, tenant: Uuid, kind: &str) -> i64 {
    sqlx::query_scalar(
        "WITH dead AS (
             INSERT INTO queue.dead_letters (tenant_id, id, lane, kind, priority, attempts, enqueued_at, error, args)
             VALUES ($1, nextval('queue.job_ids'), 'live', $2, 1, 3, now(), 'the provider said no', '{\"n\": 1}')
             RETURNING tenant_id, id
         ), attempt AS (
             INSERT INTO queue.attempts (tenant_id, job_id, attempt, outcome, error)
             SELECT tenant_id, id, 3, 'dead', 'the provider said no' FROM dead
         )
         SELECT id FROM dead",
    )
    .bind(tenant)
    .bind(kind)
    .fetch_one(&app.db.owner)
    .await
    .unwrap()
}

/// What the event log says of the queue: the actions, the oldest first.
async fn logged(app: &App) -> Vec<String> {
    sqlx::query_scalar("SELECT data->>'action' FROM events WHERE kind = 'queue.changed' ORDER BY id")
        .fetch_all(&app.db.owner)
        .await
        .unwrap()
}

/// Lets a worker claim what is due, and returns how many jobs it got.
async fn claim(app: &App, worker: i32, kind: &str) -> i64 {
    sqlx::query_scalar(
        "SELECT count(id) FROM queue.claim($1, gen_random_uuid(), 'live', ARRAY[$2], 10, now(), $3, NULL, 0)",
    )
    .bind(worker)
    .bind(kind)
    .bind(Uuid::nil())
    .fetch_one(&app.db.app)
    .await
    .unwrap()
}

async fn worker(app: &App) -> i32 {
    let register = "SELECT queue.register('by hand', '{}', '{}', '1 day')";
    sqlx::query_scalar(register).fetch_one(&app.db.app).await.unwrap()
}

async fn with_a_webhook(app: &App) -> (Person, Value) {
    let admin = app.tenant("acme").await;
    let (connection, key) = admin.connect("1001").await;
    assert_eq!(app.hook(&key, &webhook("a", &["1001"])).await.status, 200);
    (admin, connection)
}

#[tokio::test]
async fn jobs_are_listed_counted_and_shown() {
    let app = App::start().await;
    let (admin, _) = with_a_webhook(&app).await;
    let delayed = delayed_job(&app, admin.tenant.0).await;

    let jobs = admin.get(JOBS).await.ok();
    let told = |job: &Value| (job["kind"].clone(), job["state"].clone(), job["lane"].clone());
    let told: Vec<_> = jobs["items"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(told[0], (json!("process-delivery"), json!("ready"), json!("live")));
    assert_eq!(told[1], (json!("send-message"), json!("delayed"), json!("live")));

    let page = admin.get(&format!("{JOBS}?limit=1")).await.ok();
    let next = page["next_cursor"].as_str().unwrap();
    let rest = admin.get(&format!("{JOBS}?limit=1&cursor={next}")).await.ok();
    assert_eq!((rest["items"][0]["id"].as_i64(), &rest["has_more"]), (Some(delayed), &json!(false)));
    for (filter, count) in [
        ("state=delayed", 1),
        ("state=running", 0),
        ("kind=send-message&lane=live", 1),
        ("lane=bulk", 0),
        ("key=nobody", 0),
        ("connection_id=00000000-0000-0000-0000-000000000000", 0),
    ] {
        let found = admin.get(&format!("{JOBS}?{filter}")).await.ok();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{filter}");
    }
    for wrong in ["state=lost", "lane=fast", "cursor=x", "nonsense=1"] {
        assert_eq!(admin.get(&format!("{JOBS}?{wrong}")).await.problem(400), "bad_request", "{wrong}");
    }

    let job = admin.get(&format!("{JOBS}/{delayed}")).await.ok();
    assert_eq!((&job["args"], &job["failed_attempts"]), (&json!({ "n": 1 }), &json!([])));
    assert_eq!(admin.get(&format!("{JOBS}/0")).await.problem(404), "not_found");

    dead_letter(&app, admin.tenant.0, "mark-read").await;
    let stats = admin.get("/api/v1/queue/stats").await.ok();
    let live = &stats["lanes"][0];
    let counts =
        ["ready", "delayed", "parked", "held", "running", "dead_letters"].map(|name| live[name].as_i64().unwrap());
    assert_eq!((&live["lane"], counts, &stats["capped"]), (&json!("live"), [1, 1, 0, 0, 0, 1], &json!(false)));
    assert!(live["oldest_seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(stats["lanes"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_delayed_job_is_tried_at_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let id = delayed_job(&app, admin.tenant.0).await;
    let retry = format!("{JOBS}/{id}/retry");
    let answer = admin.post(&retry, &json!({})).await;
    assert_eq!((answer.status.as_u16(), &answer.body["state"]), (202, &json!("ready")));
    assert_eq!(admin.post(&retry, &json!({})).await.problem(409), "conflict");
    assert_eq!(admin.post(&format!("{JOBS}/0/retry"), &json!({})).await.problem(404), "not_found");
    assert_eq!(logged(&app).await, ["job_retried"]);
}

#[tokio::test]
async fn a_waiting_job_is_cancelled_and_a_running_one_is_asked_to_stop() {
    let app = App::start().await;
    let (admin, _) = with_a_webhook(&app).await;
    let waiting = delayed_job(&app, admin.tenant.0).await;
    assert_eq!(claim(&app, worker(&app).await, "process-delivery").await, 1);
    let running = admin.get(&format!("{JOBS}?state=running")).await.ok()["items"][0]["id"].as_i64().unwrap();

    let answer = admin.post(&format!("{JOBS}/{waiting}/cancel"), &json!({})).await;
    assert_eq!((answer.status.as_u16(), &answer.body["state"]), (200, &json!("cancelled")));
    assert_eq!(admin.get(&format!("{JOBS}/{waiting}")).await.problem(404), "not_found");
    assert_eq!(admin.post(&format!("{JOBS}/{waiting}/cancel"), &json!({})).await.problem(404), "not_found");

    let answer = admin.post(&format!("{JOBS}/{running}/cancel"), &json!({})).await;
    assert_eq!((answer.status.as_u16(), &answer.body["state"]), (202, &json!("stopping")));
    assert_eq!(app.count("queue.cancellations").await, 1);
    assert_eq!(logged(&app).await, ["job_cancelled", "job_cancelled"]);
    let outcome = "queue.attempts WHERE outcome = 'cancelled' AND error LIKE 'cancelled by the user %'";
    assert_eq!(app.count(outcome).await, 1);
}

#[tokio::test]
async fn a_dead_letter_is_read_mended_and_replayed() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let id = dead_letter(&app, admin.tenant.0, "send-message").await;
    let path = format!("{LETTERS}/{id}");

    let letter = admin.get(&path).await.ok();
    assert_eq!((&letter["error"], &letter["args"]), (&json!("the provider said no"), &json!({ "n": 1 })));
    assert_eq!(letter["failed_attempts"][0]["outcome"], "dead");

    for (body, pointer) in [(json!({ "args": [1] }), "/args"), (json!({ "args": {}, "kind": "x" }), "/kind")] {
        let refused = admin.patch(&path, "\"1\"", &body).await;
        assert_eq!((refused.problem(422), &refused.body["errors"][0]["pointer"]), ("invalid", &json!(pointer)));
    }
    let edited = admin.patch(&path, "\"1\"", &json!({ "args": { "n": 2 } })).await.ok();
    assert_eq!(edited["args"], json!({ "n": 2 }));

    let job = admin.post(&format!("{path}/replay"), &json!({})).await;
    assert_eq!((job.status.as_u16(), &job.body["state"]), (202, &json!("ready")));
    let new = job.body["id"].as_i64().unwrap();
    assert!(new > id);
    assert_eq!(admin.get(&format!("{JOBS}/{new}")).await.ok()["args"], json!({ "n": 2 }));
    assert_eq!(admin.get(&path).await.problem(404), "not_found");
    assert_eq!(admin.post(&format!("{path}/replay"), &json!({})).await.problem(404), "not_found");
    assert_eq!(logged(&app).await, ["dead_letter_edited", "dead_letters_replayed"]);
}

#[tokio::test]
async fn many_dead_letters_are_replayed_or_discarded() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let mut ids = Vec::new();
    for kind in ["send-message", "send-message", "mark-read", "mark-read"] {
        ids.push(dead_letter(&app, admin.tenant.0, kind).await);
    }
    let listed = admin.get(&format!("{LETTERS}?kind=mark-read&limit=1")).await.ok();
    assert_eq!(listed["items"][0]["id"].as_i64(), Some(ids[3]), "the newest first");
    let next = listed["next_cursor"].as_str().unwrap();
    let rest = admin.get(&format!("{LETTERS}?kind=mark-read&cursor={next}")).await.ok();
    assert_eq!((rest["items"][0]["id"].as_i64(), rest["items"].as_array().unwrap().len()), (Some(ids[2]), 1));

    let (replay, discard) = (format!("{LETTERS}/replay"), format!("{LETTERS}/discard"));
    for wrong in [json!({}), json!({ "all": true, "kind": "x" }), json!({ "ids": vec![1; 1001] })] {
        assert_eq!(admin.post(&replay, &wrong).await.problem(422), "invalid");
        assert_eq!(admin.post(&discard, &wrong).await.problem(422), "invalid");
    }
    let done = admin.post(&replay, &json!({ "kind": "send-message" })).await.ok();
    assert_eq!(done, json!({ "count": 2, "more": false }));
    assert_eq!(admin.post(&discard, &json!({ "ids": [ids[2], 0] })).await.ok()["count"], 1);
    assert_eq!(admin.delete(&format!("{LETTERS}/{}", ids[3])).await.status, 204);
    assert_eq!(admin.delete(&format!("{LETTERS}/{}", ids[3])).await.problem(404), "not_found");
    assert_eq!(admin.post(&discard, &json!({ "all": true })).await.ok()["count"], 0);
    assert_eq!(admin.get(JOBS).await.ok()["items"].as_array().unwrap().len(), 2);
    assert_eq!(logged(&app).await, ["dead_letters_replayed", "dead_letters_discarded", "dead_letters_discarded"]);
}

#[tokio::test]
async fn a_pause_holds_back_from_its_answer_on_and_a_resumption_brings_back() {
    let app = App::start().await;
    let (admin, connection) = with_a_webhook(&app).await;
    let worker = worker(&app).await;
    let connection = connection["id"].as_str().unwrap();
    for (path, kind) in [("kinds/process-delivery".to_owned(), true), ("all".to_owned(), false)] {
        let path = format!("/api/v1/queue/pauses/{path}");
        let pause = admin.put(&path, &json!({})).await.ok();
        assert_eq!(
            (&pause["reason"], &pause["everyone"], pause["kind"].is_string()),
            (&json!("paused"), &json!(false), kind)
        );
        assert_eq!(admin.put(&path, &json!({})).await.ok()["since"], pause["since"], "it is the same pause");
        assert_eq!(claim(&app, worker, "process-delivery").await, 0);
        assert_eq!(admin.get("/api/v1/queue/pauses").await.ok()["items"], json!([pause]));
        assert_eq!(admin.delete(&path).await.status, 204);
        assert_eq!(admin.delete(&path).await.problem(404), "not_found");
    }
    assert_eq!(logged(&app).await, ["paused", "resumed", "paused", "resumed"]);

    // A connection's jobs are set aside one by one, and come back.
    sqlx::query("UPDATE queue.jobs SET connection_id = $1::uuid")
        .bind(connection)
        .execute(&app.db.owner)
        .await
        .unwrap();
    let path = format!("/api/v1/queue/pauses/connections/{connection}");
    assert_eq!(admin.put(&path, &json!({})).await.ok()["connection_id"], connection);
    assert_eq!(claim(&app, worker, "process-delivery").await, 0);
    assert_eq!(admin.get(JOBS).await.ok()["items"][0]["state"], "held");
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(claim(&app, worker, "process-delivery").await, 1);

    let nowhere = format!("/api/v1/queue/pauses/connections/{}", Uuid::nil());
    assert_eq!(admin.put(&nowhere, &json!({})).await.problem(404), "not_found");
    assert_eq!(admin.put("/api/v1/queue/pauses/kinds/no-such-kind", &json!({})).await.problem(404), "not_found");
}

#[tokio::test]
async fn what_belongs_to_another_tenant_is_not_there() {
    let app = App::start().await;
    let (acme, connection) = with_a_webhook(&app).await;
    let bolt = app.tenant("bolt").await;
    let job = delayed_job(&app, acme.tenant.0).await;
    let letter = dead_letter(&app, acme.tenant.0, "send-message").await;
    let connection = connection["id"].as_str().unwrap();
    acme.put("/api/v1/queue/pauses/all", &json!({})).await.ok();

    for list in [JOBS, LETTERS, "/api/v1/queue/pauses"] {
        assert_eq!(bolt.get(list).await.ok()["items"], json!([]), "{list}");
    }
    let stats = bolt.get("/api/v1/queue/stats").await.ok();
    assert!(stats["lanes"].as_array().unwrap().iter().all(|lane| lane["ready"] == 0 && lane["dead_letters"] == 0));
    for (method, path) in [
        (Method::GET, format!("{JOBS}/{job}")),
        (Method::POST, format!("{JOBS}/{job}/cancel")),
        (Method::POST, format!("{JOBS}/{job}/retry")),
        (Method::GET, format!("{LETTERS}/{letter}")),
        (Method::PATCH, format!("{LETTERS}/{letter}")),
        (Method::DELETE, format!("{LETTERS}/{letter}")),
        (Method::POST, format!("{LETTERS}/{letter}/replay")),
        (Method::DELETE, "/api/v1/queue/pauses/all".to_owned()),
        (Method::PUT, format!("/api/v1/queue/pauses/connections/{connection}")),
    ] {
        let answer = bolt.request(method.clone(), &path).json(&json!({ "args": {} })).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{method} {path}");
    }
    for many in ["replay", "discard"] {
        for which in [json!({ "all": true }), json!({ "ids": [letter] })] {
            assert_eq!(bolt.post(&format!("{LETTERS}/{many}"), &which).await.ok()["count"], 0);
        }
    }
    acme.get(&format!("{JOBS}/{job}")).await.ok();
    assert_eq!(acme.get(&format!("{LETTERS}/{letter}")).await.ok()["args"], json!({ "n": 1 }));
    assert_eq!(acme.delete("/api/v1/queue/pauses/all").await.status, 204);
}

#[tokio::test]
async fn a_tenant_sees_a_pause_of_the_operator_and_cannot_lift_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    sqlx::query("SELECT queue.hold('paused', 'bulk', NULL, NULL, NULL)").execute(&app.db.app).await.unwrap();
    let pauses = admin.get("/api/v1/queue/pauses").await.ok();
    assert_eq!((&pauses["items"][0]["lane"], &pauses["items"][0]["everyone"]), (&json!("bulk"), &json!(true)));
    assert_eq!(admin.delete("/api/v1/queue/pauses/all").await.problem(404), "not_found");
    assert_eq!(app.count("queue.holds").await, 1);
}

#[tokio::test]
async fn only_admins_operate_the_queue() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let supervisor = app.colleague(&admin, "boss", Role::Supervisor).await;
    let document = signalbox_api::openapi::document();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap().iter().filter(|(path, _)| path.contains("/queue/")) {
        let nil = Uuid::nil().to_string();
        let id = if path.contains("connections") { nil.as_str() } else { "1" };
        let path = path.replace("{id}", id).replace("{kind}", "send-message");
        for method in methods.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let body = if method == Method::PATCH { json!({ "args": {} }) } else { json!({ "all": true }) };
            let answer = supervisor.request(method.clone(), &path).json(&body).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{method} {path}");
            tried += 1;
        }
    }
    assert_eq!(tried, 19);
}
