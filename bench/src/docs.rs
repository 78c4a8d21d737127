//! `docs/performance.md`, generated from the files of figures and from nothing else.

use crate::{
    benchmarks::Benchmark,
    report::{Figure, Goal, Report, repository},
};
use anyhow::Context as _;
use std::{collections::HashSet, fmt::Write as _, fs, path::PathBuf};

const HEAD: &str = "\
<!-- Generated from bench/results; `signalbox-bench docs` rewrites it. -->

# Performance

Every figure on this page comes from a file in [`bench/results`](../bench/results), which a benchmark wrote. \
`make bench` repeats all of them, and then writes this page. A value is the median of several runs, with the \
smallest and the largest run beside it; a peer did the same work in the same session, in turn with us, and a ratio \
is the median over these pairs of runs.
";

/// Writes the page.
pub fn write() -> anyhow::Result<()> {
    let file = file();
    fs::write(&file, generate()?).with_context(|| file.display().to_string())
}

fn file() -> PathBuf {
    repository().join("docs/performance.md")
}

fn generate() -> anyhow::Result<String> {
    let mut reports = Vec::new();
    for &benchmark in Benchmark::ALL {
        reports.extend(Report::load(benchmark)?);
    }
    Ok(page(&reports))
}

fn page(reports: &[Report]) -> String {
    let mut page = HEAD.to_owned();
    targets(&mut page, reports);
    for report in reports {
        section(&mut page, report);
    }
    page
}

/// Everything that has a target, in one table.
fn targets(page: &mut String, reports: &[Report]) {
    page.push_str("\n## Targets\n\n| | measured | target | |\n|---|---|---|---|\n");
    for report in reports {
        for figure in &report.figures {
            let Some(target) = &figure.target else { continue };
            let measured = match (&target.goal, &figure.peer) {
                (Goal::RatioAtLeast, Some(peer)) => format!("{} of {}", percent(peer.ratio), peer.name),
                _ => with_unit(figure.value, &figure.unit),
            };
            let verdict = if target.met { "met" } else { "**missed**" };
            let (name, wanted) = (&figure.name, wanted(figure));
            let _ = writeln!(page, "| {}: {name} | {measured} | {wanted} | {verdict} |", report.title);
        }
    }
}

fn section(page: &mut String, report: &Report) {
    let machine = &report.machine;
    let postgres = machine.postgres.as_ref().map(|version| format!(", PostgreSQL {version}")).unwrap_or_default();
    let _ = write!(
        page,
        "\n## {}\n\nMeasured on {} with {} cores ({}), {} GiB of memory, {}, data on {}{postgres}. Repeat it with\n\n    {}\n\n",
        report.title,
        report.day(),
        machine.cores,
        machine.cpu,
        machine.memory_mib.div_ceil(1024),
        machine.kernel,
        machine.filesystem,
        report.command,
    );
    for condition in &report.conditions {
        let _ = writeln!(page, "- {condition}");
    }
    page.push_str("\n| | median | lowest to highest | runs | peer | target |\n|---|---|---|---|---|---|\n");
    for figure in &report.figures {
        let peer = figure.peer.as_ref().map(|peer| {
            let value = with_unit(peer.value, &figure.unit);
            format!("{}: {value} ({} to {}), ratio {:.2}", peer.name, number(peer.min), number(peer.max), peer.ratio)
        });
        let _ = writeln!(
            page,
            "| {} | {} | {} to {} | {} | {} | {} |",
            figure.name,
            with_unit(figure.value, &figure.unit),
            number(figure.min),
            number(figure.max),
            figure.runs,
            peer.unwrap_or_default(),
            wanted(figure),
        );
    }
    chart(page, report);
}

