//! Thousands of browsers that are told what happens: from the request that says something to the other screens.

mod people;
mod screens;

use super::{Benchmark, Effort};
use crate::{
    machine,
    report::{Figure, Report},
    stand::{Account, Process, Stand, free_address},
    stats::{Latencies, count},
};
use anyhow::{Context as _, ensure};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use people::People;
use screens::{Heard, Screens};
use std::time::{Duration, Instant};

const SCREENS: usize = 5_000;
/// Each has some of the screens, and one of these shows the list of conversations.
const AGENTS: usize = 200;
/// Each is on twenty screens.
const CONVERSATIONS: usize = 250;
/// Messages a second.
const RATE: u32 = 100;
/// How long a message may take before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// How much of everything.
#[derive(Clone, Copy)]
struct Size {
    screens: usize,
    agents: usize,
    conversations: usize,
    rate: u32,
}

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let size = effort.pick(
        Size { screens: SCREENS, agents: AGENTS, conversations: CONVERSATIONS, rate: RATE },
        Size { screens: 200, agents: 20, conversations: 20, rate: 20 },
    );
    raise_open_files()?;
    let stand = Stand::start().await?;
    let account = Account::create(&stand, 1).await?;
    let address = free_address()?;
    // What signing in and subscribing so often would be refused for, people do once a day.
    let product = stand
        .product()
        .clone()
        .set("SIGNALBOX_HTTP_BIND", &address)
        .set("SIGNALBOX_RATE_LIMIT_PER_CALLER", "0")
        .set("SIGNALBOX_RATE_LIMIT_PER_ADDRESS", "0");
    let mut api = product.spawn(&["api"])?;
    api.until_ready(&address).await?;
    let people = People::gather(&stand, &account, &address, size.agents, size.conversations).await?;
    let before = api.resident_mib()?;
    let begin = Instant::now();
    let screens = Screens::open(&people, &address, size.screens).await?;
    let opened = begin.elapsed();
    let with_screens = api.resident_mib()?;

    let mut runs = Vec::new();
    let _warm = speak(&people, &screens, size, effort.pick(10, 2)).await?;
    for _ in 0..effort.runs(3) {
        machine::until_quiet().await?;
        let used = api.processor_time()?;
        let begin = Instant::now();
        let heard = speak(&people, &screens, size, effort.pick(30, 5)).await?;
        let busy = api.processor_time()?.saturating_sub(used).as_secs_f64() / begin.elapsed().as_secs_f64();
        runs.push((heard, busy));
    }
    let report = report(&stand, size, &api, &runs, (before, with_screens), opened)?;
    screens.close();
    api.stop()?;
    Ok(report)
}

/// What one run gave.
struct Run {
    conversations: Latencies,
    lists: Latencies,
    lost: usize,
    doubled: usize,
}

/// Messages are said at a steady rate, in one conversation after the other, and everybody's screens are awaited.
async fn speak(people: &People, screens: &Screens, size: Size, seconds: u32) -> anyhow::Result<Run> {
    let messages = (size.rate * seconds) as usize;
    screens.forget();
    people.say(messages, size.rate).await?;
    let of_conversations: usize = (0..messages).map(|place| screens.of_conversation(place % size.conversations)).sum();
    let expected = of_conversations + messages * size.agents;
    let deadline = Instant::now() + PATIENCE;
    while screens.heard() < expected && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // What comes twice comes a little later.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let Heard { conversations, lists, doubled } = screens.take();
    let came = conversations.len() + lists.len();
    Ok(Run {
        lost: expected.saturating_sub(came),
        doubled,
        conversations: conversations.into_iter().collect(),
        lists: lists.into_iter().collect(),
    })
}

fn report(
    stand: &Stand,
    size: Size,
    api: &Process,
    runs: &[(Run, f64)],
    (before, with_screens): (f64, f64),
    opened: Duration,
) -> anyhow::Result<Report> {
    let Size { screens, agents, conversations, rate } = size;
    let mut report = Report::new(Benchmark::Realtime, "Realtime", stand.machine());
    report.condition(format!(
        "{screens} WebSockets of {agents} agents on one `signalbox api` process with default settings; each hears one of \
         {conversations} conversations, and one of each agent hears the inbox as well. {rate} messages a second are said \
         over REST, in one conversation after the other: {} messages a second to screens. Measured from the beginning of \
         the request to the arrival of the event, which has the message in it.",
        rate as usize * (screens / conversations + agents)
    ));
    report.condition(
        "PostgreSQL has fsync, synchronous_commit and full_page_writes on. The screens and the requests are in the \
         benchmark's own process; all share the machine.",
    );
    let of = |value: &dyn Fn(&Run) -> anyhow::Result<f64>| -> anyhow::Result<Vec<f64>> {
        runs.iter().map(|(run, _)| value(run)).collect()
    };
    report.figure(Figure::new(
        "on a conversation's screens, p50",
        "ms",
        &of(&|run| run.conversations.percentile_ms(0.5))?,
    ));
    let p99 = of(&|run| run.conversations.percentile_ms(0.99))?;
    report.figure(Figure::new("on a conversation's screens, p99", "ms", &p99).at_most(200.0));
    report.figure(Figure::new("in lists, p50", "ms", &of(&|run| run.lists.percentile_ms(0.5))?));
    report.figure(Figure::new("in lists, p99", "ms", &of(&|run| run.lists.percentile_ms(0.99))?).at_most(200.0));
    report.figure(Figure::new("events that did not come", "", &of(&|run| Ok(count(run.lost)))?).at_most(0.0));
    report.figure(Figure::new("events that came twice", "", &of(&|run| Ok(count(run.doubled)))?).at_most(0.0));
    let kib = (with_screens - before) * 1024.0 / count(screens);
    report.figure(Figure::new("memory of a connection", "KiB", &[kib]));
    report.figure(Figure::new("memory of the process with all of them", "MiB", &[api.resident_mib()?]));
    report.figure(Figure::new(
        "processor time of the process",
        "cores",
        &runs.iter().map(|(_, busy)| *busy).collect::<Vec<_>>(),
    ));
    let a_second = count(screens) / opened.as_secs_f64();
    report.figure(Figure::new("connections opened, authorised and subscribed", "1/s", &[a_second]));
    Ok(report)
}

/// Every connection is an open file, at both ends.
fn raise_open_files() -> anyhow::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let wanted = (2 * SCREENS + 1_000) as u64;
    ensure!(most >= wanted, "the limit of open files is {most}; {wanted} are needed (`ulimit -Hn`)");
    setrlimit(Resource::RLIMIT_NOFILE, most, most).context("the limit of open files cannot be raised")
}
