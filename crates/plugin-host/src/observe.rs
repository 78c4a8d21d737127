//! Figures about calls, with their labels built once: a call takes microseconds, and so would
//! building them.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Histogram, counter, histogram};

use crate::error::Cause;
use crate::function::Function;

const OK: &str = "ok";
const OUTCOMES: [&str; 7] = [OK, "error", "trap", "out_of_memory", "cpu_limit", "wall_limit", "bad_output"];

/// The figures of one plugin.
#[derive(Default)]
pub(crate) struct Observer {
    /// By function and outcome; made at the first call that ends so.
    durations: [[OnceLock<Histogram>; OUTCOMES.len()]; Function::ALL.len()],
}

impl Observer {
    /// Records how long a call took and how it ended; `failure` is what it failed with.
    pub fn record(&self, plugin: &str, function: Function, failure: Option<&Cause>, duration: Duration) {
        let outcome = failure.map_or(OK, Cause::as_str);
        let Some(index) = OUTCOMES.iter().position(|known| *known == outcome) else {
            return;
        };
        self.durations[function as usize][index]
            .get_or_init(|| {
                histogram!(
                    "signalbox_plugin_call_seconds",
                    "plugin" => plugin.to_owned(),
                    "function" => function.as_str(),
                    "outcome" => outcome,
                )
            })
            .record(duration);
        if failure.is_some_and(Cause::is_containment) {
            counter!(
                "signalbox_plugin_traps_total",
                "plugin" => plugin.to_owned(),
                "function" => function.as_str(),
                "cause" => outcome,
            )
            .increment(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn calls_are_counted_by_function_and_outcome() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            let observer = Observer::default();
            let record = |function, failure: Option<&Cause>| {
                observer.record("probe@1.0.0", function, failure, Duration::from_millis(2));
            };
            record(Function::Parse, None);
            record(Function::Parse, None);
            record(Function::Send, Some(&Cause::Trap("unreachable".to_owned())));
            let limit = Duration::from_secs(1);
            record(Function::Send, Some(&Cause::CpuLimit { limit }));
            record(Function::Check, Some(&Cause::OutputTooLarge { limit: 1 }));
        });
        let text = handle.render();
        for line in [
            r#"signalbox_plugin_call_seconds_count{plugin="probe@1.0.0",function="parse",outcome="ok"} 2"#,
            r#"signalbox_plugin_call_seconds_count{plugin="probe@1.0.0",function="send",outcome="trap"} 1"#,
            r#"signalbox_plugin_call_seconds_count{plugin="probe@1.0.0",function="send",outcome="cpu_limit"} 1"#,
            r#"signalbox_plugin_call_seconds_count{plugin="probe@1.0.0",function="check",outcome="bad_output"} 1"#,
            r#"signalbox_plugin_traps_total{plugin="probe@1.0.0",function="send",cause="trap"} 1"#,
            r#"signalbox_plugin_traps_total{plugin="probe@1.0.0",function="send",cause="cpu_limit"} 1"#,
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
        assert_eq!(text.matches("signalbox_plugin_traps_total{").count(), 2, "{text}");
    }
}
