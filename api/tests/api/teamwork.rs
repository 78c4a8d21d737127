//! Queues, assignment, transfer, and what each role sees of them.

use crate::{
    app::{App, Person},
    conversations::write,
};
use chrono::{TimeDelta, Utc};
use domain::{Clock, TeamId, event::Actor, role::Role, team::Assignment};
use futures::future::join_all;
use inbox::{Cause, Inbox};
use metrics_exporter_prometheus::PrometheusBuilder;
use queue::Queue;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use store::teams::{self, Team};

/// Makes a team of these people.
pub async fn team(app: &App, admin: &Person, name: &str, assignment: Assignment, people: &[&Person]) -> TeamId {
    let now = app.clock.now();
    let mut tx = app.database.begin(admin.tenant).await.unwrap();
    let id = TeamId::new();
    let team = Team {
        id,
        name: name.to_owned(),
        description: String::new(),
        ticket_prefix: name.to_uppercase(),
        assignment,
        capacity: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    teams::create(&mut tx, &team).await.unwrap();
    for person in people {
        teams::put_member(&mut tx, id, person.id, None, now).await.unwrap();
    }
    tx.commit().await.unwrap();
    id
}

/// What the workers' job does, until there is nothing left to do.
async fn assign_waiting(app: &App, admin: &Person, team: TeamId) -> usize {
    let clock = Arc::new(app.clock.clone());
    let inbox = Inbox::new(app.database.clone(), Queue::new(app.db.app.clone(), clock.clone()), clock);
    let mut turns = 0;
    while inbox.assign_next(admin.tenant, team, Cause::of(Actor::System, None)).await.unwrap() {
        turns += 1;
    }
    turns
}

async fn move_to(person: &Person, conversation: &str, team: TeamId) -> Value {
    person.put(&format!("/api/v1/conversations/{conversation}/team"), &json!({ "team_id": team })).await.ok()
}

async fn be_online(person: &Person) {
    person.put("/api/v1/presence/me", &json!({ "status": "online" })).await.ok();
}

#[tokio::test]
async fn agents_and_leads_see_their_teams_and_admins_everything() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let lead = app.colleague(&admin, "lead", Role::TeamLead).await;
    let dev = team(&app, &admin, "dev", Assignment::Manual, &[&ann, &lead]).await;
    let sales = team(&app, &admin, "sales", Assignment::Manual, &[&bob]).await;
    let theirs = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let others = write(&app, &admin, &connection, "+491512", "Two", "Hello").await;
    move_to(&admin, &theirs, dev).await;
    move_to(&admin, &others, sales).await;
    let sees = async |person: &Person| {
        let page = person.get("/api/v1/conversations").await.ok();
        let ids = page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(sees(&ann).await, [theirs.as_str()]);
    assert_eq!(sees(&bob).await, [others.as_str()]);
    assert_eq!(sees(&lead).await, [theirs.as_str()]);
    assert_eq!(sees(&admin).await.len(), 2);
    assert_eq!(lead.get(&format!("/api/v1/conversations/{others}")).await.problem(404), "not_found");
    // A lead gives it to somebody, and still sees it; other agents do not.
    let assign = format!("/api/v1/conversations/{theirs}/assignee");
    assert_eq!(ann.put(&assign, &json!({ "user_id": bob.id })).await.problem(403), "forbidden");
    lead.put(&assign, &json!({ "user_id": bob.id })).await.ok();
    assert_eq!(sees(&ann).await, Vec::<String>::new());
    assert_eq!(sees(&lead).await, [theirs.as_str()]);
    assert_eq!(sees(&bob).await.len(), 2, "his own, though it is another team's");
    // Whoever takes part sees it, too.
    let part = format!("/api/v1/conversations/{theirs}/participants/{}", ann.id);
    assert_eq!(bob.put(&part, &json!({ "role": "observer" })).await.status, 204);
    assert_eq!(sees(&ann).await, [theirs.as_str()]);
    let note = json!({ "text": "I may only look" });
    assert_eq!(ann.post(&format!("/api/v1/conversations/{theirs}/notes"), &note).await.problem(403), "forbidden");
}

#[tokio::test]
async fn queues_say_how_much_waits_and_since_when() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let dev = team(&app, &admin, "dev", Assignment::Manual, &[&ann]).await;
    let first = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    move_to(&admin, &first, dev).await;
    app.clock.advance(TimeDelta::seconds(30));
    let second = write(&app, &admin, &connection, "+491512", "Two", "Hello").await;
    move_to(&admin, &second, dev).await;
    be_online(&ann).await;
    let queues = ann.get("/api/v1/queues").await.ok();
    let queue = queues.as_array().unwrap().iter().find(|queue| queue["team_id"] == json!(dev)).unwrap();
    assert_eq!((queue["waiting"].clone(), queue["oldest_age_seconds"].clone()), (json!(2), json!(30)));
    assert_eq!((queue["online"].clone(), queue["assigned"].clone()), (json!(1), json!(0)));
    assert_eq!(ann.get(&format!("/api/v1/conversations/{second}")).await.ok()["queue_position"], 2);

    let taken = ann.post("/api/v1/queues/take-next", &json!({ "team_id": dev })).await.ok();
    assert_eq!(taken["id"], json!(first), "who waited longest");
    assert_eq!((taken["assignee_id"].clone(), taken["queued_at"].clone()), (json!(ann.id), Value::Null));
    assert_eq!(ann.get(&format!("/api/v1/conversations/{second}")).await.ok()["queue_position"], 1);
    ann.post("/api/v1/queues/take-next", &json!({ "team_id": dev })).await.ok();
    assert_eq!(ann.post("/api/v1/queues/take-next", &json!({ "team_id": dev })).await.status, 204);
    let stranger = app.colleague(&admin, "eve", Role::Agent).await;
    assert_eq!(stranger.post("/api/v1/queues/take-next", &json!({ "team_id": dev })).await.problem(404), "not_found");
}

