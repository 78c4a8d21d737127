//! How an attempt ends: what a handler may answer, and what the queue makes of it.

use crate::claim::JobRun;
use chrono::{DateTime, Utc};
use domain::job::RetryPolicy;
use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// The longest error text that is kept, in bytes.
const MAX_ERROR_BYTES: usize = 2048;

/// Why a handler did not finish its job, and what is to happen next. The texts are stored with the
/// attempt: they must hold no secrets and no message text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Try again, after the kind's backoff or after exactly `after` (a provider's `Retry-After`).
    /// When the attempts are used up the job becomes a dead letter.
    #[error("{error}")]
    Retry {
        /// How long to wait; `None` is the kind's backoff.
        after: Option<Duration>,
        /// What went wrong.
        error: String,
        /// Whether the provider behind the job's connection is to blame: such failures open its circuit breaker.
        blame: bool,
    },
    /// Trying again would not help: a dead letter at once.
    #[error("{0}")]
    Fail(String),
    /// Nothing went wrong, it is only too early. The attempt does not count; the key stays held.
    #[error("snoozed for {0:?}")]
    Snooze(Duration),
    /// The rate limiter has given the job its turn at this time; it runs again then, and is not asked to wait once more.
    /// The attempt does not count; the key stays held.
    #[error("its turn is at {0}")]
    Turn(DateTime<Utc>),
    /// The job is no longer wanted. It ends without a dead letter.
    #[error("cancelled: {0}")]
    Cancel(String),
}

impl JobError {
    /// Try again after the kind's backoff.
    pub fn retry(error: impl fmt::Display) -> Self {
        Self::Retry { after: None, error: error.to_string(), blame: false }
    }

    /// Try again after exactly this long.
    pub fn retry_after(after: Duration, error: impl fmt::Display) -> Self {
        Self::Retry { after: Some(after), error: error.to_string(), blame: false }
    }

    /// The same, counted against the circuit breaker of the job's connection.
    #[must_use]
    pub fn blaming_the_connection(self) -> Self {
        match self {
            Self::Retry { after, error, .. } => Self::Retry { after, error, blame: true },
            other => other,
        }
    }

    /// Do not try again.
    pub fn fail(error: impl fmt::Display) -> Self {
        Self::Fail(error.to_string())
    }
}

/// A database error is worth another attempt: connections come back, conflicts pass.
impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        Self::retry(error)
    }
}

/// What becomes of a job after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did its work.
    Done,
    /// It was no longer wanted.
    Cancelled {
        /// Why.
        error: String,
    },
    /// It runs again at a later time.
    Retry {
        /// Not before this time.
        run_at: DateTime<Utc>,
        /// Why.
        error: String,
        /// Whether this counts against the circuit breaker of the job's connection.
        blame: bool,
    },
    /// It is a dead letter now.
    Dead {
        /// Why.
        error: String,
    },
    /// It runs again at a later time, and this attempt does not count.
    Snoozed {
        /// Not before this time.
        run_at: DateTime<Utc>,
        /// Whether the rate limiter has given it its turn then.
        turn: bool,
    },
    /// It was not run, or was interrupted by a shutdown, and is ready for another worker.
    HandedBack,
}

impl Outcome {
    /// The name in the database and in metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Cancelled { .. } => "cancelled",
            Self::Retry { .. } => "retry",
            Self::Dead { .. } => "dead",
            Self::Snoozed { .. } => "snooze",
            Self::HandedBack => "hand_back",
        }
    }

    pub(crate) fn run_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Retry { run_at, .. } | Self::Snoozed { run_at, .. } => Some(*run_at),
            _ => None,
        }
    }

    pub(crate) fn error(&self) -> Option<&str> {
        match self {
            Self::Cancelled { error } | Self::Retry { error, .. } | Self::Dead { error } => Some(error),
            _ => None,
        }
    }

    pub(crate) fn blames_the_connection(&self) -> bool {
        matches!(self, Self::Retry { blame: true, .. })
    }

    pub(crate) fn has_a_turn(&self) -> bool {
        matches!(self, Self::Snoozed { turn: true, .. })
    }

    /// What a handler's answer to its `attempt`-th attempt (counted from 1) leads to.
    pub(crate) fn of(
        answer: Result<(), JobError>,
        attempt: u32,
        run: JobRun,
        policy: RetryPolicy,
        now: DateTime<Utc>,
    ) -> Self {
        match answer {
            Ok(()) => Self::Done,
            Err(JobError::Cancel(reason)) => Self::Cancelled { error: cut(&reason) },
            Err(JobError::Fail(error)) => Self::Dead { error: cut(&error) },
            Err(JobError::Snooze(wait)) => Self::Snoozed { run_at: later(now, wait), turn: false },
            Err(JobError::Turn(run_at)) => Self::Snoozed { run_at, turn: true },
            Err(JobError::Retry { error, .. }) if is_last(attempt, policy) => Self::Dead { error: cut(&error) },
            Err(JobError::Retry { after, error, blame }) => {
                let wait = after.unwrap_or_else(|| backoff(attempt, run, policy));
                Self::Retry { run_at: later(now, wait), error: cut(&error), blame }
            }
        }
    }
}

