//! From a customer's message to the reply at the provider: webhook, parse, conversation, rule, send.

use super::{Benchmark, Effort};
use crate::{
    load::{Requests, all_accepted, due_at, paced},
    machine,
    report::{Figure, Report},
    stand::{Account, Process, Stand, free_address},
    stats::{Latencies, count},
};
use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use sandbox::{
    Config, RecordedRequest, RequestFilter, Sandbox,
    traffic::{Customer, Inbound},
};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

const NUMBERS: usize = 10;
/// 20 a second and number: the provider takes 80.
const RATE: u32 = 200;
/// Connections of the provider that posts.
const CLIENTS: usize = 32;
/// How long a reply may take before it counts as lost.
const PATIENCE: Duration = Duration::from_mins(1);
/// The first customer's number; each run has its own, because everybody is welcomed once.
const FIRST_CUSTOMER: u64 = 4_915_100_000_000;

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let stand = Stand::start().await?;
    let account = Account::create(&stand, NUMBERS).await?;
    let address = free_address()?;
    let time = Time::start();
    let config =
        Config { clock: Arc::new(move || time.at(Instant::now())), ..Config::new(vec![account.app(&address)?]) };
    let provider = Sandbox::bind("127.0.0.1:0".parse()?, config).await?;

    let product = stand
        .product()
        .clone()
        .set("SIGNALBOX_HTTP_BIND", &address)
        .set("SIGNALBOX_SANDBOX_BIND", provider.address().to_string());
    let mut api = product.spawn(&["api"])?;
    api.until_ready(&address).await?;
    account.console(&address).await?.welcome_customers().await?;
    let worker = product.spawn(&["worker", "--sandbox"])?;

    let mut bench = Roundtrip { stand, account, address, provider, time, customers: 0, seen: 0 };
    // Until plugins are loaded, connections open, and tables have the statistics of a running installation.
    bench.converse(RATE as usize * effort.pick(10, 3)).await?;
    bench.stand.analyze().await?;
    let mut runs = Vec::new();
    for _ in 0..effort.pick(3, 1) {
        machine::until_quiet().await?;
        let before = bench.processor_times(&api, &worker)?;
        let begin = Instant::now();
        let run = bench.converse(RATE as usize * effort.pick(30, 5)).await?;
        let (after, elapsed) = (bench.processor_times(&api, &worker)?, begin.elapsed());
        let shares = machine::shares(before, after, elapsed);
        runs.push((run, shares));
    }
    bench.nothing_failed().await?;
    let report = bench.report(&runs)?;
    worker.stop()?;
    api.stop()?;
    bench.provider.shutdown().await;
    Ok(report)
}

struct Roundtrip {
    stand: Stand,
    account: Account,
    address: String,
    provider: Sandbox,
    time: Time,
    /// How many customers have written so far.
    customers: u64,
    /// The last recorded request that was looked at.
    seen: u64,
}

/// What one run gave.
struct Run {
    /// From the moment the webhook was due to the reply's arrival at the provider.
    replies: Latencies,
    /// From the moment the webhook was due to its answer.
    webhooks: Latencies,
    /// Customers without a reply.
    lost: usize,
    /// Replies beyond the first.
    duplicates: usize,
}

impl Roundtrip {
    /// So many customers write once each, at the rate, and all replies are awaited.
    async fn converse(&mut self, customers: usize) -> anyhow::Result<Run> {
        let mut requests = Requests::default();
        let mut places = HashMap::new();
        for place in 0..customers {
            let phone = (FIRST_CUSTOMER + self.customers).to_string();
            self.customers += 1;
            let line = &self.account.lines[place % NUMBERS];
            let inbound = Inbound::text(
                Customer::with_phone(&phone, "Ada Customer"),
                "Hello! Is my order already on its way to me?",
            );
            let webhook = self.provider.compose(&line.phone_number_id, inbound)?.webhook;
            requests.push(&self.account.hook, &webhook.signature, &webhook.body);
            places.insert(phone, place);
        }
        let begin = Instant::now() + Duration::from_millis(200);
        let posted = paced(self.address.clone(), Arc::new(requests), CLIENTS, RATE, begin).await?;
        all_accepted(&posted.statuses)?;
        let replies = self.replies(customers).await?;
        // Callbacks of this run do not weigh on the next one.
        self.provider.settled().await;

        let mut counts = vec![0_usize; customers];
        let mut latencies = Vec::with_capacity(customers);
        for reply in replies {
            let to = reply.to.as_deref().context("a reply to nobody")?;
            let place = *places.get(to.trim_start_matches('+')).with_context(|| format!("a reply to {to}"))?;
            counts[place] += 1;
            if counts[place] == 1 {
                let due = self.time.at(due_at(begin, place, RATE));
                latencies.push((reply.at - due).to_std().context("a reply before its message")?);
            }
        }
        Ok(Run {
            replies: latencies.into_iter().collect(),
            webhooks: posted.latencies,
            lost: counts.iter().filter(|&&replies| replies == 0).count(),
            duplicates: counts.iter().map(|replies| replies.saturating_sub(1)).sum(),
        })
    }

