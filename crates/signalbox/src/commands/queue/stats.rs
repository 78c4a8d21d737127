//! `signalbox queue stats`

use super::{
    Desk, holds, print_json,
    table::{Table, length},
};
use crate::cli::queue::Out;
use domain::TenantId;
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
    for LaneStats { lane, figures } in lanes {
        let counts =
            [figures.ready, figures.delayed, figures.parked, figures.held, figures.running, figures.dead_letters];
        let [ready, delayed, parked, held, running, dead] = counts.map(told);
        #[expect(clippy::cast_possible_truncation, reason = "an age in seconds")]
        let oldest = if figures.ready > 0 { length(figures.oldest_seconds as i64) } else { "-".to_owned() };
        table.row([lane.to_string(), ready, delayed, parked, held, running, dead, oldest]);
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

fn described(LaneStats { lane, figures }: &LaneStats) -> Value {
    json!({
        "lane": lane, "ready": figures.ready, "delayed": figures.delayed, "parked": figures.parked,
        "held": figures.held, "running": figures.running, "dead_letters": figures.dead_letters,
        "oldest_seconds": figures.oldest_seconds,
    })
}

async fn of_tenant(desk: &Desk, tenant: TenantId) -> anyhow::Result<Vec<LaneStats>> {
    let kinds = tenant_stats::count(&mut *desk.db.begin(tenant).await?, tenant).await?;
    Ok(tenant_stats::by_lane(&kinds))
}