#[tokio::test]
async fn of_twenty_who_take_one_conversation_one_gets_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let mut agents = Vec::new();
    for n in 0..20 {
        agents.push(app.colleague(&admin, &format!("agent{n}"), Role::Agent).await);
    }
    let path = format!("/api/v1/conversations/{id}/take");
    let answers = join_all(agents.iter().map(|agent| async { agent.post(&path, &json!({})).await })).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    // Whoever looked after it was taken does not even see it any more.
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 409 | 404)));
    assert_eq!(app.count("conversation_assignments").await, 1);
}

#[tokio::test]
async fn an_assignment_ends_when_the_next_begins() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let path = format!("/api/v1/conversations/{id}/assignee");
    for user in [&ann, &bob, &ann] {
        app.clock.advance(TimeDelta::seconds(10));
        admin.put(&path, &json!({ "user_id": user.id })).await.ok();
    }
    let history = admin.get(&format!("/api/v1/conversations/{id}/assignments")).await.ok();
    let history = history.as_array().unwrap();
    assert_eq!(history.len(), 3);
    for pair in history.windows(2) {
        assert_eq!(pair[0]["unassigned_at"], pair[1]["assigned_at"]);
    }
    assert_eq!(history[2]["unassigned_at"], Value::Null);
    assert_eq!((history[0]["waited_ms"].clone(), history[1]["waited_ms"].clone()), (json!(10_000), Value::Null));
    // Whoever had it takes part no longer.
    let parts = admin.get(&format!("/api/v1/conversations/{id}/participants")).await.ok();
    assert_eq!(parts.as_array().unwrap().len(), 1);
    // Another team's queue: nobody has it, and it waits anew.
    let dev = team(&app, &admin, "dev", Assignment::Manual, &[&bob]).await;
    let moved = move_to(&admin, &id, dev).await;
    assert_eq!((moved["assignee_id"].clone(), moved["team_id"].clone()), (Value::Null, json!(dev)));
    assert_eq!(moved["queued_at"], json!(app.clock.now()));
    let events = admin.get(&format!("/api/v1/conversations/{id}/events")).await.ok();
    let kinds: Vec<_> =
        events["items"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap().to_owned()).collect();
    assert!(kinds.contains(&"conversation.transferred".to_owned()), "{kinds:?}");
}

