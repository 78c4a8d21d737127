//! What agents ask all day of an inbox of a million conversations and ten million messages, one after another.

mod plans;
mod questions;

use super::{Benchmark, Effort};
use crate::{
    machine,
    report::{Figure, Report},
    stand::{
        Account, Console, Process, Stand,
        big_inbox::{self, Kind, Size, id},
        free_address,
    },
    stats::Latencies,
};
use anyhow::ensure;
use futures::future::try_join_all;
use questions::Vocabulary;
use serde_json::json;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// As many take something from the queues at the same time.
const PARALLEL: usize = 500;
/// So many of a list's pages are turned.
const PAGES: usize = 1_000;

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let stand = Stand::start().await?;
    let account = Account::create(&stand, 1).await?;
    let size = Size::of(effort);
    let begin = Instant::now();
    eprintln!("    making {} conversations with {} messages", size.conversations, size.messages());
    big_inbox::fill(&stand, size).await?;
    eprintln!("    made in {:.0} s", begin.elapsed().as_secs_f64());

    let address = free_address()?;
    let api = start(&stand, &address).await?;
    let admin = account.console(&address).await?;
    let agent = account.console_of(&address, "agent0@bench.example").await?;
    let vocabulary = Vocabulary(big_inbox::words(&stand).await?);
    let bench = Inbox { size, effort, admin, agent, vocabulary };
    if effort == Effort::Full {
        machine::until_quiet().await?;
    }
    let mut report = Report::new(Benchmark::Inbox, "An inbox of ten million messages", stand.machine());
    bench.conditions(&mut report);
    bench.lists(&mut report).await?;
    bench.threads(&mut report).await?;
    bench.searches(&mut report).await?;
    bench.contacts(&mut report).await?;
    bench.replies(&mut report).await?;
    bench.assignments(&stand, &mut report).await?;
    api.stop()?;

    let plans = plans::watch(&stand).await?;
    let api = start(&stand, &address).await?;
    let snapshot = plans.of(&bench.admin, &questions::of_every_kind(&bench.vocabulary, size)).await?;
    api.stop()?;
    if effort == Effort::Full {
        snapshot.save()?;
    }
    report.figure(
        Figure::new("kinds of questions that read a large table to its end", "", &[snapshot.scans()]).at_most(0.0),
    );
    Ok(report)
}

async fn start(stand: &Stand, address: &str) -> anyhow::Result<Process> {
    let product = stand.product().clone().set("SIGNALBOX_HTTP_BIND", address);
    let product = product.set("SIGNALBOX_RATE_LIMIT_PER_CALLER", "0");
    let mut api = product.spawn(&["api"])?;
    api.until_ready(address).await?;
    Ok(api)
}

struct Inbox {
    size: Size,
    effort: Effort,
    admin: Console,
    agent: Console,
    vocabulary: Vocabulary,
}

impl Inbox {
    fn conditions(&self, report: &mut Report) {
        let Size { contacts, conversations, long } = self.size;
        report.condition(format!(
            "One tenant has {conversations} conversations of two years with {} messages, {long} of them in one \
             conversation, and {contacts} contacts; another tenant has a twentieth of that in the same tables. \
             Row-level security is on throughout. Texts are made of 40,000 words, few of which are frequent.",
            self.size.messages()
        ));
        report.condition(
            "One `signalbox api` process with default settings, but for the rate limit. Requests are made one after \
             another over HTTP, except where it says so; a latency is the whole request. PostgreSQL has 128 MB of shared \
             buffers, so most is read from the cache of the operating system.",
        );
    }

