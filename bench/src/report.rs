//! Figures, with all that is needed to judge and to repeat them.

use crate::{benchmarks::Benchmark, machine::Machine, stats::Spread};
use anyhow::Context as _;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The root of the repository this was built from.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is a folder of the repository")
}

/// What one benchmark measured, as it stands in `bench/results`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What was measured, as a heading.
    pub title: String,
    /// When, in RFC 3339.
    pub date: String,
    /// The command that repeats it.
    pub command: String,
    /// On what.
    pub machine: Machine,
    /// What else has to be known, one sentence each.
    pub conditions: Vec<String>,
    /// What came out.
    pub figures: Vec<Figure>,
}

/// One measured quantity: the median of its runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// In what it is counted.
    pub unit: String,
    /// The median of the runs.
    pub value: f64,
    /// The smallest run.
    pub min: f64,
    /// The largest run.
    pub max: f64,
    /// How many runs.
    pub runs: usize,
    /// Somebody else doing the same work in the same run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<Peer>,
    /// What it has to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// A peer, measured side by side with us, in the figure's unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Who.
    pub name: String,
    /// The median of its runs.
    pub value: f64,
    /// Its smallest run.
    pub min: f64,
    /// Its largest run.
    pub max: f64,
    /// Our figure divided by the peer's: the median over the pairs of runs.
    pub ratio: f64,
}

/// What a figure has to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// How it is compared.
    pub goal: Goal,
    /// With what, in the figure's unit; a ratio has none.
    pub value: f64,
    /// Whether the median meets it.
    pub met: bool,
}

/// How a figure is compared with its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Not more.
    AtMost,
    /// Not less.
    AtLeast,
    /// Less.
    Below,
    /// The ratio to the peer is not less.
    RatioAtLeast,
}

impl Report {
    /// A report of now.
    pub fn new(benchmark: Benchmark, title: &str, machine: Machine) -> Self {
        let name = benchmark.name();
        Self {
            title: title.to_owned(),
            date: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
            command: format!("cargo run --release -p signalbox-bench -- {name}"),
            machine,
            conditions: Vec::new(),
            figures: Vec::new(),
        }
    }

    /// The command was given a flag.
    pub fn repeated_with(&mut self, flag: &str) {
        self.command.push_str(flag);
    }

    /// Adds a condition.
    pub fn condition(&mut self, sentence: impl Into<String>) {
        self.conditions.push(sentence.into());
    }

    /// Adds a figure.
    pub fn figure(&mut self, figure: Figure) {
        self.figures.push(figure);
    }

    /// The day it was measured.
    pub fn day(&self) -> &str {
        DateTime::parse_from_rfc3339(&self.date).map_or(self.date.as_str(), |_| &self.date[..10])
    }

    /// Shows the figures on the terminal.
    pub fn print(&self) {
        for figure in &self.figures {
            println!("{}", figure.line());
        }
    }

    /// Writes the file of figures.
    pub fn save(&self, benchmark: Benchmark) -> anyhow::Result<()> {
        let file = Self::file(benchmark);
        fs::create_dir_all(file.parent().expect("the file is in a folder"))?;
        let text = format!("{}\n", serde_json::to_string_pretty(self)?);
        fs::write(&file, text).with_context(|| file.display().to_string())
    }

    /// Reads the file of figures; none if the benchmark has not been run.
    pub fn load(benchmark: Benchmark) -> anyhow::Result<Option<Self>> {
        let file = Self::file(benchmark);
        if !file.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        serde_json::from_str(&text).with_context(|| file.display().to_string()).map(Some)
    }

    fn file(benchmark: Benchmark) -> PathBuf {
        repository().join("bench/results").join(format!("{}.json", benchmark.name()))
    }
}

impl Figure {
    /// The figure of at least one run.
    pub fn new(name: impl Into<String>, unit: &str, runs: &[f64]) -> Self {
        let spread = Spread::of(runs);
        Self {
            name: name.into(),
            unit: unit.to_owned(),
            value: rounded(spread.median),
            min: rounded(spread.min),
            max: rounded(spread.max),
            runs: runs.len(),
            peer: None,
            target: None,
        }
    }

    /// It must not be more.
    #[must_use]
    pub fn at_most(self, value: f64) -> Self {
        let met = self.value <= value;
        self.aim(Goal::AtMost, value, met)
    }

    /// It must not be less.
    #[must_use]
    pub fn at_least(self, value: f64) -> Self {
        let met = self.value >= value;
        self.aim(Goal::AtLeast, value, met)
    }

    /// It must be less.
    #[must_use]
    pub fn below(self, value: f64) -> Self {
        let met = self.value < value;
        self.aim(Goal::Below, value, met)
    }

    /// A peer with a run beside each of ours, and the least ratio to it that is good enough, if there is one.
    #[must_use]
    pub fn beside(mut self, name: impl Into<String>, ours: &[f64], theirs: &[f64], least: Option<f64>) -> Self {
        let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        let (spread, ratio) = (Spread::of(theirs), rounded(Spread::of(&ratios).median));
        self.peer = Some(Peer {
            name: name.into(),
            value: rounded(spread.median),
            min: rounded(spread.min),
            max: rounded(spread.max),
            ratio,
        });
        match least {
            Some(least) => self.aim(Goal::RatioAtLeast, least, ratio >= least),
            None => self,
        }
    }

    fn aim(mut self, goal: Goal, value: f64, met: bool) -> Self {
        self.target = Some(Target { goal, value, met });
        self
    }

    fn line(&self) -> String {
        let mut line = format!("{}: {} {} ({} to {})", self.name, self.value, self.unit, self.min, self.max);
        if let Some(peer) = &self.peer {
            let _ =
                write!(line, "; {}: {} ({} to {}), ratio {}", peer.name, peer.value, peer.min, peer.max, peer.ratio);
        }
        if let Some(target) = &self.target {
            let met = if target.met { "met" } else { "MISSED" };
            let _ = write!(line, "; target {} {}: {met}", target.goal.sign(), target.value);
        }
        line
    }
}

impl Goal {
    /// The sign between figure and target.
    pub fn sign(self) -> &'static str {
        match self {
            Self::AtMost => "≤",
            Self::AtLeast => "≥",
            Self::Below => "<",
            Self::RatioAtLeast => "ratio ≥",
        }
    }
}

/// Three decimals are more than any figure here repeats.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_judged_by_the_median() {
        let met = |figure: Figure| figure.target.unwrap().met;
        assert!(met(Figure::new("p99", "ms", &[10.0, 60.0, 20.0]).below(50.0)));
        assert!(!met(Figure::new("p99", "ms", &[50.0]).below(50.0)));
        assert!(met(Figure::new("memory", "MiB", &[80.0]).at_most(80.0)));
        assert!(!met(Figure::new("memory", "MiB", &[80.1]).at_most(80.0)));
    }

    #[test]
    fn a_ratio_compares_the_runs_that_stood_beside_each_other() {
        let (ours, theirs) = ([50.0, 90.0, 100.0], [100.0, 100.0, 200.0]);
        let figure = Figure::new("rate", "/s", &ours).beside("peer", &ours, &theirs, Some(0.6));
        let peer = figure.peer.unwrap();
        assert_eq!((peer.value, peer.ratio), (100.0, 0.5));
        assert!(!figure.target.unwrap().met);
    }
}
