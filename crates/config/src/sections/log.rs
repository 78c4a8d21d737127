//! Logs.

use crate::values::LogFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is written to standard error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// Which lines are written: a level (error, warn, info, debug, trace), also per module, such as
    /// `info,sqlx=warn`.
    pub filter: LogFilter,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line, for machines.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        let filter = "info".parse().expect("a level alone is a filter");
        Self { format: LogFormat::default(), filter }
    }
}
