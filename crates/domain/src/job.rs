//! What makes a type a job: its stable name, its lane, how it is retried, and what keeps it in order.

use crate::{ConnectionId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fmt, str::FromStr, time::Duration};

/// A class of work with concurrency reserved for it, so that bulk work never delays a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Inbound messages, replies: what a person waits for.
    Live,
    /// Rules and plugin actions.
    Automation,
    /// Email, push, outgoing webhooks.
    Notify,
    /// SLA, snooze, inactivity, schedules.
    Timers,
    /// Imports, deletions, maintenance.
    Bulk,
}

impl Lane {
    /// Every lane, the most urgent first.
    pub const ALL: [Self; 5] = [Self::Live, Self::Automation, Self::Notify, Self::Timers, Self::Bulk];

    /// The name in the database, in metrics and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Automation => "automation",
            Self::Notify => "notify",
            Self::Timers => "timers",
            Self::Bulk => "bulk",
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Lane {
    type Err = UnknownLane;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|lane| lane.as_str() == s).ok_or_else(|| UnknownLane(s.to_owned()))
    }
}

/// A lane name that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("unknown lane `{0}`: expected live, automation, notify, timers or bulk")]
pub struct UnknownLane(String);

/// How urgent a job is among those of its tenant and kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before the others.
    High,
    /// What is not said otherwise.
    #[default]
    Normal,
    /// After the others.
    Low,
}

impl Priority {
    /// The number in the database: the lower, the more urgent.
    pub const fn rank(self) -> i16 {
        match self {
            Self::High => 0,
            Self::Normal => 1,
            Self::Low => 2,
        }
    }
}

/// When a failed attempt is tried again, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all; the job is a dead letter after the last.
    pub max_attempts: u16,
    /// The wait after the first failure; it doubles with each further one.
    pub first_delay: Duration,
    /// The longest wait between two attempts.
    pub max_delay: Duration,
}

impl RetryPolicy {
    /// Reprocessing costs little and a person waits: soon again, for about an hour.
    pub const PROMPT: Self =
        Self { max_attempts: 12, first_delay: Duration::from_secs(1), max_delay: Duration::from_mins(10) };

    /// The wait before the attempt that follows `failed_attempts` failures, without jitter.
    pub fn delay_after(&self, failed_attempts: u16) -> Duration {
        let doublings = u32::from(failed_attempts.saturating_sub(1)).min(31);
        self.first_delay.saturating_mul(1 << doublings).min(self.max_delay)
    }
}

/// Arguments of a job. They carry ids, never copies of what a row says, and never secrets.
pub trait Job: Serialize + DeserializeOwned + fmt::Debug + Send + Sync + 'static {
    /// The stable name under which the job lies in the database.
    const KIND: &'static str;
    /// The lane that runs it.
    const LANE: Lane;
    /// How failures are retried.
    const RETRY: RetryPolicy;

    /// Whose work this is.
    fn tenant(&self) -> TenantId;

    /// Jobs of one key run one after another, in the order of their enqueueing; `None` runs freely.
    fn key(&self) -> Option<String> {
        None
    }

    /// How urgent this job is among those of its tenant and kind. It never overtakes an older job of its own key.
    fn priority(&self) -> Priority {
        Priority::Normal
    }

    /// The connection whose provider the job calls: while it is paused, broken or needs to be authorized anew, the job
    /// waits.
    fn connection(&self) -> Option<ConnectionId> {
        None
    }

    /// A second job of this kind with the same value is skipped; `None` never is.
    fn idempotency_key(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lanes_are_found_by_their_names() {
        for lane in Lane::ALL {
            assert_eq!(lane.as_str().parse::<Lane>().unwrap(), lane);
        }
        assert!("urgent".parse::<Lane>().is_err());
    }

    proptest! {
        #[test]
        fn the_wait_never_shrinks_and_never_exceeds_the_longest(n in 0u16..200) {
            let policy = RetryPolicy::PROMPT;
            prop_assert!(policy.delay_after(n) <= policy.delay_after(n + 1));
            prop_assert!(policy.delay_after(n) <= policy.max_delay);
            prop_assert!(policy.delay_after(n) >= policy.first_delay);
        }
    }
}
