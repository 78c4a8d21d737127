//! `signalbox plugin bench`: what a call of a plugin costs on this machine.

use super::{author, fixtures};
use crate::cli::author::Bench;
use anyhow::Context as _;
use config::Config;
use plugin_sdk::testing::Fixture;
use std::time::{Duration, Instant};

/// How many calls go before those that are measured.
const WARM_UP: u32 = 50;

/// Measures, and prints the figures.
pub async fn run(config: &Config, args: &Bench) -> anyhow::Result<()> {
    let size = std::fs::metadata(&args.file).with_context(|| args.file.display().to_string())?.len();
    let plugin = author::load(&author::host(config)?, &args.file)?;
    let fixture = Fixture::read(&args.fixture)?;
    let (context, request) = (fixtures::context(&fixture), fixture.request()?);
    let mut times = Vec::with_capacity(args.calls as usize);
    for call in 0..WARM_UP + args.calls {
        let request = request.clone();
        let start = Instant::now();
        let ended = plugin.parse(&context, request).await;
        let took = start.elapsed();
        // A fixture may well expect an error of the plugin; what did not run cannot be measured.
        if let Err(error) = ended
            && !matches!(error.cause, plugin_host::Cause::Plugin(_))
        {
            return Err(error).context("the call did not end by itself");
        }
        if call >= WARM_UP {
            times.push(took);
        }
    }
    times.sort_unstable();
    println!("{} ({} calls of parse, each in a fresh instance)", plugin.name(), times.len());
    println!("  call    p50 {}   p99 {}", shown(percentile(&times, 50)), shown(percentile(&times, 99)));
    println!("  memory  {} KiB at most", plugin.memory_peak() / 1024);
    println!("  file    {size} bytes");
    Ok(())
}

/// The smallest time that so many of a hundred do not exceed, of times in order.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent).div_ceil(100).saturating_sub(1)]
}

fn shown(time: Duration) -> String {
    if time < Duration::from_millis(10) {
        format!("{:.1} µs", time.as_secs_f64() * 1e6)
    } else {
        format!("{:.1} ms", time.as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_micros).collect();
        assert_eq!(percentile(&times, 50), Duration::from_micros(100));
        assert_eq!(percentile(&times, 99), Duration::from_micros(198));
        assert_eq!(percentile(&times[..1], 99), Duration::from_micros(1));
        assert_eq!(shown(Duration::from_micros(20)), "20.0 µs");
        assert_eq!(shown(Duration::from_millis(20)), "20.0 ms");
    }
}