/// Whether no attempt follows the `attempt`-th.
pub(crate) fn is_last(attempt: u32, policy: RetryPolicy) -> bool {
    attempt >= u32::from(policy.max_attempts)
}

/// The kind's delay and up to a quarter more, so that jobs that failed together do not all come back
/// together. The run's own names make it repeatable.
fn backoff(attempt: u32, run: JobRun, policy: RetryPolicy) -> Duration {
    let delay = policy.delay_after(u16::try_from(attempt).unwrap_or(u16::MAX));
    let mut hasher = DefaultHasher::new();
    run.hash(&mut hasher);
    let random = u32::from(hasher.finish().to_le_bytes()[0]);
    delay + delay / 4 * random / 255
}

fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    chrono::Duration::from_std(wait)
        .ok()
        .and_then(|wait| now.checked_add_signed(wait))
        // Only a nonsensical wait gets here. Far away, but inside PostgreSQL's range.
        .unwrap_or_else(|| now + chrono::Duration::days(36_500))
}

/// Fits an error text for its column: PostgreSQL has no NUL characters, and nobody reads pages of it.
fn cut(error: &str) -> String {
    let mut text = error.replace('\0', "\u{fffd}");
    text.truncate(text.floor_char_boundary(MAX_ERROR_BYTES));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{JobId, RunToken};
    use domain::TenantId;
    use proptest::prelude::*;
    use uuid::Uuid;

    const POLICY: RetryPolicy =
        RetryPolicy { max_attempts: 3, first_delay: Duration::from_secs(8), max_delay: Duration::from_mins(1) };

    fn run(token: u128) -> JobRun {
        JobRun { tenant: TenantId(Uuid::nil()), id: JobId(7), token: RunToken(Uuid::from_u128(token)) }
    }

    fn outcome(answer: Result<(), JobError>, attempt: u32) -> Outcome {
        Outcome::of(answer, attempt, run(0), POLICY, DateTime::UNIX_EPOCH)
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn each_answer_leads_somewhere_else() {
        assert_eq!(outcome(Ok(()), 3), Outcome::Done);
        assert_eq!(outcome(Err(JobError::fail("no")), 1), Outcome::Dead { error: "no".into() });
        assert_eq!(outcome(Err(JobError::Cancel("gone".into())), 1), Outcome::Cancelled { error: "gone".into() });
        let snoozed = |run_at, turn| Outcome::Snoozed { run_at, turn };
        assert_eq!(outcome(Err(JobError::Snooze(Duration::from_secs(5))), 9), snoozed(at(5), false));
        assert_eq!(outcome(Err(JobError::Turn(at(7))), 9), snoozed(at(7), true));
        for (attempt, delay) in [(1, 8), (2, 16)] {
            let Outcome::Retry { run_at, error, blame: false } = outcome(Err(JobError::retry("x")), attempt) else {
                panic!("attempt {attempt}")
            };
            assert_eq!(error, "x");
            assert!(run_at >= at(delay) && run_at <= at(delay + delay / 4), "{run_at}");
        }
        let blaming = outcome(Err(JobError::retry("x").blaming_the_connection()), 1);
        assert!(matches!(blaming, Outcome::Retry { blame: true, .. }), "{blaming:?}");
        assert_eq!(outcome(Err(JobError::retry("x")), 3), Outcome::Dead { error: "x".into() });
    }

    #[test]
    fn a_given_wait_is_kept_to_the_letter_but_not_past_the_last_attempt() {
        let answer = || Err(JobError::retry_after(Duration::from_millis(1500), "x"));
        let run_at = at(0) + chrono::Duration::milliseconds(1500);
        assert_eq!(outcome(answer(), 1), Outcome::Retry { run_at, error: "x".into(), blame: false });
        assert_eq!(outcome(answer(), 3), Outcome::Dead { error: "x".into() });
    }

    #[test]
    fn an_absurd_wait_stays_a_time_that_postgresql_knows() {
        let Outcome::Snoozed { run_at, .. } = outcome(Err(JobError::Snooze(Duration::MAX)), 1) else { panic!() };
        assert!(run_at > at(0) && run_at < at(0) + chrono::Duration::days(40_000));
    }

    proptest! {
        #[test]
        fn jitter_never_shortens_the_wait_and_adds_a_quarter_at_most(attempt in 1u32..70_000, token: u128) {
            let wait = backoff(attempt, run(token), POLICY);
            let plain = POLICY.delay_after(u16::try_from(attempt).unwrap_or(u16::MAX));
            prop_assert!(wait >= plain && wait <= plain + plain / 4);
        }

        #[test]
        fn error_texts_fit_their_column(text: String, times in 0usize..400) {
            let text = text.repeat(times);
            let cut = cut(&text);
            prop_assert!(cut.len() <= MAX_ERROR_BYTES && !cut.contains('\0'));
            prop_assert!(text.len() > MAX_ERROR_BYTES || cut.chars().count() == text.chars().count());
        }
    }
}
