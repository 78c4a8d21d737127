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
/// Half of that, for machines that the full rate is too much for: there the median says how long the queue before the
/// processor grew, and nothing about Signalbox.
const HALF_RATE: u32 = RATE / 2;
/// Connections of the provider that posts.
const CLIENTS: usize = 32;
/// How long a reply may take before it counts as lost.
const PATIENCE: Duration = Duration::from_mins(1);
/// Who write in turn, each every ten seconds: the provider lets a number answer one customer every six.
const CUSTOMERS: usize = 2_000;
/// The first customer's number.
const FIRST_CUSTOMER: usize = 4_915_100_000_000;

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
    account.console(&address).await?.answer_orders().await?;
    let worker = product.spawn(&["worker", "--sandbox"])?;

    let mut bench = Roundtrip { stand, account, address, provider, time, messages: 0, seen: 0 };
    // Until plugins are loaded, connections open, and tables have the statistics of a running installation. Most
    // customers write for the first time here.
    bench.converse(RATE, effort.pick(10, 3)).await?;
    bench.stand.analyze().await?;
    let mut runs = Vec::new();
    for _ in 0..effort.pick(3, 1) {
        machine::until_quiet().await?;
        let before = bench.processor_times(&api, &worker)?;
        let begin = Instant::now();
        let run = bench.converse(RATE, effort.pick(30, 5)).await?;
        let used = Used::between(before, bench.processor_times(&api, &worker)?, begin.elapsed());
        runs.push((run, used));
    }
    machine::until_quiet().await?;
    let unhurried = bench.converse(HALF_RATE, effort.pick(30, 5)).await?;
    bench.nothing_failed().await?;
    let report = bench.report(&runs, &unhurried)?;
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
    /// How many messages customers have written so far.
    messages: usize,
    /// The last recorded request that was looked at.
    seen: u64,
}

/// What one run gave.
struct Run {
    /// From the moment the webhook was due to the reply's arrival at the provider.
    replies: Latencies,
    /// From the moment the webhook was due to its answer.
    webhooks: Latencies,
    /// Messages in all.
    messages: usize,
    /// Messages without a reply.
    lost: usize,
    /// Replies beyond one to each message.
    duplicates: usize,
}

/// Processor time that a run took.
struct Used {
    /// Of the API, the worker, PostgreSQL, and this process with the provider and the load.
    ours: [Duration; 4],
    /// Of everybody else, in percent of a core.
    others: f64,
}

impl Used {
    fn between(before: [Duration; 5], after: [Duration; 5], elapsed: Duration) -> Self {
        let used: [Duration; 5] = std::array::from_fn(|who| after[who].saturating_sub(before[who]));
        let [ours @ .., all] = used;
        let others = all.saturating_sub(ours.iter().sum());
        Self { ours, others: 100.0 * others.as_secs_f64() / elapsed.as_secs_f64() }
    }
}

impl Roundtrip {
    /// Messages are written at `rate` a second for so many seconds, by one customer after the other, and all replies
    /// are awaited.
    async fn converse(&mut self, rate: u32, seconds: u32) -> anyhow::Result<Run> {
        let messages = (rate * seconds) as usize;
        let mut requests = Requests::default();
        // The places of each customer's messages; the replies come in the same order.
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for place in 0..messages {
            let customer = self.messages % CUSTOMERS;
            let phone = (FIRST_CUSTOMER + customer).to_string();
            self.messages += 1;
            let line = &self.account.lines[customer % NUMBERS];
            let inbound = Inbound::text(
                Customer::with_phone(&phone, "Ada Customer"),
                "Hello! Is my order already on its way to me?",
            );
            let webhook = self.provider.compose(&line.phone_number_id, inbound)?.webhook;
            requests.push(&self.account.hook, &webhook.signature, &webhook.body);
            places.entry(phone).or_default().push(place);
        }
        let begin = Instant::now() + Duration::from_millis(200);
        let posted = paced(self.address.clone(), Arc::new(requests), CLIENTS, rate, begin).await?;
        all_accepted(&posted.statuses)?;
        let replies = self.replies(messages).await?;
        // Callbacks of this run do not weigh on the next one.
        self.provider.settled().await;

        let mut answered: HashMap<&str, usize> = HashMap::new();
        let mut latencies = Vec::with_capacity(messages);
        let mut duplicates = 0;
        for reply in &replies {
            let to = reply.to.as_deref().context("a reply to nobody")?.trim_start_matches('+');
            let of_customer = places.get(to).with_context(|| format!("a reply to {to}"))?;
            let nth = answered.entry(to).or_default();
            if let Some(&place) = of_customer.get(*nth) {
                let due = self.time.at(due_at(begin, place, rate));
                latencies.push((reply.at - due).to_std().context("a reply before its message")?);
            } else {
                duplicates += 1;
            }
            *nth += 1;
        }
        Ok(Run {
            lost: messages - latencies.len(),
            replies: latencies.into_iter().collect(),
            webhooks: posted.latencies,
            messages,
            duplicates,
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
        while count("SELECT count(*) FROM queue.jobs WHERE run_at IS NULL").await? > 0 {
            ensure!(Instant::now() < deadline, "jobs are still waiting");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let unprocessed = count("SELECT count(*) FROM deliveries WHERE outcome <> 'processed'").await?;
        ensure!(unprocessed == 0, "{unprocessed} deliveries were not processed");
        let dead = count("SELECT count(*) FROM queue.dead_letters").await?;
        ensure!(dead == 0, "{dead} jobs became dead letters");
        let read = count("SELECT count(*) FROM messages WHERE direction = 'outbound' AND status = 'read'").await?;
        ensure!(read as usize == self.messages, "{read} of {} replies are known to be read", self.messages);
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

    fn report(&self, runs: &[(Run, Used)], unhurried: &Run) -> anyhow::Result<Report> {
        let mut report = Report::new(Benchmark::Roundtrip, "Message in, reply out", self.stand.machine());
        report.condition(format!(
            "{RATE} messages a second, of {CUSTOMERS} customers in turn, to {NUMBERS} numbers of one tenant; a keyword \
             rule answers each; at the end, the same at {HALF_RATE} a second. Measured from the moment a webhook is due to the reply's arrival at the provider."
        ));
        report.condition(
            "Before the first run a warm-up in which every customer writes for the first time, then ANALYZE, which \
             autovacuum does within a minute.",
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
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            let latency = unhurried.replies.percentile_ms(share)?;
            report.figure(Figure::new(format!("reply at {HALF_RATE} a second, {name}"), "ms", &[latency]));
        }
        ensure!(unhurried.lost + unhurried.duplicates == 0, "at {HALF_RATE} a second replies were lost or doubled");
        for (place, who) in ["the API", "the worker", "PostgreSQL", "provider and load"].into_iter().enumerate() {
            let per_message = |(run, used): &(Run, Used)| used.ours[place].as_secs_f64() * 1e3 / count(run.messages);
            let times: Vec<f64> = runs.iter().map(per_message).collect();
            report.figure(Figure::new(format!("processor time of {who}, per message"), "ms", &times));
        }
        let others: Vec<f64> = runs.iter().map(|(_, used)| used.others).collect();
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
