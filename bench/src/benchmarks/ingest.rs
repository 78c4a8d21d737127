//! Webhook ingest: signed requests in, each stored with its job and flushed to the disk before its answer.

use super::{Benchmark, Effort};
use crate::{
    load::{Paced, Saturated, all_accepted, paced, saturate, text_webhooks},
    machine,
    pgbench::Pgbench,
    report::{Figure, Report},
    stand::{Account, Process, Stand, free_address},
};
use anyhow::ensure;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Connections of the load: more than the product has to the database, as providers have.
const CLIENTS: usize = 64;
/// The steady load whose latency has a target.
const STEADY: u32 = 500;
/// More than any machine answers per second; requests are prepared for as many.
const CEILING: usize = 20_000;
const STORED: &str = "public.deliveries, queue.jobs, queue.busy_keys";

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let stand = Stand::start().await?;
    let account = Account::create(&stand, 1).await?;
    let address = free_address()?;
    let mut api = stand.product().clone().set("SIGNALBOX_HTTP_BIND", &address).spawn(&["api"])?;
    api.until_ready(&address).await?;

    let mut bench = Ingest { stand, account, address, api, effort, prepared: 0, connections: 0 };
    let saturation = bench.beside_pgbench().await?;
    let steady = bench.steady().await?;
    let with_worker = bench.beside_a_worker().await?;
    let report = bench.report(&saturation, &steady, &with_worker);
    bench.api.stop()?;
    Ok(report)
}

struct Ingest {
    stand: Stand,
    account: Account,
    address: String,
    api: Process,
    effort: Effort,
    /// How many webhooks were prepared so far: no two are alike.
    prepared: usize,
    /// The connections to the database that the API was seen to have.
    connections: usize,
}

/// What the runs at saturation gave, one entry per run.
#[derive(Default)]
struct Saturation {
    ours: Vec<f64>,
    /// The peer, with as many connections as the product had to the database.
    theirs: Vec<f64>,
    /// The peer, with as many connections as the load had to the product.
    theirs_as_many_clients: Vec<f64>,
    latency_p99: Vec<f64>,
    /// Of a core: the API's, PostgreSQL's, the load generator's, everybody's.
    shares: Vec<[f64; 4]>,
}

