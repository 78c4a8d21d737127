//! `signalbox queue workers`

use super::{
    Desk, print_json,
    table::{Table, ago},
};
use crate::cli::queue::Out;
use queue::Worker;
use serde_json::{Value, json};

/// Lists the processes that run jobs.
pub async fn list(desk: &Desk, out: Out) -> anyhow::Result<()> {
    let workers = desk.queue.workers().await?;
    if out.json {
        let described = |worker: &Worker| -> Value {
            json!({ "id": worker.id, "name": worker.name, "alive": worker.alive, "lanes": worker.lanes,
                    "kinds": worker.kinds, "started_at": worker.started_at })
        };
        print_json(&workers.iter().map(described).collect());
        return Ok(());
    }
    let now = desk.clock.now();
    let mut table = Table::new(&["WORKER", "NAME", "ALIVE", "UP", "LANES"]);
    for worker in workers {
        let lanes: Vec<String> = worker.lanes.iter().map(|(lane, places)| format!("{lane}={places}")).collect();
        let alive = if worker.alive { "yes" } else { "no: its jobs are being rescued" };
        table.row([worker.id.to_string(), worker.name, alive.to_owned(), ago(worker.started_at, now), lanes.join(" ")]);
    }
    table.print();
    Ok(())
}
