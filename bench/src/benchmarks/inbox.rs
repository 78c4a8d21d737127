//! What agents ask all day of an inbox of a million conversations and ten million messages, one after another.

mod opening;
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
    report.figure(opening(&address, &account, effort).await?);
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
        Figure::new("kinds of questions that read a large table to its end", "", &[snapshot.scans().into()])
            .at_most(0.0),
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
        let paths: Vec<_> = combinations.iter().map(|filter| format!("/conversations?{filter}")).collect();
        let name = format!("a page of a list, {} combinations of filters", paths.len());
        let all = self.p95(report, &name, &self.admin, &paths, 50.0).await?;
        let seen = self.p95(report, "the same as an agent", &self.agent, &paths, 50.0).await?;
        report.figure(Figure::new("the slowest combination", "ms", &[slowest(&paths, &all)]));
        report.figure(Figure::new("the slowest combination as an agent", "ms", &[slowest(&paths, &seen)]));

        let mut cursor = String::new();
        let mut pages = Vec::new();
        for _ in 0..self.effort.pick(PAGES, 50) {
            let begin = Instant::now();
            let page = self.admin.get(&format!("/conversations?limit=50{cursor}")).await?;
            pages.push(begin.elapsed());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let tenth = pages.len() / 10;
        let (first, last) = (&pages[..tenth], &pages[pages.len() - tenth..]);
        report.figure(Figure::new("the first 100 pages of a list: p95", "ms", &[p95_of(first)?]));
        report.figure(Figure::new("pages 900 to 1,000 of a list: p95", "ms", &[p95_of(last)?]).at_most(50.0));
        Ok(())
    }

    async fn threads(&self, report: &mut Report) -> anyhow::Result<()> {
        let thread = format!("/conversations/{}/messages", id(Kind::Conversation, 0));
        let of_long = (0..self.count(200)).map(|n| {
            let message = self.size.conversations * 10 + n * 7_919 % self.size.long;
            format!("{thread}?cursor={}", questions::cursor(id(Kind::Message, message)))
        });
        let name = format!("a page of a conversation of {} messages", self.size.long);
        self.p95(report, &name, &self.admin, &of_long.collect::<Vec<_>>(), 30.0).await?;
        Ok(())
    }

    async fn searches(&self, report: &mut Report) -> anyhow::Result<()> {
        for (name, words) in self.vocabulary.in_messages(self.count(60)) {
            let paths: Vec<_> = words.iter().map(|word| format!("/search/messages?limit=25&q={word}")).collect();
            self.p95(report, &format!("search messages, {name}"), &self.admin, &paths, 300.0).await?;
            self.p95(report, &format!("search messages, {name}, as an agent"), &self.agent, &paths, 300.0).await?;
        }
        let names = self.vocabulary.names(self.count(100));
        for (name, path) in [
            ("search contacts", "/contacts?search"),
            ("search conversations by name", "/conversations?search"),
            ("search everything", "/search?q"),
        ] {
            let paths: Vec<_> = names.iter().map(|typed| format!("{path}={typed}")).collect();
            self.p95(report, name, &self.admin, &paths, 300.0).await?;
        }
        Ok(())
    }

    async fn contacts(&self, report: &mut Report) -> anyhow::Result<()> {
        let asked = (0..self.count(300)).map(|n| n * 7_919 % self.size.contacts);
        let asked: Vec<_> = asked.map(|n| format!("/contacts/{}/overview", id(Kind::Contact, n))).collect();
        self.p95(report, "everything about a contact", &self.admin, &asked, 50.0).await?;
        Ok(())
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
        report.figure(Figure::new("a reply, stored with its job: p95", "ms", &[p95_of(&latencies)?]).at_most(50.0));
        Ok(())
    }

    /// Everybody takes what has waited longest in one queue, at the same time.
    async fn assignments(&self, stand: &Stand, report: &mut Report) -> anyhow::Result<()> {
        let parallel: u32 = self.effort.pick(500, 20);
        let assigned = "SELECT count(*) FROM conversation_assignments WHERE unassigned_at IS NULL";
        let queue = json!({ "team_id": id(Kind::Team, 2) });
        let before = stand.count(assigned).await?;
        let begin = Instant::now();
        let taken = try_join_all((0..parallel).map(|_| async {
            let begin = Instant::now();
            let taken = self.admin.post("/queues/take-next", &queue).await?;
            anyhow::Ok((taken["id"].as_str().unwrap_or_default().to_owned(), begin.elapsed()))
        }));
        let taken = taken.await?;
        let rate = f64::from(parallel) / begin.elapsed().as_secs_f64();
        let distinct: BTreeSet<_> = taken.iter().map(|(id, _)| id).collect();
        let stored = stand.count(assigned).await? - before;
        ensure!(distinct.len() == parallel as usize, "{} of {parallel} conversations were given once", distinct.len());
        ensure!(stored == parallel as usize, "{stored} of {parallel} assignments are stored");
        report.figure(Figure::new(format!("{parallel} people take from a queue at once"), "per second", &[rate]));
        report.figure(Figure::new("given twice, or to nobody", "", &[0.0]).at_most(0.0));
        Ok(())
    }

    /// Asks everything some times over, and reports the 95th percentile of each round. Returns how long each took.
    async fn p95(
        &self,
        report: &mut Report,
        name: &str,
        person: &Console,
        paths: &[String],
        target: f64,
    ) -> anyhow::Result<Vec<Vec<Duration>>> {
        let mut rounds = Vec::new();
        for _ in 0..self.effort.runs(3) {
            rounds.push(ask(person, paths).await?);
        }
        let p95s: Vec<f64> = rounds.iter().map(|round| p95_of(round)).collect::<anyhow::Result<_>>()?;
        report.figure(Figure::new(format!("{name}: p95"), "ms", &p95s).at_most(target));
        Ok(rounds)
    }

    fn count(&self, full: i64) -> i64 {
        self.effort.pick(full, full / 10)
    }
}

async fn opening(address: &str, account: &Account, effort: Effort) -> anyhow::Result<Figure> {
    let took = opening::times(address, account, effort.pick(40, 5)).await?;
    let name = "opening the inbox in a browser, largest contentful paint: p95";
    Ok(Figure::new(name, "ms", &[p95_of(&took)?]).at_most(1000.0))
}

/// Asks one after another. Returns how long each took.
async fn ask(person: &Console, paths: &[String]) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    for path in paths {
        let begin = Instant::now();
        person.get(path).await?;
        latencies.push(begin.elapsed());
    }
    Ok(latencies)
}

fn p95_of(latencies: &[Duration]) -> anyhow::Result<f64> {
    latencies.iter().copied().collect::<Latencies>().percentile_ms(0.95)
}

/// Of several rounds, the path that took longest at its best. Says which were slow.
fn slowest(paths: &[String], rounds: &[Vec<Duration>]) -> f64 {
    let best = |place: usize| rounds.iter().filter_map(|round| round.get(place)).min().copied().unwrap_or_default();
    let mut all: Vec<(Duration, &String)> = paths.iter().enumerate().map(|(place, path)| (best(place), path)).collect();
    all.sort_unstable();
    for (latency, path) in all.iter().rev().take(10) {
        eprintln!("    {:.0} ms: {path}", latency.as_secs_f64() * 1e3);
    }
    all.last().map_or(0.0, |(latency, _)| latency.as_secs_f64() * 1e3)
}
