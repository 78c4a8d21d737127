//! `signalbox queue`: the operator at the queue, across tenants.
//!
//! What changes something of a tenant does so in that tenant's transaction, with an event in its log.

mod change;
mod dead_letters;
mod holds;
mod jobs;
mod stats;
pub mod table;
mod workers;

use crate::{cli::queue::Queue as Typed, clock::DatabaseClock, database, logging};
use anyhow::{Context as _, bail};
use config::Config;
use domain::{
    Clock, TenantId,
    event::{Actor, EventKind},
};
use inbox::{Cause, Inbox, Transaction};
use queue::{JobId, Queue};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use store::Database;

/// Does what was typed.
pub async fn run(config: &Config, command: Typed) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    let desk = Desk::open(config).await?;
    match command {
        Typed::Stats { whose, out } => stats::print(&desk, whose.tenant.as_deref(), out).await,
        Typed::List { whose, lane, kind, state, key, connection, after, limit, out } => {
            let filter = queue::jobs::Filter { lane, kind: kind.as_deref(), state, key: key.as_deref(), connection };
            let tenant = desk.tenant(whose.tenant.as_deref()).await?;
            jobs::list(&desk, tenant, filter, after.map(JobId), limit, out).await
        }
        Typed::Show { job, out } => jobs::show(&desk, JobId(job), out).await,
        Typed::Retry { jobs } => change::retry(&desk, &jobs).await,
        Typed::Cancel { jobs, reason } => change::cancel(&desk, &jobs, &reason).await,
        Typed::Pause { scope, lock } => holds::pause(&desk, scope, lock).await,
        Typed::Resume { scope, lock } => holds::resume(&desk, scope, lock).await,
        Typed::Holds { out } => holds::list(&desk, out).await,
        Typed::DeadLetters { whose, kind, limit, out } => {
            let tenant = desk.tenant(whose.tenant.as_deref()).await?;
            dead_letters::list(&desk, tenant, kind.as_deref(), limit, out).await
        }
        Typed::Replay { letters } => dead_letters::replay(&desk, &letters).await,
        Typed::Discard { letters } => dead_letters::discard(&desk, &letters).await,
        Typed::Edit { job, args } => dead_letters::edit(&desk, JobId(job), &args).await,
        Typed::Workers { out } => workers::list(&desk, out).await,
    }
}

/// What the operator works with.
struct Desk {
    db: Database,
    queue: Queue,
    inbox: Inbox,
    clock: Arc<dyn Clock>,
}

impl Desk {
    async fn open(config: &Config) -> anyhow::Result<Self> {
        let db = database::open(config, database::app(config)?).await?;
        let clock: Arc<dyn Clock> = DatabaseClock::start(db.pool().clone()).await?;
        let queue = Queue::new(db.pool().clone(), Arc::clone(&clock));
        let inbox = Inbox::new(db.clone(), queue.clone(), Arc::clone(&clock));
        Ok(Self { db, queue, inbox, clock })
    }

    /// The tenant with this short name, if one is named.
    async fn tenant(&self, slug: Option<&str>) -> anyhow::Result<Option<TenantId>> {
        let Some(slug) = slug else { return Ok(None) };
        let found = store::tenants::find(self.db.pool(), slug).await?;
        Ok(Some(found.with_context(|| format!("there is no tenant `{slug}`"))?.id))
    }

    /// What people call these tenants; the id of one that is gone.
    async fn slugs(&self, tenants: impl IntoIterator<Item = TenantId>) -> anyhow::Result<BTreeMap<TenantId, String>> {
        let mut slugs = BTreeMap::new();
        for tenant in tenants.into_iter().collect::<BTreeSet<_>>() {
            let found = store::tenants::current(&mut *self.db.begin(tenant).await?).await?;
            slugs.insert(tenant, found.map_or_else(|| tenant.to_string(), |tenant| tenant.slug));
        }
        Ok(slugs)
    }

    /// These jobs by their tenants. Fails if one of them does not exist: a mistyped number should change nothing.
    async fn by_tenant(&self, ids: &[i64]) -> anyhow::Result<BTreeMap<TenantId, Vec<JobId>>> {
        let ids: Vec<JobId> = ids.iter().copied().map(JobId).collect();
        let owners = self.queue.owners(&ids).await?;
        let mut by_tenant: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for id in ids {
            let Some(&tenant) = owners.get(&id) else { bail!("there is no job {id}, or it has ended") };
            by_tenant.entry(tenant).or_default().push(id);
        }
        Ok(by_tenant)
    }

    /// Begins a change of a tenant's jobs.
    async fn change(&self, tenant: TenantId) -> anyhow::Result<Transaction> {
        Ok(self.inbox.begin(tenant, Cause::of(Actor::System, None)).await?)
    }
}

/// Says in the tenant's event log what the operator did.
fn log(change: &mut Transaction, action: &str, mut about: Value) {
    about["action"] = json!(action);
    change.emit_apart(EventKind::QueueChanged, None, about);
}

fn print_json(value: &Value) {
    println!("{value:#}");
}
