//! One `parse` call: a fresh instance of the plugin turns one webhook into events.

use super::{Benchmark, Effort};
use crate::{
    machine::{self, Machine},
    report::{Figure, Report},
    stand,
    stats::{Latencies, count},
};
use anyhow::{Context as _, ensure};
use chrono::Utc;
use egress::Egress;
use plugin_host::{CallContext, CallSecrets, Config, Plugin, PluginHost};
use plugin_sdk::{InboundRequest, http::Header};
use sandbox::{
    signing::{SIGNATURE_HEADER, escape_like_meta, sign},
    traffic::{Customer, Inbound, Line},
};
use serde_json::json;
use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let directory = stand::directory()?;
    let file = fs::read(stand::plugin()?)?;
    let machine = Machine::observe(directory.path())?;
    let (rounds, calls, seconds) = (effort.pick(5, 1), effort.pick(20_000, 2_000), effort.pick(5, 1));

    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let cache = directory.path().join(format!("cache-{round}"));
        machine::until_quiet().await?;
        for times in [&mut cold, &mut warm] {
            let (host, begin) = (host(&cache)?, Instant::now());
            host.load(&file)?;
            times.push(milliseconds(begin.elapsed()));
        }
    }

    let plugin = host(&directory.path().join("cache-0"))?.load(&file)?;
    let (context, request) = (context(), request());
    let size = request.body.len();
    let (mut p50, mut p99, mut p999, mut rates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        machine::until_quiet().await?;
        let latencies = one_after_another(&plugin, &context, &request, calls).await?;
        p50.push(latencies.percentile_ms(0.5)? * 1000.0);
        p99.push(latencies.percentile_ms(0.99)? * 1000.0);
        p999.push(latencies.percentile_ms(0.999)? * 1000.0);
        rates.push(on_all_cores(&plugin, &context, &request, machine.cores, Duration::from_secs(seconds)).await?);
    }

    let mut report = Report::new(Benchmark::Parse, "One plugin call", machine);
    report.condition(format!(
        "`parse` of the WhatsApp plugin for a webhook of {size} bytes, {calls} calls one after another in each run; \
         each call gets a fresh instance with its limits, and ends with decoded events."
    ));
    report.condition("A cold load compiles the plugin; a warm one finds its compiled code in the cache.");
    report.figure(Figure::new("one call, p50", "µs", &p50));
    report.figure(Figure::new("one call, p99", "µs", &p99).at_most(100.0));
    report.figure(Figure::new("one call, p99.9", "µs", &p999));
    report.figure(Figure::new("calls on all cores", "per second", &rates));
    report.figure(Figure::new("cold load", "ms", &cold));
    report.figure(Figure::new("warm load", "ms", &warm));
    Ok(report)
}

fn host(cache: &Path) -> anyhow::Result<PluginHost> {
    Ok(PluginHost::new(Config::new(cache, Egress::new(egress::Config::default())?))?)
}

async fn one_after_another(
    plugin: &Plugin,
    context: &CallContext,
    request: &InboundRequest,
    calls: usize,
) -> anyhow::Result<Latencies> {
    let mut durations = Vec::with_capacity(calls);
    for _ in 0..calls {
        // The request is handed over: copying it is the caller's work.
        let (request, begin) = (request.clone(), Instant::now());
        let events = plugin.parse(context, request).await?;
        durations.push(begin.elapsed());
        ensure!(events.len() == 1, "{} events came of one message", events.len());
    }
    Ok(durations.into_iter().collect())
}

async fn on_all_cores(
    plugin: &Arc<Plugin>,
    context: &CallContext,
    request: &InboundRequest,
    cores: usize,
    duration: Duration,
) -> anyhow::Result<f64> {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..cores)
        .map(|_| {
            let (plugin, context, request) = (Arc::clone(plugin), context.clone(), request.clone());
            tokio::spawn(async move {
                let mut calls = 0;
                while begin.elapsed() < duration {
                    plugin.parse(&context, request.clone()).await?;
                    calls += 1;
                }
                anyhow::Ok(calls)
            })
        })
        .collect();
    let mut calls = 0;
    for task in tasks {
        calls += task.await.context("a task that calls the plugin")??;
    }
    Ok(count(calls) / begin.elapsed().as_secs_f64())
}

/// As a worker makes it for a connection: reading a webhook needs neither secrets nor state.
fn context() -> CallContext {
    CallContext {
        call_id: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b".to_owned(),
        attempt: 1,
        now_ms: 1_790_000_000_000,
        connection_id: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c".to_owned(),
        settings: json!({ "phone_number_id": "106540352242922", "api_version": "v26.0" }),
        secrets: CallSecrets::default(),
        state: None,
    }
}

fn request() -> InboundRequest {
    let line = Line {
        phone_number_id: "106540352242922".to_owned(),
        waba_id: "419561257915477".to_owned(),
        display_phone_number: "15550783881".to_owned(),
    };
    let text = "Is my order already on its way to me? ".repeat(14);
    let customer = Customer::with_phone("4915155512345", "Ada Customer");
    let body = escape_like_meta(&Inbound::text(customer, text).webhook(&line, Utc::now()));
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.as_bytes().to_vec() };
    InboundRequest {
        method: "POST".to_owned(),
        path: "/hooks/bench".to_owned(),
        query: String::new(),
        headers: vec![
            header("content-type", "application/json"),
            header("user-agent", "facebookexternalua"),
            header(SIGNATURE_HEADER, &sign("secret", &body)),
        ],
        body,
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