    async fn lists(&self, report: &mut Report) -> anyhow::Result<()> {
        let combinations = questions::filters(self.effort.pick(400, 40));
        let mut all = Vec::new();
        let mut slow = Vec::new();
        for filter in &combinations {
            let asked = ask(&self.admin, [format!("/conversations?{filter}")]).await?;
            if asked[0] > Duration::from_millis(50) {
                slow.push((asked[0], filter));
            }
            all.extend(asked);
        }
        slow.sort_unstable();
        for (latency, filter) in slow.iter().rev().take(10) {
            eprintln!("    {:.0} ms: {filter}", latency.as_secs_f64() * 1e3);
        }
        let count = combinations.len();
        let name = format!("a page of a list, {count} combinations of filters");
        p95(report, &name, all, Some(50.0))?;
        let of_agent = combinations.iter().map(|filter| format!("/conversations?{filter}"));
        p95(report, "the same as an agent", ask(&self.agent, of_agent).await?, Some(50.0))?;

        let mut cursor = String::new();
        let mut pages = Vec::new();
        for _ in 0..self.effort.pick(PAGES, 50) {
            let begin = Instant::now();
            let page = self.admin.get(&format!("/conversations?limit=50{cursor}")).await?;
            pages.push(begin.elapsed());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let (first, last) = (pages[..pages.len() / 10].to_vec(), pages[pages.len() * 9 / 10..].to_vec());
        p95(report, "the first 100 pages of a list", first, None)?;
        p95(report, "pages 900 to 1,000 of a list", last, Some(50.0))
    }

    async fn threads(&self, report: &mut Report) -> anyhow::Result<()> {
        let thread = format!("/conversations/{}/messages", id(Kind::Conversation, 0));
        let of_long = (0..self.count(200)).map(|n| {
            let message = self.size.conversations * 10 + n * 7_919 % self.size.long;
            format!("{thread}?cursor={}", questions::cursor(id(Kind::Message, message)))
        });
        let name = format!("a page of a conversation of {} messages", self.size.long);
        p95(report, &name, ask(&self.admin, of_long).await?, Some(30.0))
    }

    async fn searches(&self, report: &mut Report) -> anyhow::Result<()> {
        for (name, words) in self.vocabulary.in_messages(self.count(60)) {
            let paths: Vec<_> = words.iter().map(|word| format!("/search/messages?limit=25&q={word}")).collect();
            p95(report, &format!("search messages: {name}"), ask(&self.admin, paths.clone()).await?, Some(300.0))?;
            p95(report, &format!("search messages: {name}, as an agent"), ask(&self.agent, paths).await?, Some(300.0))?;
        }
        for (name, path) in
            [("contacts", "/contacts"), ("conversations by name", "/conversations"), ("everything", "/search")]
        {
            let parameter = if name == "everything" { "q" } else { "search" };
            let asked =
                self.vocabulary.names(self.count(100)).into_iter().map(|typed| format!("{path}?{parameter}={typed}"));
            p95(report, &format!("search {name}"), ask(&self.admin, asked).await?, Some(300.0))?;
        }
        Ok(())
    }

    async fn contacts(&self, report: &mut Report) -> anyhow::Result<()> {
        let asked = (0..self.count(300)).map(|n| n * 7_919 % self.size.contacts);
        let asked = asked.map(|n| format!("/contacts/{}/overview", id(Kind::Contact, n)));
        p95(report, "everything about a contact", ask(&self.admin, asked).await?, Some(50.0))
    }

    async fn replies(&self, report: &mut Report) -> anyhow::Result<()> {
        let open = self.admin.get("/conversations?status=open,pending&channel=whatsapp&limit=200").await?;
        let reply = json!({ "content": { "type": "text", "text": "We are looking into it." } });
        let mut latencies = Vec::new();
        for conversation in open["items"].as_array().into_iter().flatten() {
            let path = format!("/conversations/{}/messages", conversation["id"].as_str().unwrap_or_default());
            let begin = Instant::now();
            self.admin.post(&path, &reply).await?;
            latencies.push(begin.elapsed());
        }
        p95(report, "a reply, stored with its job", latencies, Some(50.0))
    }

    /// Everybody takes what has waited longest, at the same time.
    async fn assignments(&self, stand: &Stand, report: &mut Report) -> anyhow::Result<()> {
        let assigned = "SELECT count(*) FROM conversation_assignments WHERE ended_at IS NULL";
        let before = stand.count(assigned).await?;
        let begin = Instant::now();
        let taken = try_join_all((0..PARALLEL).map(|_| async {
            let begin = Instant::now();
            let taken = self.admin.post("/queues/take-next", &json!({})).await?;
            anyhow::Ok((taken["id"].as_str().unwrap_or_default().to_owned(), begin.elapsed()))
        }));
        let taken = taken.await?;
        let rate = PARALLEL as f64 / begin.elapsed().as_secs_f64();
        let distinct: BTreeSet<_> = taken.iter().map(|(id, _)| id).collect();
        let stored = stand.count(assigned).await? - before;
        ensure!(distinct.len() == PARALLEL, "{} of {PARALLEL} conversations were given once", distinct.len());
        ensure!(stored == PARALLEL, "{stored} of {PARALLEL} assignments are stored");
        report.figure(Figure::new(format!("{PARALLEL} people take from the queues at once"), "per second", &[rate]));
        report.figure(Figure::new("given twice, or to nobody", "", &[0.0]).at_most(0.0));
        Ok(())
    }

    fn count(&self, full: i64) -> i64 {
        self.effort.pick(full, full / 10)
    }
}

/// Asks one after another. Returns how long each took.
async fn ask(person: &Console, paths: impl IntoIterator<Item = String>) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    for path in paths {
        let begin = Instant::now();
        person.get(&path).await?;
        latencies.push(begin.elapsed());
    }
    Ok(latencies)
}

fn p95(report: &mut Report, name: &str, latencies: Vec<Duration>, target: Option<f64>) -> anyhow::Result<()> {
    let latencies: Latencies = latencies.into_iter().collect();
    let figure = Figure::new(format!("{name}: p95"), "ms", &[latencies.percentile_ms(0.95)?]);
    report.figure(match target {
        Some(target) => figure.at_most(target),
        None => figure,
    });
    report.figure(Figure::new(format!("{name}: p50"), "ms", &[latencies.percentile_ms(0.5)?]));
    report.figure(Figure::new(format!("{name}: slowest"), "ms", &[latencies.percentile_ms(1.0)?]));
    Ok(())
}
