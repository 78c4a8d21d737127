//! The queue as a tenant's admin sees it: jobs, dead letters, pauses; what is another's stays so.

use crate::app::{App, Person, webhook};
use chrono::TimeDelta;
use domain::{Clock as _, TenantId, job::Lane, jobs::KINDS, role::Role};
use queue::{
    history::minute_of,
    schedules::{self, CatchUp, Definition, JobTemplate},
};
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
    let of = |kind: &str| {
        let kinds = stats["kinds"].as_array().unwrap();
        let found = kinds.iter().find(|stats| stats["kind"] == kind).unwrap();
        (found["lane"].clone(), ["ready", "delayed", "dead_letters"].map(|name| found[name].as_i64().unwrap()))
    };
    assert_eq!(of("process-delivery"), (json!("live"), [1, 0, 0]));
    assert_eq!(of("send-message"), (json!("live"), [0, 1, 0]));
    assert_eq!(of("sync-templates"), (json!("bulk"), [0, 0, 0]), "also kinds of which there are none");
}

/// A worker of a newer version may have stored jobs of a kind that this one does not know, or moved one elsewhere.
#[tokio::test]
async fn kinds_that_only_another_version_knows_are_counted_too() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    dead_letter(&app, admin.tenant.0, "sing").await;
    dead_letter(&app, admin.tenant.0, "mark-read").await;
    let stats = admin.get("/api/v1/queue/stats").await.ok();
    let kinds: Vec<_> = stats["kinds"].as_array().unwrap().iter().collect();
    let told = |place: usize| (kinds[place]["kind"].clone(), kinds[place]["dead_letters"].clone());
    assert_eq!(kinds.len(), KINDS.len() + 2);
    assert_eq!([told(KINDS.len()), told(KINDS.len() + 1)], ["mark-read", "sing"].map(|kind| (json!(kind), json!(1))));
    assert!(KINDS.iter().zip(&kinds).all(|(known, shown)| shown["kind"] == known.name && shown["dead_letters"] == 0));
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
async fn many_jobs_are_cancelled_or_retried_and_each_says_what_became_of_it() {
    let app = App::start().await;
    let (admin, _) = with_a_webhook(&app).await;
    let bolt = app.tenant("bolt").await;
    let (one, two) = (delayed_job(&app, admin.tenant.0).await, delayed_job(&app, admin.tenant.0).await);
    let theirs = delayed_job(&app, bolt.tenant.0).await;
    assert_eq!(claim(&app, worker(&app).await, "process-delivery").await, 1);
    let running = admin.get(&format!("{JOBS}?state=running")).await.ok()["items"][0]["id"].as_i64().unwrap();
    let (cancel, retry) = (format!("{JOBS}/cancel"), format!("{JOBS}/retry"));
    for wrong in [json!({}), json!({ "ids": ["x"] }), json!({ "ids": vec![1; 1001] })] {
        for path in [&cancel, &retry] {
            assert_eq!(admin.post(path, &wrong).await.problem(422), "invalid", "{wrong}");
        }
    }
    let told = |answer: Value| -> Vec<(i64, String)> {
        let items = answer["items"].as_array().unwrap().iter();
        items.map(|item| (item["id"].as_i64().unwrap(), item["result"].as_str().unwrap().to_owned())).collect()
    };
    let all = json!({ "ids": [theirs, running, two, one, 0, two] });

    let retried = told(admin.post(&retry, &all).await.ok());
    let expected = [(theirs, "not_found"), (running, "not_delayed"), (two, "ready"), (one, "ready"), (0, "not_found")];
    assert_eq!(retried, expected.map(|(id, result)| (id, result.to_owned())));
    assert_eq!(told(admin.post(&retry, &json!({ "ids": [one] })).await.ok())[0].1, "not_delayed");
    assert_eq!(admin.post(&retry, &json!({ "ids": [] })).await.ok(), json!({ "items": [] }));

    let cancelled = told(admin.post(&cancel, &all).await.ok());
    let expected =
        [(theirs, "not_found"), (running, "stopping"), (two, "cancelled"), (one, "cancelled"), (0, "not_found")];
    assert_eq!(cancelled, expected.map(|(id, result)| (id, result.to_owned())));
    assert_eq!(told(admin.post(&cancel, &json!({ "ids": [one] })).await.ok())[0].1, "not_found");
    assert_eq!(logged(&app).await, ["jobs_retried", "jobs_cancelled"], "what changes nothing is not told");
    let named: Value =
        sqlx::query_scalar("SELECT data->'job_ids' FROM events WHERE kind = 'queue.changed' ORDER BY id")
            .fetch_one(&app.db.owner)
            .await
            .unwrap();
    assert_eq!(named, json!([one, two]));
    bolt.get(&format!("{JOBS}/{theirs}")).await.ok();
}