/// A picture of what was measured beside several peers: one bar for each.
fn chart(page: &mut String, report: &Report) {
    const WIDTH: f64 = 48.0;
    let mut seen = HashSet::new();
    let names = report.figures.iter().map(|figure| &*figure.name);
    for name in names.filter(|name| seen.insert(*name)) {
        let figures: Vec<_> = report.figures.iter().filter(|figure| figure.name == name).collect();
        let peers: Vec<_> = figures.iter().filter_map(|figure| figure.peer.as_ref()).collect();
        let [first, _, ..] = figures[..] else { continue };
        if peers.len() < 2 {
            continue;
        }
        let ours = ("Signalbox", first.value);
        let all: Vec<_> = [ours].into_iter().chain(peers.iter().map(|peer| (&*peer.name, peer.value))).collect();
        let longest = all.iter().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
        let column = all.iter().map(|(who, _)| who.chars().count()).max().unwrap_or_default();
        let _ = writeln!(page, "\n{name}, {}:\n\n```text", first.unit);
        for (who, value) in all {
            let cells = (value / longest * WIDTH).round().clamp(1.0, WIDTH);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 48")]
            let bar = "█".repeat(cells as usize);
            let _ = writeln!(page, "{who:<column$} {bar} {}", number(value));
        }
        page.push_str("```\n");
    }
}

fn wanted(figure: &Figure) -> String {
    match &figure.target {
        None => String::new(),
        Some(target) => match target.goal {
            Goal::RatioAtLeast => format!("≥ {} of the peer", percent(target.value)),
            goal => format!("{} {}", goal.sign(), with_unit(target.value, &figure.unit)),
        },
    }
}

fn with_unit(value: f64, unit: &str) -> String {
    if unit.is_empty() { number(value) } else { format!("{} {unit}", number(value)) }
}

fn percent(ratio: f64) -> String {
    format!("{:.0} %", ratio * 100.0)
}

/// As many digits as can be believed, with a comma for the thousands. Whole numbers stay whole.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size.fract() == 0.0 || size >= 1000.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && left.is_multiple_of(3) && digit.is_ascii_digit() {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;

    #[test]
    fn the_generated_page_is_current() {
        let generated = generate().unwrap();
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            fs::write(file(), &generated).unwrap();
        }
        let committed = fs::read_to_string(file()).unwrap_or_default();
        assert!(committed == generated, "docs/performance.md differs from bench/results: run `signalbox-bench docs`");
    }

    #[test]
    fn numbers_are_readable() {
        let cases = [
            (0.0, "0"),
            (3.456, "3.46"),
            (12.345, "12.3"),
            (80.0, "80"),
            (999.94, "999.9"),
            (1_234_567.8, "1,234,568"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn several_peers_make_a_chart() {
        let machine = Machine {
            cores: 2,
            memory_mib: 4096,
            cpu: "A CPU".to_owned(),
            kernel: "Linux 6".to_owned(),
            filesystem: "ext4".to_owned(),
            postgres: None,
        };
        let mut report = Report::new(Benchmark::Peers, "Queues", machine);
        for (peer, value) in [("one", 500.0), ("two", 1000.0)] {
            report.figure(Figure::new("steady", "jobs/s", &[2000.0]).beside(peer, &[2000.0], &[value], None));
            report.figure(Figure::new("alone", "jobs/s", &[2000.0]));
        }
        let mut page = String::new();
        chart(&mut page, &report);
        let bars: Vec<_> = page.lines().map(|line| line.matches('█').count()).filter(|cells| *cells > 0).collect();
        assert_eq!(bars, [48, 12, 24], "{page}");
    }

    #[test]
    fn a_page_shows_values_peers_and_missed_targets() {
        let machine = Machine {
            cores: 2,
            memory_mib: 4096,
            cpu: "A CPU".to_owned(),
            kernel: "Linux 6".to_owned(),
            filesystem: "ext4".to_owned(),
            postgres: Some("15.1".to_owned()),
        };
        let mut report = Report::new(Benchmark::Ingest, "Webhooks", machine);
        report.date = "2026-11-20T10:00:00Z".to_owned();
        report.condition("In the rain.");
        report.figure(Figure::new("stored", "/s", &[500.0]).beside("peer", &[500.0], &[1000.0], Some(0.6)));
        report.figure(Figure::new("p99", "ms", &[40.0]).below(50.0));
        let page = page(&[report]);
        for line in [
            "| Webhooks: stored | 50 % of peer | ≥ 60 % of the peer | **missed** |",
            "| Webhooks: p99 | 40 ms | < 50 ms | met |",
            "Measured on 2026-11-20 with 2 cores (A CPU), 4 GiB of memory, Linux 6, data on ext4, PostgreSQL 15.1.",
            "- In the rain.",
            "| stored | 500 /s | 500 to 500 | 1 | peer: 1,000 /s (1,000 to 1,000), ratio 0.50 | ≥ 60 % of the peer |",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
    }
}