    /// The accepted replies since the last time, once there are as many as expected or patience ends.
    async fn replies(&mut self, expected: usize) -> anyhow::Result<Vec<RecordedRequest>> {
        let mut replies = Vec::new();
        let mut last_came = Instant::now();
        while replies.len() < expected && last_came.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(250)).await;
            if self.collect(&mut replies)? {
                last_came = Instant::now();
            }
        }
        // What comes once too often comes a little later.
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.collect(&mut replies)?;
        Ok(replies)
    }

    fn collect(&mut self, replies: &mut Vec<RecordedRequest>) -> anyhow::Result<bool> {
        let requests = self.provider.requests(&RequestFilter { after: self.seen, ..RequestFilter::default() });
        let Some(last) = requests.last() else { return Ok(false) };
        self.seen = last.sequence;
        for request in requests {
            ensure!(request.accepted, "the provider refused a message with error {:?}", request.error_code);
            replies.push(request);
        }
        Ok(true)
    }

    /// Every delivery was processed, every reply is known to be read, and no job was given up.
    async fn nothing_failed(&self) -> anyhow::Result<()> {
        let count = async |sql| self.stand.count(sql).await;
        let deadline = Instant::now() + PATIENCE;
        while count("SELECT count(*) FROM queue.jobs WHERE state <> 'delayed'").await? > 0 {
            ensure!(Instant::now() < deadline, "jobs are still waiting");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let unprocessed = count("SELECT count(*) FROM deliveries WHERE outcome <> 'processed'").await?;
        ensure!(unprocessed == 0, "{unprocessed} deliveries were not processed");
        let dead = count("SELECT count(*) FROM queue.dead_letters").await?;
        ensure!(dead == 0, "{dead} jobs became dead letters");
        let read = count("SELECT count(*) FROM messages WHERE direction = 'outbound' AND status = 'read'").await?;
        ensure!(read as u64 == self.customers, "{read} of {} replies are known to be read", self.customers);
        Ok(())
    }

    /// Of the API, the worker, PostgreSQL, this process with the provider and the load, and everybody.
    fn processor_times(&self, api: &Process, worker: &Process) -> anyhow::Result<[Duration; 5]> {
        Ok([
            api.processor_time()?,
            worker.processor_time()?,
            machine::processor_time_of_family(self.stand.server_pid()?)?,
            machine::processor_time(std::process::id())?,
            machine::busy_time()?,
        ])
    }

    fn report(&self, runs: &[(Run, [f64; 5])]) -> anyhow::Result<Report> {
        let mut report = Report::new(Benchmark::Roundtrip, "Message in, reply out", self.stand.machine());
        report.condition(format!(
            "{RATE} customers a second write for the first time, to {NUMBERS} numbers of one tenant; the welcome rule \
             answers each. Measured from the moment a webhook is due to the reply's arrival at the provider."
        ));
        report.condition(
            "Before the first run a warm-up of 2,000 customers, then ANALYZE, which autovacuum does within a minute.",
        );
        report.condition(
            "One `signalbox api` and one `signalbox worker` process with default settings; PostgreSQL has fsync, \
             synchronous_commit and full_page_writes on; the provider is the sandbox, in the benchmark's own process, \
             which enforces the provider's limits and reports each reply as sent, delivered and read. All share the \
             machine.",
        );
        let of = |value: &dyn Fn(&Run) -> anyhow::Result<f64>| -> anyhow::Result<Vec<f64>> {
            runs.iter().map(|(run, _)| value(run)).collect()
        };
        report.figure(Figure::new("reply, p50", "ms", &of(&|run| run.replies.percentile_ms(0.5))?).at_most(30.0));
        report.figure(Figure::new("reply, p99", "ms", &of(&|run| run.replies.percentile_ms(0.99))?).at_most(200.0));
        report.figure(Figure::new("reply, slowest", "ms", &of(&|run| run.replies.percentile_ms(1.0))?));
        report.figure(Figure::new("webhook answered, p99", "ms", &of(&|run| run.webhooks.percentile_ms(0.99))?));
        report.figure(Figure::new("messages without a reply", "", &of(&|run| Ok(count(run.lost)))?).at_most(0.0));
        report.figure(Figure::new("replies too many", "", &of(&|run| Ok(count(run.duplicates)))?).at_most(0.0));
        for (place, who) in ["the API", "the worker", "PostgreSQL", "provider and load"].into_iter().enumerate() {
            let shares: Vec<f64> = runs.iter().map(|(_, shares)| shares[place]).collect();
            report.figure(Figure::new(format!("processor used by {who}"), "% of a core", &shares));
        }
        let others: Vec<f64> = runs.iter().map(|(_, [ours @ .., all])| all - ours.iter().sum::<f64>()).collect();
        report.figure(Figure::new("processor used by anything else", "% of a core", &others));
        Ok(report)
    }
}

/// Ties the clock that measures to the one that the provider writes down.
#[derive(Clone, Copy)]
struct Time {
    instant: Instant,
    utc: DateTime<Utc>,
}

impl Time {
    fn start() -> Self {
        Self { instant: Instant::now(), utc: Utc::now() }
    }

    fn at(&self, instant: Instant) -> DateTime<Utc> {
        self.utc + (instant - self.instant)
    }
}
