//! Firing what is due: the jobs of the slots and the step to the next slot in one transaction.

use super::plan::{Due, Plan};
use crate::Queue;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many schedules share a transaction.
const BATCH: i32 = 50;

/// What a turn has done.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Jobs that were stored.
    pub(super) jobs: u64,
    /// Some schedules have more missed slots than a turn fires.
    pub(super) more: bool,
}

/// Fires every slot that is due by the queue's clock and that no other process is firing at this
/// moment. Returns how many jobs were stored. For tests and tools: workers do it by themselves.
pub async fn fire_due(queue: &Queue) -> sqlx::Result<u64> {
    let mut jobs = 0;
    loop {
        let turn = turn(queue, &queue.pool).await?;
        jobs += turn.jobs;
        if !turn.more {
            return Ok(jobs);
        }
    }
}

/// Each schedule that is due gets its turn once, however much it has missed.
pub(super) async fn turn(queue: &Queue, pool: &PgPool) -> sqlx::Result<Turn> {
    let now = queue.clock.now();
    let mut jobs = 0;
    let mut behind = Vec::new();
    loop {
        let mut tx = pool.begin().await?;
        let due = due(&mut tx, now, &behind).await?;
        if due.is_empty() {
            return Ok(Turn { jobs, more: !behind.is_empty() });
        }
        let plans: Vec<_> = due.iter().map(|due| due.plan(now)).collect();
        let fired = fire(&mut tx, &plans).await?;
        tx.commit().await?;

        jobs += fired.iter().map(|fired| fired.jobs.unsigned_abs()).sum::<u64>();
        tell(queue, &due, &fired);
        behind.extend(plans.iter().filter(|plan| plan.next_at.is_some_and(|next| next <= now)).map(|plan| plan.id));
    }
}

async fn due(conn: &mut PgConnection, now: DateTime<Utc>, passed: &[Uuid]) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        r#"
        SELECT tenant_id AS "tenant_id!", id AS "id!", expression AS "expression!", zone AS "zone!",
            catch_up AS "catch_up!", lane AS "lane!", next_at AS "next_at!"
        FROM queue.due_schedules($1, $2, $3)
        "#,
        now,
        passed,
        BATCH,
    )
    .fetch_all(conn)
    .await
}

/// What became of a plan.
struct Fired {
    /// Jobs that were stored.
    jobs: i64,
    /// Why the schedule was switched off.
    problem: Option<String>,
}

async fn fire(conn: &mut PgConnection, plans: &[Plan]) -> sqlx::Result<Vec<Fired>> {
    sqlx::query_as!(Fired, r#"SELECT jobs AS "jobs!", problem FROM queue.fire_schedules($1)"#, Json(plans) as _)
        .fetch_all(conn)
        .await
}

/// After the commit: the lanes that have work, the metrics, and what an operator should know.
fn tell(queue: &Queue, due: &[Due], fired: &[Fired]) {
    let mut lanes = BTreeSet::new();
    for (due, fired) in due.iter().zip(fired) {
        if let Some(problem) = &fired.problem {
            tracing::error!(schedule = %due.id, tenant = %due.tenant_id, problem, "a schedule was switched off");
        }
        if fired.jobs > 0 {
            metrics::counter!("signalbox_queue_slots_fired_total", "lane" => due.lane.clone())
                .increment(fired.jobs.unsigned_abs());
            lanes.insert(&due.lane);
        }
    }
    for lane in lanes.into_iter().filter_map(|lane| lane.parse().ok()) {
        queue.wake(lane);
    }
}
