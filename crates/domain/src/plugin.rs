//! Versions of plugins, which of two is the newer one, and what becomes of installing one.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{cmp::Ordering, fmt, str::FromStr};

/// What became of an installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum InstallOutcome {
    /// The version is there.
    Installed {
        /// The plugin.
        plugin_id: String,
        /// Its version.
        version: String,
    },
    /// The version is there with another file.
    VersionTaken {
        /// The plugin.
        plugin_id: String,
        /// Its version.
        version: String,
    },
    /// The file is not acceptable.
    Refused {
        /// Everything that is wrong with it.
        reasons: Vec<Refusal>,
    },
}

/// What is asked of a connection's plugin while somebody waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// What can be chosen for a field of the settings.
    Options {
        /// JSON pointer to the field.
        field: String,
        /// What the person has typed so far.
        search: String,
    },
    /// What the settings become in another version, which is asked.
    MigrateSettings {
        /// The other version.
        to: String,
    },
}

/// What a plugin, or its host in its place, answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// What was asked for.
    Given {
        /// The answer itself.
        value: Value,
    },
    /// There is no answer.
    Refused {
        /// What kind of reason, stable for programs.
        code: String,
        /// Why, for people.
        message: String,
    },
}

/// One reason why a file is not accepted as a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// JSON pointer into the manifest; empty where it is about the file as a whole.
    pub pointer: String,
    /// What kind of reason, stable for programs.
    pub code: String,
    /// What is wrong, for people.
    pub message: String,
}

/// A version as in semantic versioning 2.0.0: three numbers, and perhaps a pre-release.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PluginVersion {
    numbers: [u32; 3],
    pre_release: Option<String>,
}

/// A text that is no version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version: three numbers with dots, and perhaps a pre-release")]
pub struct NoVersion(String);

impl PluginVersion {
    /// Whether it comes before the version of its numbers.
    pub fn is_pre_release(&self) -> bool {
        self.pre_release.is_some()
    }

    /// Whether new connections are to get this version when it is installed beside `current`: the newest does, but a
    /// pre-release only as long as there is nothing else.
    pub fn succeeds(&self, current: &Self) -> bool {
        self > current && (!self.is_pre_release() || current.is_pre_release())
    }
}

impl FromStr for PluginVersion {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let refused = || NoVersion(text.to_owned());
        let (numbers, pre_release) = match text.split_once('-') {
            Some((numbers, pre_release)) if !pre_release.is_empty() => (numbers, Some(pre_release.to_owned())),
            Some(_) => return Err(refused()),
            None => (text, None),
        };
        let numbers: Vec<u32> = numbers.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| refused())?;
        Ok(Self { numbers: numbers.try_into().map_err(|_| refused())?, pre_release })
    }
}

impl fmt::Display for PluginVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        self.pre_release.as_ref().map_or(Ok(()), |pre_release| write!(f, "-{pre_release}"))
    }
}

impl Ord for PluginVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (&self.pre_release, &other.pre_release) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(mine), Some(theirs)) => precedence(mine, theirs),
        })
    }
}

impl PartialOrd for PluginVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Identifiers one by one: numbers by value and before words, words by their bytes, more of them after fewer (semantic
/// versioning 2.0.0, 11.4). Identifiers of the same value that are written otherwise go by their text.
fn precedence(mine: &str, theirs: &str) -> Ordering {
    let identifier = |text: &str| match text.parse::<u64>() {
        Ok(number) => (0, number, String::new()),
        Err(_) => (1, 0, text.to_owned()),
    };
    mine.split('.').map(identifier).cmp(theirs.split('.').map(identifier)).then_with(|| mine.cmp(theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> PluginVersion {
        text.parse().unwrap()
    }

    #[test]
    fn versions_follow_each_other_as_the_standard_says() {
        let ordered = [
            "0.9.9",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.2.0",
            "1.10.0",
            "2.0.0",
        ];
        for pair in ordered.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
        for text in ordered {
            assert_eq!(version(text).to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_no_versions() {
        for text in ["", "1", "1.0", "1.0.0.0", "1.0.x", "1.0.0-", "v1.0.0"] {
            assert!(text.parse::<PluginVersion>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_pre_release_succeeds_nothing_but_another() {
        for (new, current, succeeds) in [
            ("1.1.0", "1.0.0", true),
            ("1.0.0", "1.1.0", false),
            ("1.0.0", "1.0.0", false),
            ("1.1.0-rc.1", "1.0.0", false),
            ("1.1.0-rc.2", "1.1.0-rc.1", true),
            ("1.1.0", "1.1.0-rc.2", true),
        ] {
            assert_eq!(version(new).succeeds(&version(current)), succeeds, "{new} after {current}");
        }
    }
}
