//! Metrics: recorded anywhere in the process, rendered by `/metrics`.

use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds in seconds: from a plugin call of microseconds to a provider that hangs.
const SECONDS: [f64; 15] =
    [0.000_05, 0.000_1, 0.000_25, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// How long jobs wait: from the round trip of a claim to a lane that nobody serves.
const WAIT: [f64; 16] =
    [0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0];

/// How long attempts run: from a few statements to the longest calls of providers.
const RUN: [f64; 14] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0];

/// How long conversations wait for somebody: from one that is given at once to one that waits over a weekend.
const ASSIGNMENT: [f64; 13] =
    [0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0, 259_200.0];

/// Begins to record. Histograms whose name ends in `_seconds` get buckets.
pub fn start() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Full("signalbox_queue_wait_seconds".to_owned()), &WAIT)
        })
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Full("signalbox_queue_run_seconds".to_owned()), &RUN)
        })
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Full("signalbox_assignment_wait_seconds".to_owned()), &ASSIGNMENT)
        })
        .context("metric buckets")?
        .install_recorder()
        .context("metrics were started twice")
}
