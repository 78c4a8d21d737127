//! `signalbox queue retry` and `cancel`

use super::{Desk, log};
use crate::cli::queue::Jobs;
use domain::job::Lane;
use queue::jobs;
use serde_json::json;

/// Makes delayed jobs due now.
pub async fn retry(desk: &Desk, typed: &Jobs) -> anyhow::Result<()> {
    for (tenant, ids) in desk.by_tenant(&typed.ids).await? {
        let mut change = desk.change(tenant).await?;
        let hurried = jobs::hurry(change.conn(), tenant, &ids).await?;
        let done: Vec<_> = hurried.iter().map(|&(id, _)| id).collect();
        if !done.is_empty() {
            log(&mut change, "job_retried", json!({ "job_ids": done }));
        }
        change.commit().await?;
        desk.queue.announce(&hurried.iter().map(|&(_, lane)| lane).collect::<Vec<_>>()).await?;
        for id in ids {
            let told = if done.contains(&id) { "is due now" } else { "does not wait for a time: left as it is" };
            println!("{id} {told}");
        }
    }
    Ok(())
}

/// Cancels jobs.
pub async fn cancel(desk: &Desk, typed: &Jobs, reason: &str) -> anyhow::Result<()> {
    for (tenant, ids) in desk.by_tenant(&typed.ids).await? {
        let mut change = desk.change(tenant).await?;
        let cancelled = jobs::cancel(change.conn(), tenant, &ids, reason).await?;
        let done: Vec<_> = cancelled.iter().map(|job| job.id).collect();
        if !done.is_empty() {
            log(&mut change, "job_cancelled", json!({ "job_ids": done }));
        }
        change.commit().await?;
        // The next job of a key may be of any lane.
        desk.queue.announce(&Lane::ALL).await?;
        for id in ids {
            let told = match cancelled.iter().find(|job| job.id == id) {
                Some(job) if job.running => "runs, and will be interrupted",
                Some(_) => "is cancelled",
                None => "has ended, or is a dead letter: left as it is",
            };
            println!("{id} {told}");
        }
    }
    Ok(())
}
