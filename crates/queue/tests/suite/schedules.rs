//! Schedules: each slot once, whatever happens to those who fire it.

mod catching_up;
mod fleet;
mod tenants;

use crate::support::{Note, World};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    ScheduleId, TenantId,
    job::{Job, Lane, RetryPolicy},
};
use queue::{
    Handlers, JobContext, JobError, Queue,
    schedules::{self, CatchUp, Definition, JobTemplate, Schedule},
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};

/// What the schedules of these tests make: it knows who made it, and its slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Tick {
    tenant: TenantId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    slot: Option<DateTime<Utc>>,
}

impl Job for Tick {
    const KIND: &'static str = "tick";
    const LANE: Lane = Lane::Timers;
    const RETRY: RetryPolicy = RetryPolicy::PROMPT;

    fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// The jobs that have run: name and slot of each.
#[derive(Clone, Default)]
struct Ticks(Arc<Mutex<Vec<(String, String)>>>);

impl Ticks {
    fn handlers(&self) -> Handlers<Self> {
        Handlers::new(self.clone()).register(tick).register(async |_: Self, _: Note, _: JobContext| Ok(()))
    }

    /// In the order of their names, then of their runs.
    fn seen(&self) -> Vec<(String, String)> {
        let mut seen = self.0.lock().unwrap().clone();
        seen.sort_by(|one, other| one.0.cmp(&other.0));
        seen
    }
}

async fn tick(ticks: Ticks, tick: Tick, _: JobContext) -> Result<(), JobError> {
    let slot = tick.slot.ok_or_else(|| JobError::fail("it has no slot"))?;
    ticks.0.lock().unwrap().push((tick.name, slot.to_rfc3339_opts(SecondsFormat::Secs, true)));
    Ok(())
}

/// A schedule on the tests' clock, which starts on 4 May 2026 at 10:00.
fn definition(tenant: TenantId, name: &str, expression: &str, catch_up: CatchUp) -> Definition {
    let job = JobTemplate::of(&Tick { tenant, name: name.to_owned(), slot: None }).unwrap();
    Definition {
        name: name.to_owned(),
        expression: expression.to_owned(),
        zone: "UTC".to_owned(),
        catch_up,
        job,
        enabled: true,
    }
}

impl World {
    /// Makes a schedule and commits.
    async fn schedule(&self, name: &str, expression: &str, catch_up: CatchUp) -> ScheduleId {
        self.schedule_as(self.tenant, &definition(self.tenant, name, expression, catch_up)).await
    }

    async fn schedule_as(&self, tenant: TenantId, definition: &Definition) -> ScheduleId {
        let mut tx = self.tx(tenant).await;
        let id = schedules::create(&mut tx, tenant, definition, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn get(&self, id: ScheduleId) -> Schedule {
        schedules::get(&mut *self.tx(self.tenant).await, self.tenant, id).await.unwrap().expect("it is there")
    }

    fn now(&self) -> DateTime<Utc> {
        domain::Clock::now(&self.clock)
    }

    fn set_clock(&self, clock: &str) {
        self.clock.set(time(clock));
    }

    /// Another process's handle to the queue, going by the same clock.
    fn process(&self) -> Queue {
        Queue::new(self.db.app.clone(), Arc::new(self.clock.clone()))
    }

    /// Fires what is due and runs it; the slots, by name.
    async fn fire(&self) -> Vec<(String, String)> {
        schedules::fire_due(&self.queue).await.unwrap();
        self.run().await
    }

    /// Runs the jobs that there are.
    async fn run(&self) -> Vec<(String, String)> {
        let ticks = Ticks::default();
        self.queue.run_until_idle(&ticks.handlers()).await.unwrap();
        ticks.seen()
    }
}

/// A time of the tests' day, such as `10:05:00`, or of another one, such as `05-06 10:05:00`.
fn time(clock: &str) -> DateTime<Utc> {
    let full = if clock.contains(' ') { format!("2026-{clock}Z") } else { format!("2026-05-04 {clock}Z") };
    full.parse().unwrap()
}

/// Slots of a schedule as [`World::fire`] gives them.
fn of(name: &str, slots: &[&str]) -> Vec<(String, String)> {
    slots.iter().map(|slot| (name.to_owned(), time(slot).to_rfc3339_opts(SecondsFormat::Secs, true))).collect()
}
