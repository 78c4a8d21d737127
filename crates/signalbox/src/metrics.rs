//! Metrics: recorded anywhere in the process, rendered by `/metrics`.

use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds in seconds: from a plugin call of microseconds to a provider that hangs.
const SECONDS: [f64; 15] =
    [0.000_05, 0.000_1, 0.000_25, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Begins to record. Histograms whose name ends in `_seconds` get buckets.
pub fn start() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .context("metric buckets")?
        .install_recorder()
        .context("metrics were started twice")
}
