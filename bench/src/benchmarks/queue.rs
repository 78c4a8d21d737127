//! The queue by itself: jobs that do nothing, stored and run by one process.

use super::{Benchmark, Effort};
use crate::{
    machine,
    report::{Figure, Report},
    stand::{NoOps, Stand},
    stats::{Latencies, Spread, count},
};
use anyhow::ensure;
use chrono::{TimeDelta, Utc};
use futures::future::try_join_all;
use sqlx::Connection as _;
use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use tokio::time::{sleep, sleep_until};

pub(super) const TABLES: &str =
    "queue.jobs, queue.busy_keys, queue.idempotency_keys, queue.attempts, queue.dead_letters";
/// Jobs stored by one transaction, where nothing else is said.
const BULK: usize = 500;
/// Keys that keyed jobs are spread over.
const KEYS: usize = 10_000;
/// Jobs that may wait while storing and running go on at the same time.
const AHEAD: usize = 4_000;
/// Connections that store single jobs.
const CLIENTS: usize = 16;
/// Timers that are due at the same time.
const TIMERS_AT_ONCE: usize = 100;
/// Jobs a second whose latency is measured.
const STEADY: u32 = 500;
/// The table for the same insert without a queue.
const PLAIN: &str = "
    CREATE TABLE IF NOT EXISTS public.plain_jobs (tenant_id uuid NOT NULL, id uuid NOT NULL DEFAULT gen_random_uuid(),
        lane text NOT NULL, kind text NOT NULL, args jsonb NOT NULL, PRIMARY KEY (tenant_id, id));
    GRANT INSERT ON public.plain_jobs TO signalbox_app";

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let stand = Stand::start().await?;
    let mut bench = Queue { stand, effort };
    let burn_down = bench.runs(async |bench| bench.burn_down(None).await).await?;
    let keyed = bench.runs(async |bench| bench.burn_down(Some(KEYS)).await).await?;
    let steady = bench.runs(async |bench| bench.steady().await).await?;
    let deep = bench.runs(async |bench| bench.deep().await).await?;
    let once = bench.runs(async |bench| bench.burn_down_once().await).await?;
    let retained = bench.runs(async |bench| bench.beside_finished().await).await?;
    let held_back = bench.runs(async |bench| bench.beside_an_idle_transaction().await).await?;
    let (p50, p99) = bench.latency(effort.runs(5)).await?;
    let (enqueued, inserted) = bench.single().await?;
    let (early, late) = bench.timers().await?;
    let (alone, beside_bulk) = bench.live_beside_bulk().await?;
    let (young, old) = bench.growth().await?;

    let mut report = Report::new(Benchmark::Queue, "The queue by itself", bench.stand.machine());
    report.condition(format!(
        "One process with default settings ({} jobs of the lane at once) runs jobs whose handler only counts them, and \
         stores them in transactions of {BULK}, but where single jobs are named. PostgreSQL has fsync, \
         synchronous_commit and full_page_writes on, and shares the machine.",
        queue::Settings::default().lanes[&domain::job::Lane::Live]
    ));
    report.condition(
        "A job counts when its acknowledgement has been committed. After each run but those beside a backlog the tables \
         are empty, and every job has run exactly once.",
    );
    report.condition(format!("Storing and running at the same time lasts {} s.", bench.length().as_secs()));
    report.repeated_with(effort.flag());
    report.figure(Figure::new(format!("burn-down of {} jobs", bench.burned()), "jobs/s", &burn_down));
    report.figure(Figure::new(format!("the same, in order by {KEYS} keys"), "jobs/s", &keyed));
    report.figure(Figure::new("stored and run at the same time", "jobs/s", &steady).at_least(25_000.0));
    report.figure(Figure::new(format!("burn-down beside {} waiting jobs", bench.backlog()), "jobs/s", &deep).beside(
        "without them",
        &deep,
        &burn_down,
        Some(0.7),
    ));
    report.figure(Figure::new("burn-down of jobs with idempotency keys", "jobs/s", &once));
    report.figure(
        Figure::new(
            format!("the same beside {} finished ones that are remembered", bench.backlog()),
            "jobs/s",
            &retained,
        )
        .beside("without them", &retained, &once, Some(0.7)),
    );
    report.figure(Figure::new("stored and run beside an idle transaction", "jobs/s", &held_back).beside(
        "without it",
        &held_back,
        &steady,
        Some(0.7),
    ));
    report.figure(Figure::new(format!("from storing to starting at {STEADY}/s, p50"), "ms", &p50).at_most(3.0));
    report.figure(Figure::new(format!("from storing to starting at {STEADY}/s, p99"), "ms", &p99).at_most(10.0));
    report.figure(Figure::new(format!("single jobs stored over {CLIENTS} connections"), "jobs/s", &enqueued).beside(
        "the same insert into a table without a queue",
        &enqueued,
        &inserted,
        Some(0.8),
    ));
    let timers = bench.timed();
    report.figure(Figure::new(format!("of {timers} timers due within a minute: early"), "", &[early]).at_most(0.0));
    report
        .figure(Figure::new(format!("of {timers} timers due within a minute: the latest"), "s", &[late]).at_most(1.0));
    let most = (Spread::of(&alone).median * 1.2).max(Spread::of(&alone).median + 5.0);
    report.figure(Figure::new("live jobs alone: from storing to starting, p99", "ms", &alone));
    report.figure(Figure::new("live jobs while bulk work runs, p99", "ms", &beside_bulk).at_most(most));
    let (first, last) = (bench.lasting() / 10, bench.lasting());
    report.figure(Figure::new(format!("size of the queue's tables after {first} jobs"), "MiB", &[young]));
    report.figure(
        Figure::new(format!("size of the queue's tables after {last} jobs"), "MiB", &[old]).at_most(young * 2.0),
    );
    Ok(report)
}

