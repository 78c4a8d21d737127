//! Signed timestamps, which bound how long a captured request can be replayed.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Denied, HeaderField};

/// When a request was signed, and how far that may lie from now in either direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimestampRule {
    /// Where the timestamp stands.
    pub source: TimestampSource,
    /// What it counts since the Unix epoch.
    pub unit: TimeUnit,
    /// Largest accepted distance from now, past or future, in seconds.
    #[schemars(range(min = 1, max = 86_400))]
    pub tolerance_seconds: u32,
}

/// Where a timestamp stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimestampSource {
    /// In a header of its own.
    Header(HeaderField),
    /// In the signature's list, under this name (`t` in `t=…,v1=…`).
    SignatureField(String),
}

/// What a timestamp counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Seconds since the Unix epoch.
    Seconds,
    /// Milliseconds since the Unix epoch.
    Milliseconds,
}

impl TimestampRule {
    /// Whether `text`, found in `header`, lies within the tolerance around `now`.
    pub(super) fn check(&self, text: &str, header: &str, now: DateTime<Utc>) -> Result<(), Denied> {
        let signed_ms = self.milliseconds(text).ok_or_else(|| {
            let header = header.to_owned();
            Denied::HeaderMalformed { header }
        })?;
        let age_ms = now.timestamp_millis().saturating_sub(signed_ms);
        let tolerance_ms = i64::from(self.tolerance_seconds) * 1000;
        if age_ms > tolerance_ms {
            return Err(Denied::Stale { seconds: age_ms / 1000 });
        }
        if age_ms < -tolerance_ms {
            return Err(Denied::Early { seconds: -(age_ms / 1000) });
        }
        Ok(())
    }

    fn milliseconds(&self, text: &str) -> Option<i64> {
        // Fifteen digits reach past any year worth naming and stay far from overflow.
        let digits = (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let value: i64 = text.parse().ok().filter(|_| digits)?;
        match self.unit {
            TimeUnit::Seconds => value.checked_mul(1000),
            TimeUnit::Milliseconds => Some(value),
        }
    }
}
