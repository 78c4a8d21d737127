//! `signalbox queue list` and `show`

use super::{
    Desk, print_json,
    table::{Table, ago, or_dash, short},
};
use crate::cli::queue::Out;
use anyhow::bail;
use domain::TenantId;
use queue::{
    JobId, dead_letters,
    jobs::{self, Filter, Waiting},
};
use serde_json::{Value, json};

/// Lists unfinished jobs.
pub async fn list(
    desk: &Desk,
    tenant: Option<TenantId>,
    filter: Filter<'_>,
    after: Option<JobId>,
    limit: u32,
    out: Out,
) -> anyhow::Result<()> {
    let found = desk.queue.jobs(tenant, filter, after, limit).await?;
    if out.json {
        print_json(&found.iter().map(described).collect());
        return Ok(());
    }
    let (slugs, now) = (desk.slugs(found.iter().map(|job| job.tenant)).await?, desk.clock.now());
    let mut table = Table::new(&["JOB", "TENANT", "LANE", "KIND", "STATE", "ATTEMPTS", "AGE", "DUE", "KEY"]);
    for job in &found {
        table.row([
            job.id.to_string(),
            slugs[&job.tenant].clone(),
            job.lane.clone(),
            job.kind.clone(),
            job.state.clone(),
            job.attempts.to_string(),
            ago(job.enqueued_at, now),
            or_dash(job.run_at.map(|at| at.format("%Y-%m-%d %H:%M:%S"))),
            or_dash(job.key.as_deref().map(|key| short(key, 48))),
        ]);
    }
    table.print();
    if let Some(last) = found.last()
        && found.len() >= limit as usize
    {
        println!("There may be more: --after {}", last.id);
    }
    Ok(())
}

fn described(job: &Waiting) -> Value {
    json!({
        "id": job.id, "tenant_id": job.tenant, "lane": job.lane, "kind": job.kind, "state": job.state,
        "priority": job.priority, "key": job.key, "connection_id": job.connection, "attempts": job.attempts,
        "run_at": job.run_at, "enqueued_at": job.enqueued_at, "started_at": job.claimed_at, "trace_id": job.trace_id,
    })
}

/// Shows one job or dead letter.
pub async fn show(desk: &Desk, id: JobId, out: Out) -> anyhow::Result<()> {
    let Some(&tenant) = desk.queue.owners(&[id]).await?.get(&id) else {
        bail!("there is no job {id}, or it has ended")
    };
    let mut tx = desk.db.begin(tenant).await?;
    let mut told = if let Some((job, args)) = jobs::get(&mut tx, tenant, id).await? {
        let mut told = described(&job);
        told["args"] = args;
        told
    } else if let Some(letter) = dead_letters::get(&mut tx, tenant, id).await? {
        json!({
            "id": letter.id, "tenant_id": tenant, "lane": letter.lane, "kind": letter.kind, "state": "dead letter",
            "key": letter.key, "attempts": letter.attempts, "enqueued_at": letter.enqueued_at,
            "died_at": letter.died_at, "error": letter.error, "trace_id": letter.trace_id, "args": letter.args,
        })
    } else {
        bail!("the job {id} has just ended")
    };
    let attempts = dead_letters::attempts(&mut tx, tenant, id).await?;
    drop(tx);
    if out.json {
        let attempts = attempts.iter().map(|attempt| {
            json!({ "attempt": attempt.attempt, "outcome": attempt.outcome, "error": attempt.error,
                    "duration_ms": attempt.duration_ms, "ended_at": attempt.ended_at })
        });
        told["failed_attempts"] = attempts.collect();
        print_json(&told);
        return Ok(());
    }
    let mut table = Table::new(&["JOB"]);
    table.row(["tenant".to_owned(), desk.slugs([tenant]).await?.remove(&tenant).unwrap_or_default()]);
    for (name, value) in told.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::String(text) => table.row([name.clone(), text.clone()]),
            value => table.row([name.clone(), value.to_string()]),
        }
    }
    table.print();
    if !attempts.is_empty() {
        println!();
        let mut table = Table::new(&["ATTEMPT", "OUTCOME", "ENDED", "TOOK", "ERROR"]);
        for attempt in attempts {
            table.row([
                attempt.attempt.to_string(),
                attempt.outcome,
                attempt.ended_at.format("%Y-%m-%d %H:%M:%S").to_string(),
                or_dash(attempt.duration_ms.map(|ms| format!("{ms} ms"))),
                attempt.error.unwrap_or_default(),
            ]);
        }
        table.print();
    }
    Ok(())
}