pub(super) struct Queue {
    pub(super) stand: Stand,
    pub(super) effort: Effort,
}

impl Queue {
    async fn runs(&mut self, run: impl AsyncFn(&mut Self) -> anyhow::Result<f64>) -> anyhow::Result<Vec<f64>> {
        let mut figures = Vec::new();
        for _ in 0..self.effort.runs(3) {
            self.stand.empty(TABLES).await?;
            machine::until_quiet().await?;
            figures.push(run(self).await?);
        }
        Ok(figures)
    }

    pub(super) fn burned(&self) -> usize {
        self.effort.pick(200_000, 40_000)
    }

    fn timed(&self) -> usize {
        self.effort.pick(100_000, 10_000)
    }

    pub(super) fn backlog(&self) -> usize {
        self.effort.pick(1_000_000, 100_000)
    }

    pub(super) fn length(&self) -> Duration {
        Duration::from_secs(self.effort.seconds(60, 6))
    }

    fn lasting(&self) -> usize {
        self.effort.pick(5_000_000, 200_000)
    }

    /// Everything is stored, then run.
    pub(super) async fn burn_down(&mut self, keys: Option<usize>) -> anyhow::Result<f64> {
        let jobs = self.burned();
        let noops = NoOps::new(&self.stand);
        fill(&noops, 0..jobs, keys).await?;
        self.burnt(&noops, jobs).await
    }

    /// Runs all that is stored; jobs a second.
    async fn burnt(&self, noops: &NoOps, jobs: usize) -> anyhow::Result<f64> {
        let begin = Instant::now();
        let working = noops.work();
        noops.until_ran(jobs).await?;
        working.stop().await?;
        let elapsed = begin.elapsed();
        self.nothing_left(noops, jobs).await?;
        Ok(count(jobs) / elapsed.as_secs_f64())
    }

    /// As many as are burned, taken from the front of a deep queue.
    pub(super) async fn deep(&mut self) -> anyhow::Result<f64> {
        let (jobs, backlog) = (self.burned(), self.backlog());
        let noops = NoOps::new(&self.stand);
        fill(&noops, 0..backlog + jobs, None).await?;
        let begin = Instant::now();
        let working = noops.work();
        noops.until_ran(jobs).await?;
        working.stop().await?;
        let (ran, elapsed) = (noops.ran(), begin.elapsed());
        let left = self.stand.count("SELECT count(*) FROM queue.jobs").await?;
        ensure!(left + ran == backlog + jobs, "{ran} jobs ran and {left} are left of {}", backlog + jobs);
        Ok(count(ran) / elapsed.as_secs_f64())
    }

    /// A burn-down of jobs that leave their idempotency keys behind.
    async fn burn_down_once(&mut self) -> anyhow::Result<f64> {
        let jobs = self.burned();
        let noops = NoOps::new(&self.stand);
        for first in (0..jobs).step_by(BULK) {
            noops.store_once(first..first + BULK).await?;
        }
        self.burnt(&noops, jobs).await
    }

    /// The same while a million that have ended are still remembered.
    async fn beside_finished(&mut self) -> anyhow::Result<f64> {
        let mut conn = self.stand.admin().await?;
        sqlx::query(
            "INSERT INTO queue.idempotency_keys (tenant_id, kind, key, job_id, finished_at)
             SELECT gen_random_uuid(), 'no-op', 'once:' || n, -n, now() FROM generate_series(1, $1) n",
        )
        .bind(i32::try_from(self.backlog())?)
        .execute(&mut conn)
        .await?;
        sqlx::raw_sql("CHECKPOINT").execute(&mut conn).await?;
        conn.close().await?;
        self.burn_down_once().await
    }

