//! `signalbox queue stats`

use super::{
    Desk, holds, print_json,
    table::{Table, length},
};
use crate::cli::queue::Out;
use domain::{TenantId, job::Lane};
use queue::{LaneStats, tenant_stats};
use serde_json::{Value, json};

/// Prints the figures of all lanes, and what is held back.
pub async fn print(desk: &Desk, slug: Option<&str>, out: Out) -> anyhow::Result<()> {
    let tenant = desk.tenant(slug).await?;
    let lanes = match tenant {
        Some(tenant) => of_tenant(desk, tenant).await?,
        None => desk.queue.stats().await?,
    };
    let holds = desk.queue.holds().await?;
    let holds: Vec<_> = holds
        .into_iter()
        .filter(|hold| tenant.is_none() || hold.scope.tenant.is_none_or(|of| Some(of) == tenant))
        .collect();
    let alive = desk.queue.workers().await?.iter().filter(|worker| worker.alive).count();
    if out.json {
        let lanes: Vec<Value> = lanes.iter().map(described).collect();
        let holds: Vec<Value> = holds.iter().map(holds::described).collect();
        print_json(&json!({ "lanes": lanes, "holds": holds, "workers": alive }));
        return Ok(());
    }
    let mut table = Table::new(&["LANE", "READY", "DELAYED", "PARKED", "HELD", "RUNNING", "DEAD", "OLDEST"]);
    for lane in lanes {
        let counts = [lane.ready, lane.delayed, lane.parked, lane.held, lane.running, lane.dead_letters];
        let [ready, delayed, parked, held, running, dead] = counts.map(told);
        #[expect(clippy::cast_possible_truncation, reason = "an age in seconds")]
        let oldest = if lane.ready > 0 { length(lane.oldest_seconds as i64) } else { "-".to_owned() };
        table.row([lane.lane.to_string(), ready, delayed, parked, held, running, dead, oldest]);
    }
    table.print();
    println!();
    println!("{alive} workers are alive.");
    if !holds.is_empty() {
        println!();
        holds::table(desk, &holds).await?.print();
    }
    Ok(())
}

/// A count; where counting stopped, it may be more.
fn told(count: i64) -> String {
    if count >= tenant_stats::MAX_COUNTED { format!("{count}+") } else { count.to_string() }
}

fn described(lane: &LaneStats) -> Value {
    json!({
        "lane": lane.lane, "ready": lane.ready, "delayed": lane.delayed, "parked": lane.parked, "held": lane.held,
        "running": lane.running, "dead_letters": lane.dead_letters, "oldest_seconds": lane.oldest_seconds,
    })
}

async fn of_tenant(desk: &Desk, tenant: TenantId) -> anyhow::Result<Vec<LaneStats>> {
    let (counts, now) = tenant_stats::count(&mut *desk.db.begin(tenant).await?, tenant).await?;
    let of = |lane: Lane, state: &str| {
        let found = counts.iter().find(|count| count.lane == lane.as_str() && count.state == state);
        found.map_or(0, |count| count.count)
    };
    let oldest = |lane: Lane| {
        let ready = counts.iter().find(|count| count.lane == lane.as_str() && count.state == "ready");
        ready.map_or(0.0, |count| (now - count.oldest).to_std().unwrap_or_default().as_secs_f64())
    };
    let stats = |lane| LaneStats {
        lane,
        ready: of(lane, "ready"),
        delayed: of(lane, "delayed"),
        parked: of(lane, "parked"),
        held: of(lane, "held"),
        running: of(lane, "running"),
        dead_letters: of(lane, "dead"),
        oldest_seconds: oldest(lane),
    };
    Ok(Lane::ALL.into_iter().map(stats).collect())
}