#[tokio::test]
async fn workers_are_shown_and_nothing_of_whom_they_work_for() {
    let app = App::start().await;
    let (admin, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    sqlx::query("SELECT queue.register('process 7', '{\"live\": 32}', '{send-message}', '1 day')")
        .execute(&app.db.app)
        .await
        .unwrap();
    let dead = worker(&app).await;
    sqlx::query("SELECT queue.retire($1, false)").bind(dead).execute(&app.db.app).await.unwrap();
    let mut workers = admin.get("/api/v1/queue/workers").await.ok();
    assert_eq!(workers, bolt.get("/api/v1/queue/workers").await.ok());
    let first = workers["items"][0].as_object_mut().unwrap();
    assert!(first.remove("id").unwrap().is_i64() && first.remove("started_at").unwrap().is_string());
    let expected = json!({ "name": "process 7", "lanes": { "live": 32 }, "kinds": ["send-message"], "alive": true });
    assert_eq!(workers["items"][0], expected);
    assert_eq!((&workers["items"][1]["id"], &workers["items"][1]["alive"]), (&json!(dead), &json!(false)));
}

/// Stores a schedule.
pub async fn schedule(app: &App, tenant: TenantId, name: &str, expression: &str) -> String {
    let job = JobTemplate { lane: Lane::Timers, kind: "poll-trigger".into(), args: json!({ "secret": 1 }), key: None };
    let (name, expression) = (name.to_owned(), expression.to_owned());
    let (zone, catch_up) = ("Europe/Berlin".to_owned(), CatchUp::Once);
    let definition = Definition { name, expression, zone, catch_up, job, enabled: true };
    let mut tx = app.database.begin(tenant).await.unwrap();
    let id = schedules::create(&mut tx, tenant, &definition, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}

#[tokio::test]
async fn schedules_are_listed_and_switched() {
    const SCHEDULES: &str = "/api/v1/queue/schedules";
    let app = App::start().await;
    let (admin, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    let daily = schedule(&app, admin.tenant, "daily report", "0 7 * * *").await;
    let hourly = schedule(&app, admin.tenant, "hourly", "@hourly").await;

    let page = admin.get(&format!("{SCHEDULES}?limit=1")).await.ok();
    let mut shown = page["items"][0].clone();
    assert!(shown.as_object_mut().unwrap().remove("next_at").unwrap().is_string());
    let expected = json!({ "id": daily, "name": "daily report", "expression": "0 7 * * *", "zone": "Europe/Berlin",
                           "catch_up": "once", "kind": "poll-trigger", "lane": "timers", "enabled": true,
                           "last_at": null, "problem": null });
    assert_eq!(shown, expected);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = admin.get(&format!("{SCHEDULES}?limit=1&cursor={next}")).await.ok();
    assert_eq!((&rest["items"][0]["id"], &rest["has_more"]), (&json!(hourly), &json!(false)));
    assert_eq!(admin.get(&format!("{SCHEDULES}?cursor=AA")).await.problem(400), "bad_request");
    assert_eq!(bolt.get(SCHEDULES).await.ok()["items"], json!([]));

    let enabled = format!("{SCHEDULES}/{daily}/enabled");
    let (on, off) = (json!({ "enabled": true }), json!({ "enabled": false }));
    assert_eq!(admin.put(&enabled, &on).await.ok()["next_at"], page["items"][0]["next_at"]);
    let answer = admin.put(&enabled, &off).await.ok();
    assert_eq!((&answer["enabled"], &answer["next_at"]), (&json!(false), &Value::Null));
    assert_eq!(admin.put(&enabled, &on).await.ok()["next_at"], page["items"][0]["next_at"]);
    assert_eq!(logged(&app).await, ["schedule_disabled", "schedule_enabled"], "what changes nothing is not told");
    assert_eq!(bolt.put(&enabled, &off).await.problem(404), "not_found");
    assert_eq!(admin.put(&enabled, &json!({ "enabled": 1 })).await.problem(422), "invalid");

    // One that a newer version has written: it can be switched off, and not on again.
    sqlx::query("UPDATE queue.schedules SET expression = '@lunar'").execute(&app.db.owner).await.unwrap();
    assert_eq!(admin.put(&enabled, &off).await.ok()["enabled"], false);
    assert_eq!(admin.put(&enabled, &on).await.problem(409), "conflict");
}

#[tokio::test]
async fn the_history_says_what_ended_when() {
    const HISTORY: &str = "/api/v1/queue/history";
    let app = App::start().await;
    let (admin, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    let now = minute_of(app.clock.now());
    let minute = |ago: i64, lane: &str, done: i64| {
        json!({ "tenant_id": admin.tenant, "minute": now - TimeDelta::minutes(ago), "lane": lane, "done": done,
                "retried": 1, "dead": 2, "waits": {}, "runs": { "39": 3 } })
    };
    sqlx::query("SELECT queue.write_minutes($1, $2)")
        .bind(Uuid::nil())
        .bind(json!([minute(59, "bulk", 5), minute(60, "live", 6), minute(0, "bulk", 7), minute(0, "live", 8)]))
        .execute(&app.db.app)
        .await
        .unwrap();
    let told = |history: &Value| -> Vec<i64> {
        history["items"].as_array().unwrap().iter().map(|item| item["done"].as_i64().unwrap()).collect()
    };
    let history = admin.get(HISTORY).await.ok();
    assert_eq!(told(&history), [5, 8, 7]);
    let first = &history["items"][0];
    assert_eq!((&first["lane"], &first["retried"], &first["dead"]), (&json!("bulk"), &json!(1), &json!(2)));
    assert_eq!((&first["wait"], &first["run"]), (&Value::Null, &json!({ "p50_ms": 0.939, "p99_ms": 0.939 })));
    assert_eq!((&first["minute"], history["until"].is_string()), (&history["since"], true));
    assert_eq!(told(&admin.get(&format!("{HISTORY}?minutes=61")).await.ok()), [6, 5, 8, 7]);
    assert_eq!(told(&admin.get(&format!("{HISTORY}?minutes=1")).await.ok()), [8, 7]);
    for wrong in ["0", "181", "x"] {
        assert_eq!(admin.get(&format!("{HISTORY}?minutes={wrong}")).await.problem(400), "bad_request", "{wrong}");
    }
    assert_eq!(bolt.get(HISTORY).await.ok()["items"], json!([]));
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

    sqlx::query("UPDATE queue.dead_letters SET lane = 'bulk', key = 'k', connection_id = $2 WHERE id = $1")
        .bind(ids[1])
        .bind(Uuid::max())
        .execute(&app.db.owner)
        .await
        .unwrap();
    for filter in ["lane=bulk", "key=k", &format!("connection_id={}", Uuid::max()), "kind=send-message&lane=bulk"] {
        let found = admin.get(&format!("{LETTERS}?{filter}")).await.ok();
        assert_eq!((found["items"].as_array().unwrap().len(), found["items"][0]["id"].as_i64()), (1, Some(ids[1])));
        assert_eq!(found["items"][0]["connection_id"], json!(Uuid::max()));
    }
    assert_eq!(admin.get(&format!("{LETTERS}?kind=mark-read&lane=bulk")).await.ok()["items"], json!([]));
    for wrong in ["lane=fast", "connection_id=x"] {
        assert_eq!(admin.get(&format!("{LETTERS}?{wrong}")).await.problem(400), "bad_request", "{wrong}");
    }

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
    for (path, lane, kind) in [
        ("kinds/process-delivery", Value::Null, json!("process-delivery")),
        ("lanes/live", json!("live"), Value::Null),
        ("all", Value::Null, Value::Null),
    ] {
        let path = format!("/api/v1/queue/pauses/{path}");
        let pause = admin.put(&path, &json!({})).await.ok();
        assert_eq!((&pause["reason"], &pause["everyone"]), (&json!("paused"), &json!(false)));
        assert_eq!((&pause["lane"], &pause["kind"]), (&lane, &kind));
        assert_eq!(admin.put(&path, &json!({})).await.ok()["since"], pause["since"], "it is the same pause");
        assert_eq!(claim(&app, worker, "process-delivery").await, 0);
        assert_eq!(admin.get("/api/v1/queue/pauses").await.ok()["items"], json!([pause]));
        assert_eq!(admin.delete(&path).await.status, 204);
        assert_eq!(admin.delete(&path).await.problem(404), "not_found");
    }
    assert_eq!(logged(&app).await, ["paused", "resumed", "paused", "resumed", "paused", "resumed"]);

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
    admin.put("/api/v1/queue/pauses/lanes/bulk", &json!({})).await.ok();
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(claim(&app, worker, "process-delivery").await, 1, "another lane's pause does not concern it");

    let nowhere = format!("/api/v1/queue/pauses/connections/{}", Uuid::nil());
    assert_eq!(admin.put(&nowhere, &json!({})).await.problem(404), "not_found");
    assert_eq!(admin.put("/api/v1/queue/pauses/kinds/no-such-kind", &json!({})).await.problem(404), "not_found");
    assert_eq!(admin.put("/api/v1/queue/pauses/lanes/fast", &json!({})).await.problem(404), "not_found");
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
    acme.put("/api/v1/queue/pauses/lanes/live", &json!({})).await.ok();

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
        (Method::DELETE, "/api/v1/queue/pauses/lanes/live".to_owned()),
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
    sqlx::query("SELECT queue.hold('paused', 'bulk', NULL, NULL, NULL), queue.hold('locked', NULL, NULL, $1, NULL)")
        .bind(admin.tenant.0)
        .execute(&app.db.app)
        .await
        .unwrap();
    let pauses = admin.get("/api/v1/queue/pauses").await.ok();
    let told = |place: usize| ["reason", "lane", "everyone"].map(|name| pauses["items"][place][name].clone());
    assert_eq!(told(0), [json!("paused"), json!("bulk"), json!(true)]);
    assert_eq!(told(1), [json!("locked"), Value::Null, json!(false)]);
    for path in ["all", "lanes/bulk"] {
        assert_eq!(admin.delete(&format!("/api/v1/queue/pauses/{path}")).await.problem(404), "not_found", "{path}");
    }
    assert_eq!(app.count("queue.holds").await, 2);
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
        let id = if ["connections", "schedules"].iter().any(|noun| path.contains(noun)) { nil.as_str() } else { "1" };
        let path = path.replace("{id}", id).replace("{kind}", "send-message").replace("{lane}", "live");
        for method in methods.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let body = match path.rsplit('/').next().unwrap() {
                "enabled" => json!({ "enabled": false }),
                "cancel" | "retry" => json!({ "ids": [] }),
                _ if method == Method::PATCH => json!({ "args": {} }),
                _ => json!({ "all": true }),
            };
            let answer = supervisor.request(method.clone(), &path).json(&body).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{method} {path}");
            tried += 1;
        }
    }
    assert_eq!(tried, 27);
}