#[tokio::test]
async fn a_round_robin_goes_round() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let mut agents = Vec::new();
    for n in 0..5 {
        agents.push(app.colleague(&admin, &format!("agent{n}"), Role::Agent).await);
    }
    let team = team(&app, &admin, "dev", Assignment::RoundRobin, &agents.iter().collect::<Vec<_>>()).await;
    for n in 0..50 {
        let id = write(&app, &admin, &connection, &format!("+49151{n}"), "One", "Hello").await;
        move_to(&admin, &id, team).await;
    }
    assert_eq!(assign_waiting(&app, &admin, team).await, 0, "nobody is there");
    for (agent, status) in agents.iter().zip(["away", "busy", "offline"].iter().cycle()) {
        let said = json!({ "status": status, "status_text": "at lunch" });
        assert_eq!(agent.put("/api/v1/presence/me", &said).await.ok()["status"], *status);
    }
    let shown = admin.get("/api/v1/presence").await.ok();
    let busy = shown.as_array().unwrap().iter().filter(|person| person["status"] == "busy");
    assert_eq!(
        busy.map(|person| person["status_text"].clone()).collect::<Vec<_>>(),
        [json!("at lunch"), json!("at lunch")]
    );
    assert_eq!(assign_waiting(&app, &admin, team).await, 0, "nobody can be given anything");
    for agent in &agents {
        be_online(agent).await;
    }
    assert_eq!(assign_waiting(&app, &admin, team).await, 50);
    assert_eq!(loads(&app).await.into_values().collect::<Vec<_>>(), [10; 5]);
    // Who is there was told by a job, once each.
    assert!(app.count("queue.jobs WHERE kind = 'assign-waiting'").await >= 1);
}

#[tokio::test]
async fn nobody_gets_more_than_they_have_room_for_and_room_is_used_at_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let team = team(&app, &admin, "dev", Assignment::LeastBusy, &[&ann, &bob]).await;
    let mut tx = app.database.begin(admin.tenant).await.unwrap();
    teams::put_member(&mut tx, team, ann.id, Some(2), app.clock.now()).await.unwrap();
    teams::put_member(&mut tx, team, bob.id, Some(1), app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    be_online(&ann).await;
    be_online(&bob).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        app.clock.advance(TimeDelta::seconds(1));
        let id = write(&app, &admin, &connection, &format!("+49151{n}"), "One", "Hello").await;
        move_to(&admin, &id, team).await;
        ids.push(id);
    }
    assert_eq!(assign_waiting(&app, &admin, team).await, 3);
    assert_eq!(loads(&app).await, BTreeMap::from([(ann.id.0, 2), (bob.id.0, 1)]));
    let before = app.count("queue.jobs WHERE kind = 'assign-waiting'").await;
    // One is done: the job that follows gives its owner the one that has waited longest.
    let done =
        ann.get("/api/v1/conversations?assigned_to=me").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    ann.put(&format!("/api/v1/conversations/{done}/status"), &json!({ "status": "resolved" })).await.ok();
    assert_eq!(app.count("queue.jobs WHERE kind = 'assign-waiting'").await, before + 1);
    assert_eq!(assign_waiting(&app, &admin, team).await, 1);
    let next = admin.get(&format!("/api/v1/conversations/{}", ids[3])).await.ok();
    assert_eq!(next["conversation"]["assignee_id"], json!(ann.id));
    // Whoever is away is passed by, and whose word has lapsed is away.
    app.clock.advance(TimeDelta::seconds(61));
    ann.put(&format!("/api/v1/conversations/{}/status", ids[3]), &json!({ "status": "closed" })).await.ok();
    assert_eq!(assign_waiting(&app, &admin, team).await, 0);
}

#[tokio::test]
async fn five_hundred_assignments_at_once_lose_and_double_nothing() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let mut agents = Vec::new();
    for n in 0..10 {
        agents.push(app.colleague(&admin, &format!("agent{n}"), Role::Agent).await);
    }
    let team = team(&app, &admin, "dev", Assignment::RoundRobin, &agents.iter().collect::<Vec<_>>()).await;
    let mut ids = Vec::new();
    for n in 0..50 {
        let id = write(&app, &admin, &connection, &format!("+49151{n}"), "One", "Hello").await;
        move_to(&admin, &id, team).await;
        ids.push(id);
    }
    // Ten agents take from one queue, fifty times each, as fast as they can.
    let takes = agents.iter().map(|agent| async move {
        let mut got = 0;
        for _ in 0..50 {
            let answer = agent.post("/api/v1/queues/take-next", &json!({ "team_id": team })).await;
            assert!(matches!(answer.status.as_u16(), 200 | 204), "{answer:?}");
            got += usize::from(answer.status == 200);
        }
        got
    });
    let got: Vec<usize> = join_all(takes).await;
    assert_eq!(got.iter().sum::<usize>(), ids.len());
    assert_eq!(app.count("conversation_assignments WHERE unassigned_at IS NULL").await, 50);
    assert_eq!(app.count("conversation_assignments").await, 50);
    assert_eq!(app.count("conversations WHERE assignee_id IS NULL").await, 0);
}