    /// MiB of the queue's tables and indexes after the first jobs, and after ten times as many.
    async fn growth(&mut self) -> anyhow::Result<(f64, f64)> {
        self.stand.empty(TABLES).await?;
        machine::until_quiet().await?;
        let jobs = self.lasting();
        let noops = NoOps::new(&self.stand);
        let working = noops.work();
        let stored = AtomicUsize::new(0);
        let producer = async || store_ahead(&noops, &stored, |stored| stored < jobs).await;
        let measured = async {
            noops.until_ran(jobs / 10).await?;
            self.size().await
        };
        let ((), (), young) = tokio::try_join!(producer(), producer(), measured)?;
        noops.until_ran(stored.into_inner()).await?;
        let old = self.size().await?;
        working.stop().await?;
        Ok((young, old))
    }

    async fn size(&self) -> anyhow::Result<f64> {
        let bytes = self.stand.count(
            "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c
              WHERE c.relnamespace = 'queue'::regnamespace AND c.relkind = 'r'",
        );
        Ok(count(bytes.await?) / 1_048_576.0)
    }

    /// Storing and running go on at the same time.
    pub(super) async fn steady(&mut self) -> anyhow::Result<f64> {
        let noops = NoOps::new(&self.stand);
        let working = noops.work();
        let stored = AtomicUsize::new(0);
        let warm = Instant::now() + Duration::from_secs(self.effort.pick(5, 1));
        let end = warm + self.length();
        let producer = async || store_ahead(&noops, &stored, |_| Instant::now() < end).await;
        let measured = async {
            sleep_until(warm.into()).await;
            let before = noops.ran();
            sleep_until(end.into()).await;
            Ok(noops.ran() - before)
        };
        let ((), (), ran) = tokio::try_join!(producer(), producer(), measured)?;
        let jobs = stored.load(Ordering::Relaxed);
        noops.until_ran(jobs).await?;
        working.stop().await?;
        self.nothing_left(&noops, jobs).await?;
        Ok(count(ran) / self.length().as_secs_f64())
    }

    /// The same while somebody's transaction keeps every dead row from being cleared away.
    pub(super) async fn beside_an_idle_transaction(&mut self) -> anyhow::Result<f64> {
        let mut conn = self.stand.admin().await?;
        let mut tx = conn.begin().await?;
        sqlx::query("SELECT txid_current()").execute(&mut *tx).await?;
        let figure = self.steady().await?;
        tx.rollback().await?;
        conn.close().await?;
        Ok(figure)
    }

