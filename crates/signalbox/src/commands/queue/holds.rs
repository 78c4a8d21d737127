//! `signalbox queue pause`, `resume` and `holds`

use super::{
    Desk, log, print_json,
    table::{Table, ago, or_dash},
};
use crate::cli::queue::{Out, Scope as Typed};
use anyhow::{Context as _, bail};
use domain::TenantId;
use queue::holds::{self, Hold, Pause, Scope};
use serde_json::{Value, json};

/// Pauses.
pub async fn pause(desk: &Desk, typed: Typed, lock: bool) -> anyhow::Result<()> {
    let scope = resolve(desk, typed).await?;
    let made = change(desk, &scope, Wish::Pause, sort(lock)).await?;
    println!("{}", if made { "Paused. What runs goes on to its end." } else { "It was paused already." });
    Ok(())
}

fn sort(lock: bool) -> Pause {
    if lock { Pause::Locked } else { Pause::Open }
}

/// Resumes.
pub async fn resume(desk: &Desk, typed: Typed, lock: bool) -> anyhow::Result<()> {
    let scope = resolve(desk, typed).await?;
    if !change(desk, &scope, Wish::Resume, sort(lock)).await? {
        bail!("there is no pause of exactly this; `signalbox queue holds` lists those that there are");
    }
    let lanes = desk.queue.release(&scope).await?;
    // This process ends before it would tell the others by itself.
    desk.queue.announce(&lanes).await?;
    println!("Resumed.");
    Ok(())
}

#[derive(Clone, Copy)]
enum Wish {
    Pause,
    Resume,
}

impl Wish {
    async fn fulfil(self, conn: &mut sqlx::PgConnection, pause: Pause, scope: &Scope) -> sqlx::Result<bool> {
        match self {
            Self::Pause => holds::pause(conn, pause, scope).await,
            Self::Resume => holds::resume(conn, pause, scope).await,
        }
    }
}

/// What concerns one tenant is told in its event log; the rest is the operator's own affair.
async fn change(desk: &Desk, scope: &Scope, wish: Wish, pause: Pause) -> anyhow::Result<bool> {
    let Some(tenant) = scope.tenant else {
        let mut conn = desk.db.pool().acquire().await?;
        return Ok(wish.fulfil(&mut conn, pause, scope).await?);
    };
    let mut change = desk.change(tenant).await?;
    let changed = wish.fulfil(change.conn(), pause, scope).await?;
    if changed {
        let action = match wish {
            Wish::Pause => pause.as_str(),
            Wish::Resume => "resumed",
        };
        let about = json!({ "job_kind": scope.kind, "connection_id": scope.connection, "lane": scope.lane });
        log(&mut change, action, about);
    }
    change.commit().await?;
    Ok(changed)
}

async fn resolve(desk: &Desk, typed: Typed) -> anyhow::Result<Scope> {
    let tenant = desk.tenant(typed.tenant.as_deref()).await?;
    if let (Some(tenant), Some(connection)) = (tenant, typed.connection) {
        let mut tx = desk.db.begin(tenant).await?;
        let found = store::connections::load(&mut tx, connection).await?;
        found.with_context(|| format!("the tenant has no connection {connection}"))?;
    }
    Ok(Scope { lane: typed.lane, kind: typed.kind, tenant, connection: typed.connection })
}

/// Lists what holds jobs back.
pub async fn list(desk: &Desk, out: Out) -> anyhow::Result<()> {
    let holds = desk.queue.holds().await?;
    if out.json {
        print_json(&holds.iter().map(described).collect());
    } else {
        table(desk, &holds).await?.print();
    }
    Ok(())
}

/// Holds in the words of a machine.
pub fn described(hold: &Hold) -> Value {
    json!({
        "reason": hold.reason, "lane": hold.scope.lane, "kind": hold.scope.kind, "tenant_id": hold.scope.tenant,
        "connection_id": hold.scope.connection, "until": hold.until, "since": hold.since,
    })
}

/// Holds for people.
pub async fn table(desk: &Desk, holds: &[Hold]) -> anyhow::Result<Table> {
    let tenants: Vec<TenantId> = holds.iter().filter_map(|hold| hold.scope.tenant).collect();
    let (slugs, now) = (desk.slugs(tenants).await?, desk.clock.now());
    let mut table = Table::new(&["HELD BACK", "SINCE", "LANE", "KIND", "TENANT", "CONNECTION", "PROBE AT"]);
    for hold in holds {
        table.row([
            hold.reason.clone(),
            ago(hold.since, now),
            or_dash(hold.scope.lane),
            or_dash(hold.scope.kind.as_deref()),
            or_dash(hold.scope.tenant.map(|tenant| slugs[&tenant].clone())),
            or_dash(hold.scope.connection),
            or_dash(hold.until.map(|at| at.format("%H:%M:%S"))),
        ]);
    }
    Ok(table)
}
