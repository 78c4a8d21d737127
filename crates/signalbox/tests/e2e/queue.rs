//! The operator at the queue, by the command line, while the product runs.

use crate::harness::{Deployment, Shop, eventually};
use sandbox::traffic::{Customer, Inbound};
use serde_json::{Value, json};

impl Deployment {
    /// What `signalbox queue …` says to a machine.
    async fn queue(&self, args: &[&str]) -> Value {
        let printed = self.command(&[&["queue"], args, &["--json"]].concat()).await;
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_pauses_looks_mends_and_resumes() {
    let deployment = Deployment::split().await;
    let shop = Shop::open(&deployment, "lamps").await;

    let workers = deployment.queue(&["workers"]).await;
    assert_eq!(workers.as_array().unwrap().iter().filter(|worker| worker["alive"] == true).count(), 2);

    deployment.command(&["queue", "pause", "--lane", "live"]).await;
    let inbound = Inbound::text(Customer::with_phone("4915155540001", "Ada"), "Hello");
    assert_eq!(shop.delivery(&inbound).await.post().await, Some(200));
    let waiting = deployment.queue(&["list", "--tenant", "lamps", "--lane", "live"]).await;
    let job = &waiting[0];
    assert_eq!((&job["kind"], &job["state"]), (&json!("process-delivery"), &json!("ready")));
    let stats = deployment.queue(&["stats"]).await;
    assert_eq!((&stats["lanes"][0]["ready"], &stats["holds"][0]["lane"]), (&json!(1), &json!("live")));
    assert_eq!(deployment.queue(&["stats", "--tenant", "lamps"]).await["lanes"][0]["ready"], 1);
    let job = job["id"].to_string();
    let args = deployment.queue(&["show", &job]).await["args"].clone();

    // Cancelled as its handler would never see it; then another with arguments that nobody understands.
    assert!(deployment.command(&["queue", "cancel", &job]).await.contains("is cancelled"));
    assert_eq!(deployment.queue(&["list"]).await, json!([]));
    let mut tx = deployment.rows_of(shop.tenant.id).await;
    let broken: i64 = sqlx::query_scalar(
        "INSERT INTO queue.jobs (tenant_id, lane, kind, args, run_at)
         VALUES (current_tenant(), 'live', 'process-delivery', '{}', now() + interval '1 hour') RETURNING id",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let id = broken.to_string();
    assert!(deployment.command(&["queue", "retry", &id]).await.contains("is due now"));
    deployment.command(&["queue", "resume", "--lane", "live"]).await;
    eventually("it is a dead letter", async || {
        let letters = deployment.queue(&["dead-letters", "--kind", "process-delivery"]).await;
        if letters[0]["id"] == broken { Ok(()) } else { Err(letters.to_string()) }
    })
    .await;

    // With the arguments of the cancelled job, its work is done after all.
    let file = deployment.file("args.json", &args);
    deployment.command(&["queue", "edit", &id, "--args", &file]).await;
    deployment.command(&["queue", "replay", &id]).await;
    let conversation = shop.conversation().await;
    assert_eq!(shop.messages_when(&conversation, 1).await[0]["content"]["text"], "Hello");
    assert_eq!(deployment.queue(&["dead-letters"]).await, json!([]));

    // For people, too.
    let table = deployment.command(&["queue", "stats"]).await;
    assert!(table.lines().next().unwrap().starts_with("LANE        READY  DELAYED"), "{table}");
    assert!(table.contains("2 workers are alive."), "{table}");
    let mut tx = deployment.rows_of(shop.tenant.id).await;
    let logged: Vec<String> =
        sqlx::query_scalar("SELECT data->>'action' FROM events WHERE kind = 'queue.changed' ORDER BY id")
            .fetch_all(&mut *tx)
            .await
            .unwrap();
    assert_eq!(logged, ["job_cancelled", "job_retried", "dead_letter_edited", "dead_letters_replayed"]);
}