/// What the runs at the steady load gave.
#[derive(Default)]
struct Steady {
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Ingest {
    /// Ours and the peer's runs in turn, each on empty tables.
    async fn beside_pgbench(&mut self) -> anyhow::Result<Saturation> {
        let mut saturation = Saturation::default();
        for _ in 0..self.effort.pick(5, 1) {
            let (run, shares) = self.saturated().await?;
            self.connections = self.product_connections().await?;
            saturation.ours.push(run.per_second);
            saturation.latency_p99.push(run.latencies.percentile_ms(0.99)?);
            saturation.shares.push(shares);

            let peer = Pgbench::like_the_stored(&self.stand).await?;
            self.stand.empty(STORED).await?;
            self.stand.empty(Pgbench::TABLES).await?;
            machine::until_quiet().await?;
            saturation.theirs.push(peer.run(self.connections, self.length()).await?);
            self.stand.empty(Pgbench::TABLES).await?;
            machine::until_quiet().await?;
            saturation.theirs_as_many_clients.push(peer.run(CLIENTS, self.length()).await?);
            self.stand.empty(Pgbench::TABLES).await?;
        }
        Ok(saturation)
    }

    /// One run at saturation. What was answered 2xx is stored, and nothing else.
    async fn saturated(&mut self) -> anyhow::Result<(Saturated, [f64; 4])> {
        self.stand.empty(STORED).await?;
        let (warm_up, length) = (Duration::from_secs(2), self.length());
        let seconds = usize::try_from((warm_up + length).as_secs())?;
        let requests = text_webhooks(&self.account, self.prepared, CEILING * seconds);
        self.prepared += requests.len();
        machine::until_quiet().await?;
        let (before, begin) = (self.processor_times()?, Instant::now());
        let run = saturate(self.address.clone(), requests, CLIENTS, warm_up, length).await?;
        let (after, elapsed) = (self.processor_times()?, begin.elapsed());
        self.all_stored(all_accepted(&run.statuses)?).await?;
        let shares = machine::shares(before, after, elapsed);
        Ok((run, shares))
    }

    async fn steady(&mut self) -> anyhow::Result<Steady> {
        let mut steady = Steady::default();
        for _ in 0..self.effort.pick(5, 1) {
            self.stand.empty(STORED).await?;
            let run = self.paced().await?;
            self.all_stored(all_accepted(&run.statuses)?).await?;
            steady.p50.push(run.latencies.percentile_ms(0.5)?);
            steady.p99.push(run.latencies.percentile_ms(0.99)?);
        }
        Ok(steady)
    }

    /// The same loads while a worker takes the deliveries up at once.
    async fn beside_a_worker(&mut self) -> anyhow::Result<(f64, f64)> {
        let worker = self.stand.product().spawn(&["worker"])?;
        self.stand.empty(STORED).await?;
        let paced = self.paced().await?;
        all_accepted(&paced.statuses)?;
        let (saturated, _) = self.saturated().await?;
        worker.stop()?;
        Ok((saturated.per_second, paced.latencies.percentile_ms(0.99)?))
    }

    async fn paced(&mut self) -> anyhow::Result<Paced> {
        let requests = text_webhooks(&self.account, self.prepared, STEADY as usize * self.effort.pick(20, 3));
        self.prepared += requests.len();
        machine::until_quiet().await?;
        let begin = Instant::now() + Duration::from_millis(200);
        paced(self.address.clone(), Arc::new(requests), CLIENTS, STEADY, begin).await
    }

    fn length(&self) -> Duration {
        Duration::from_secs(self.effort.pick(10, 3))
    }

    async fn all_stored(&self, answered: usize) -> anyhow::Result<()> {
        let stored = self.stand.count("SELECT count(*) FROM public.deliveries").await?;
        ensure!(stored == answered, "{answered} webhooks were answered 2xx, and {stored} deliveries are stored");
        Ok(())
    }

    async fn product_connections(&self) -> anyhow::Result<usize> {
        self.stand.count("SELECT count(*) FROM pg_stat_activity WHERE usename = 'signalbox_app'").await
    }

    /// Of the API, of PostgreSQL, of this process with its load, and of everybody.
    fn processor_times(&self) -> anyhow::Result<[Duration; 4]> {
        Ok([
            self.api.processor_time()?,
            machine::processor_time_of_family(self.stand.server_pid()?)?,
            machine::processor_time(std::process::id())?,
            machine::busy_time()?,
        ])
    }

    fn report(&self, saturation: &Saturation, steady: &Steady, with_worker: &(f64, f64)) -> Report {
        let mut report = Report::new(Benchmark::Ingest, "Webhook ingest", self.stand.machine());
        let connections = self.connections;
        report.condition(format!(
            "One `signalbox api` process with default settings, which had {connections} connections to the database; \
             {CLIENTS} keep-alive connections post signed WhatsApp texts of about 1 KB to it, no two alike. PostgreSQL \
             has fsync, synchronous_commit and full_page_writes on. API, PostgreSQL and load share the machine."
        ));
        report.condition(
            "Each 2xx is a delivery with its job, committed and flushed; they are counted in the database after each \
             run. No worker runs, except where it says so.",
        );
        report.condition(
            "pgbench: BEGIN, an insert of a delivery's bytes, an insert of its job's bytes, COMMIT; prepared \
             statements, all values as parameters, the same unix socket; its tables have no index but the primary \
             key. Once with as many connections as the API had to the database, once with as many as the load had to \
             the API.",
        );
        report.condition(format!(
            "At {STEADY}/s, each request is sent at its time whether or not earlier ones were answered, and its \
             latency counts from that time."
        ));
        let ours = &saturation.ours;
        for (theirs, clients) in [(&saturation.theirs, connections), (&saturation.theirs_as_many_clients, CLIENTS)] {
            let peer = format!("pgbench, {clients} connections");
            report.figure(Figure::new("stored at saturation", "per second", ours).beside(
                peer,
                ours,
                theirs,
                Some(0.6),
            ));
        }
        report.figure(Figure::new("p99 at saturation", "ms", &saturation.latency_p99));
        report.figure(Figure::new(format!("p50 at {STEADY}/s"), "ms", &steady.p50));
        report.figure(Figure::new(format!("p99 at {STEADY}/s"), "ms", &steady.p99).below(50.0));
        report.figure(Figure::new("stored at saturation, a worker running", "per second", &[with_worker.0]));
        report.figure(Figure::new(format!("p99 at {STEADY}/s, a worker running"), "ms", &[with_worker.1]));
        for (place, who) in ["the API", "PostgreSQL", "the load generator"].into_iter().enumerate() {
            let shares: Vec<f64> = saturation.shares.iter().map(|shares| shares[place]).collect();
            report.figure(Figure::new(format!("processor used by {who} at saturation"), "% of a core", &shares));
        }
        let others: Vec<f64> =
            saturation.shares.iter().map(|[ours @ .., all]| all - ours.iter().sum::<f64>()).collect();
        report.figure(Figure::new("processor used by anything else", "% of a core", &others));
        report
    }
}
