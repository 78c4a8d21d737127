//! What is wrong with the settings, said for the person who set them.

use std::{fmt, path::PathBuf};

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The configuration file.
    File {
        /// Which file.
        path: PathBuf,
        /// The line, from 1; none if the file as a whole is meant.
        line: Option<usize>,
    },
    /// An environment variable, by its name.
    Environment(String),
    /// Nobody set it, or several settings together are meant.
    Settings,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: Some(line) } => write!(f, "{}:{line}", path.display()),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Settings => f.write_str("settings"),
        }
    }
}

/// One thing wrong with the settings. Never contains a secret's value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{origin}: {}{message}", key_prefix(key))]
pub struct ConfigError {
    /// Where it was set.
    pub origin: Origin,
    /// The key, such as `http.bind`; empty where no key can be named.
    pub key: String,
    /// What is wrong, and what was expected.
    pub message: String,
}

fn key_prefix(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("`{key}`: ") }
}

/// Everything wrong with the settings; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems = if self.0.len() == 1 { "problem" } else { "problems" };
        write!(f, "the configuration has {} {problems}:", self.0.len())?;
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}

/// ` (did you mean …?)` when one of the candidates is close to what was written, else nothing.
pub(crate) fn suggestion<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    (candidates.into_iter())
        .map(|candidate| (strsim::damerau_levenshtein(written, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len() / 3)
        .map(|(_, candidate)| format!(" (did you mean `{candidate}`?)"))
        .unwrap_or_default()
}
