//! What the simulator is told at the start: the apps and numbers that exist, limits, timing, clock.

use crate::whatsapp::app::App;
use crate::whatsapp::limits::Limits;
use crate::whatsapp::templates::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Where the simulator's wall clock comes from. Delays are tokio time and do not follow it.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Everything the simulator needs to know.
#[derive(Clone)]
pub struct Config {
    /// The apps with their numbers.
    pub apps: Vec<App>,
    /// Templates by WABA id. An account that is not named has [`Template::samples`].
    pub templates: HashMap<String, Vec<Template>>,
    /// The enforced rate limits.
    pub limits: Limits,
    /// When and how status callbacks are delivered.
    pub callbacks: Callbacks,
    /// Dates messages, windows and rate limits.
    pub clock: Clock,
    /// Where the mail server listens: a loopback address. With port 0 the system picks one.
    pub smtp: SocketAddr,
}

impl Config {
    /// These apps with documented limits, default timing and the system's clock.
    pub fn new(apps: Vec<App>) -> Self {
        Self {
            apps,
            templates: HashMap::new(),
            limits: Limits::DOCUMENTED,
            callbacks: Callbacks::default(),
            clock: Arc::new(Utc::now),
            smtp: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }
}

/// Timing of status callbacks, counted from the moment a send is accepted.
#[derive(Clone, Debug)]
pub struct Callbacks {
    /// Until `sent`.
    pub sent: Duration,
    /// Until `delivered`.
    pub delivered: Duration,
    /// Until `read`; `None` is a customer without read receipts.
    pub read: Option<Duration>,
    /// Until `failed`, for a send that fails after it was accepted.
    pub failed: Duration,
    /// How many callback requests may be under way at once.
    pub in_flight: usize,
    /// How many callbacks may wait at once; more are dropped and counted.
    pub backlog: usize,
    /// What happens after an answer outside 2xx, a timeout or a broken connection.
    pub retries: Retries,
    /// The webhook version the app subscribed with. Below 24 a status names its conversation.
    pub webhook_version: u32,
}

impl Default for Callbacks {
    fn default() -> Self {
        Self {
            sent: Duration::from_millis(50),
            delivered: Duration::from_millis(150),
            read: Some(Duration::from_millis(300)),
            failed: Duration::from_millis(50),
            in_flight: 64,
            backlog: 100_000,
            retries: Retries::default(),
            webhook_version: 26,
        }
    }
}

/// Exponential backoff of webhooks. Meta goes on for seven days; the simulator gives up sooner.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// The pause before the second attempt; it doubles from there.
    pub first_pause: Duration,
    /// The pauses stop growing here.
    pub longest_pause: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { attempts: 10, first_pause: Duration::from_millis(250), longest_pause: Duration::from_secs(30) }
    }
}

impl Retries {
    /// The pause after this many failed attempts (from 1), or `None` to give up.
    pub(crate) fn pause_after(&self, failed: u32) -> Option<Duration> {
        (failed < self.attempts).then(|| {
            let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
            self.first_pause.saturating_mul(doubled).min(self.longest_pause)
        })
    }
}

/// A value that `Debug` does not show.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The value itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_double_up_to_the_longest_pause_and_end() {
        let retries =
            Retries { attempts: 5, first_pause: Duration::from_millis(100), longest_pause: Duration::from_millis(300) };
        let pauses: Vec<_> = (1..=5).map(|n| retries.pause_after(n).map(|p| p.as_millis())).collect();
        assert_eq!(pauses, [Some(100), Some(200), Some(300), Some(300), None]);
    }

    #[test]
    fn secrets_stay_out_of_debug() {
        assert_eq!(format!("{:?}", Secret::from("hunter2")), "[redacted]");
    }
}