async fn loads(app: &App) -> BTreeMap<uuid::Uuid, i64> {
    let rows: Vec<(uuid::Uuid, i64)> =
        sqlx::query_as("SELECT assignee_id, count(*) FROM conversations WHERE assignee_id IS NOT NULL GROUP BY 1")
            .fetch_all(&app.db.owner)
            .await
            .unwrap();
    rows.into_iter().collect()
}

#[tokio::test]
async fn a_snooze_ends_at_its_time_or_with_the_contacts_message() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let path = format!("/api/v1/conversations/{id}/status");
    let until = app.clock.now() + TimeDelta::hours(1);
    let snoozed = admin.put(&path, &json!({ "status": "snoozed", "until": until })).await.ok();
    assert_eq!((snoozed["queue_state"].clone(), snoozed["snoozed_until"].clone()), (json!("snoozed"), json!(until)));
    let clock = Arc::new(app.clock.clone());
    let inbox = Inbox::new(app.database.clone(), Queue::new(app.db.app.clone(), clock.clone()), clock);
    let wake = async |until: chrono::DateTime<Utc>| {
        let mut change = inbox.begin(admin.tenant, Cause::of(Actor::System, None)).await.unwrap();
        let woken = change.wake(id.parse().unwrap(), until).await.unwrap();
        change.commit().await.unwrap();
        woken
    };
    // Another end was set meanwhile: the first job does nothing.
    let later = until + TimeDelta::hours(1);
    admin.put(&path, &json!({ "status": "snoozed", "until": later })).await.ok();
    assert!(!wake(until).await);
    assert!(wake(later).await);
    assert_eq!(admin.get(&format!("/api/v1/conversations/{id}")).await.ok()["conversation"]["status"], "open");
    let jobs = app.count("queue.jobs WHERE kind = 'wake-conversation'").await;
    let due = app.count(&format!("queue.jobs WHERE kind = 'wake-conversation' AND run_at = '{until}'")).await;
    assert_eq!((jobs, due), (2, 1));
    // What goes with other statuses, or lies in the past, is refused.
    for (body, pointer) in [
        (json!({ "status": "snoozed", "until": app.clock.now() }), "/until"),
        (json!({ "status": "open", "until": later }), "/until"),
        (json!({ "status": "resolved", "reason": "spam" }), "/reason"),
    ] {
        let refused = admin.put(&path, &body).await;
        assert_eq!(refused.problem(422), "invalid");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }
    let closed = admin.put(&path, &json!({ "status": "closed", "reason": "spam", "note": "Again" })).await.ok();
    assert_eq!(closed["close_reason"], "spam");
    let reopened = admin.put(&path, &json!({ "status": "open" })).await.ok();
    assert_eq!((reopened["close_reason"].clone(), reopened["status"].clone()), (Value::Null, json!("open")));
}

#[tokio::test]
async fn metrics_say_how_long_things_wait_and_how_often_they_change_hands() {
    let recorder = PrometheusBuilder::new().build_recorder();
    // Requests of this test run on its thread.
    let _recording = metrics::set_default_local_recorder(&recorder);
    let shown = |line: &str| recorder.handle().render().lines().any(|shown| shown == line);
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    app.clock.advance(TimeDelta::seconds(90));
    ann.post(&format!("/api/v1/conversations/{id}/take"), &json!({})).await.ok();
    assert!(shown(r#"signalbox_assignment_wait_seconds_sum{type="support",method="taken"} 90"#));
    assert!(!recorder.handle().render().contains("signalbox_reassignments_total"), "nobody had it before");

    // Directly, and by way of the queue.
    let assignee = format!("/api/v1/conversations/{id}/assignee");
    admin.put(&assignee, &json!({ "user_id": bob.id })).await.ok();
    assert!(shown(r#"signalbox_reassignments_total{type="support",method="manual"} 1"#));
    admin.put(&assignee, &json!({ "user_id": null })).await.ok();
    ann.post(&format!("/api/v1/conversations/{id}/take"), &json!({})).await.ok();
    assert!(shown(r#"signalbox_reassignments_total{type="support",method="taken"} 1"#));
    assert!(shown(r#"signalbox_assignment_wait_seconds_count{type="support",method="taken"} 2"#));
    assert!(!recorder.handle().render().contains(&ann.id.to_string()), "people are no labels");
}
