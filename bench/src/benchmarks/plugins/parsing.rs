//! `parse` of a real webhook, each call in a fresh instance.

use crate::{
    machine,
    stats::{Latencies, count},
};
use anyhow::{Context as _, ensure};
use chrono::Utc;
use plugin_host::{CallContext, CallSecrets, Plugin, Tape};
use plugin_sdk::{InboundRequest, http::Header};
use sandbox::{
    signing::{SIGNATURE_HEADER, escape_like_meta, sign},
    traffic::{Customer, Inbound, Line},
};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Calls one after another: how long each took. Waits until the machine is quiet.
pub async fn one_by_one(plugin: &Plugin, calls: usize) -> anyhow::Result<Latencies> {
    machine::until_quiet().await?;
    one_after_another(plugin, &context(), &request(), calls).await
}

/// Calls on every core at once: how many in a second.
pub async fn at_once(plugin: &Arc<Plugin>, cores: usize, duration: Duration) -> anyhow::Result<f64> {
    on_all_cores(plugin, &context(), &request(), cores, duration).await
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
pub fn context() -> CallContext {
    CallContext {
        call_id: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b".to_owned(),
        attempt: 1,
        now_ms: 1_790_000_000_000,
        connection_id: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c".to_owned(),
        settings: json!({ "phone_number_id": "106540352242922", "api_version": "v26.0" }),
        secrets: CallSecrets::default(),
        state: None,
        recorder: None,
        tape: Tape::off(),
    }
}

pub fn request() -> InboundRequest {
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