    /// p50 and p99 of each run.
    pub(super) async fn latency(&mut self, runs: usize) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
        let (mut p50, mut p99) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            self.stand.empty(TABLES).await?;
            machine::until_quiet().await?;
            let noops = NoOps::new(&self.stand);
            let working = noops.work();
            // The first connections are opened, and plans made, before anything counts.
            paced(&noops, 0..STEADY as usize).await?;
            noops.latencies();
            paced(&noops, 0..STEADY as usize * self.effort.pick(12, 3)).await?;
            working.stop().await?;
            let latencies: Latencies = noops.latencies().into_iter().collect();
            p50.push(latencies.percentile_ms(0.5)?);
            p99.push(latencies.percentile_ms(0.99)?);
        }
        Ok((p50, p99))
    }

    /// How many timers started early, and by how many seconds the latest was late.
    async fn timers(&mut self) -> anyhow::Result<(f64, f64)> {
        self.stand.empty(TABLES).await?;
        machine::until_quiet().await?;
        let noops = NoOps::new(&self.stand);
        let timers = self.timed();
        // Storing them must be over when the first is due.
        let begin = Utc::now() + TimeDelta::seconds(self.effort.pick(30, 5));
        let span = TimeDelta::seconds(self.effort.pick(60, 5));
        let bulks = timers / TIMERS_AT_ONCE;
        for bulk in 0..bulks {
            let due = begin + span * i32::try_from(bulk)? / i32::try_from(bulks)?;
            let first = bulk * TIMERS_AT_ONCE;
            noops.store_for(first..first + TIMERS_AT_ONCE, due).await?;
        }
        let working = noops.work();
        noops.until_ran(timers).await?;
        working.stop().await?;
        self.nothing_left(&noops, timers).await?;
        let latest = noops.latencies().into_iter().max().unwrap_or_default();
        Ok((count(noops.early()), latest.as_secs_f64()))
    }

    /// The p99 of live jobs by themselves, and while bulk work runs, in turn.
    async fn live_beside_bulk(&mut self) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
        let (mut alone, mut beside) = (Vec::new(), Vec::new());
        for _ in 0..self.effort.runs(5) {
            for (bulk, figures) in [(0, &mut alone), (self.effort.pick(100_000, 20_000), &mut beside)] {
                self.stand.empty(TABLES).await?;
                machine::until_quiet().await?;
                let noops = NoOps::new(&self.stand);
                let working = noops.work();
                paced(&noops, 0..STEADY as usize).await?;
                noops.latencies();
                for first in (0..bulk).step_by(BULK) {
                    noops.store_bulk(first..first + BULK).await?;
                }
                paced(&noops, 0..STEADY as usize * self.effort.pick(5, 2)).await?;
                noops.until_ran(STEADY as usize * self.effort.pick(6, 3) + bulk).await?;
                working.stop().await?;
                let latencies: Latencies = noops.latencies().into_iter().collect();
                figures.push(latencies.percentile_ms(0.99)?);
            }
        }
        Ok((alone, beside))
    }

    /// Single jobs a second, with the queue and without.
    async fn single(&mut self) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
        let mut conn = self.stand.admin().await?;
        sqlx::raw_sql(PLAIN).execute(&mut conn).await?;
        conn.close().await?;
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..self.effort.runs(5) {
            for (queued, figures) in [(true, &mut ours), (false, &mut plain)] {
                self.stand.empty(TABLES).await?;
                self.stand.empty("public.plain_jobs").await?;
                machine::until_quiet().await?;
                figures.push(self.stored_singly(queued).await?);
            }
        }
        Ok((ours, plain))
    }

    pub(super) async fn stored_singly(&self, queued: bool) -> anyhow::Result<f64> {
        let noops = NoOps::new(&self.stand);
        let stored = AtomicUsize::new(0);
        let length = Duration::from_secs(self.effort.seconds(10, 3));
        let end = Instant::now() + length;
        let client = async || -> anyhow::Result<()> {
            while Instant::now() < end {
                let n = stored.fetch_add(1, Ordering::Relaxed);
                if queued { noops.store_one(n).await? } else { noops.insert_plainly(n).await? }
            }
            Ok(())
        };
        try_join_all((0..CLIENTS).map(|_| client())).await?;
        Ok(count(stored.into_inner()) / length.as_secs_f64())
    }

    async fn nothing_left(&self, noops: &NoOps, jobs: usize) -> anyhow::Result<()> {
        let left = self.stand.count("SELECT count(*) FROM queue.jobs").await?;
        let ran = noops.ran();
        ensure!(left == 0 && ran == jobs, "of {jobs} jobs {ran} ran and {left} are left");
        Ok(())
    }
}

/// Stores many jobs over two connections.
async fn fill(noops: &NoOps, numbers: Range<usize>, keys: Option<usize>) -> anyhow::Result<()> {
    let next = AtomicUsize::new(numbers.start);
    let client = async || -> anyhow::Result<()> {
        loop {
            let first = next.fetch_add(BULK, Ordering::Relaxed);
            if first >= numbers.end {
                return Ok(());
            }
            noops.store(first..(first + BULK).min(numbers.end), keys).await?;
        }
    };
    tokio::try_join!(client(), client())?;
    Ok(())
}

/// Stores jobs, never more than a few thousand ahead of those that run, as long as `go_on` says of how many there are.
async fn store_ahead(noops: &NoOps, stored: &AtomicUsize, go_on: impl Fn(usize) -> bool) -> anyhow::Result<()> {
    while go_on(stored.load(Ordering::Relaxed)) {
        if stored.load(Ordering::Relaxed).saturating_sub(noops.ran()) > AHEAD {
            sleep(Duration::from_millis(1)).await;
            continue;
        }
        let first = stored.fetch_add(BULK, Ordering::Relaxed);
        noops.store(first..first + BULK, None).await?;
    }
    Ok(())
}

/// Stores single jobs, each at its time, and waits until all have run.
async fn paced(noops: &NoOps, numbers: Range<usize>) -> anyhow::Result<()> {
    let (begin, ran) = (Instant::now(), noops.ran());
    let jobs = numbers.len();
    let stored = numbers.map(async |n| {
        let place = u32::try_from(n)?;
        sleep_until((begin + Duration::from_secs(1) * place / STEADY).into()).await;
        noops.store_timed(n).await
    });
    try_join_all(stored).await?;
    noops.until_ran(ran + jobs).await
}
