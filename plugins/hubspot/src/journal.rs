//! What is remembered of a creation, so that it is not done twice.
//!
//! HubSpot knows no idempotency keys. So the entry of a call's key is written before the request is
//! sent; if the answer is lost, the next attempt finds that something may be there already.

use plugin_sdk::state::{State, Write};
use plugin_sdk::{PluginError, log};
use serde::{Deserialize, Serialize};

/// Longer than anything is retried.
const KEPT_MS: u64 = 7 * 24 * 3_600 * 1_000;

/// How far a creation got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// The request went out, or was about to, at this time; its outcome is not known.
    Sent {
        /// In milliseconds since the Unix epoch.
        at_ms: i64,
    },
    /// The record is there.
    Done {
        /// HubSpot's id.
        id: String,
    },
}

/// The entry of one call.
pub struct Journal<'a, S> {
    state: &'a S,
    key: String,
    version: u64,
}

impl<'a, S: State> Journal<'a, S> {
    /// Opens the entry of a call and tells how far it got before.
    pub fn open(state: &'a S, idempotency_key: &str) -> Result<(Self, Option<Progress>), PluginError> {
        let key = format!("create/{idempotency_key}");
        let Some(entry) = state.get(&key)? else {
            return Ok((Self { state, key, version: 0 }, None));
        };
        let progress = serde_json::from_slice(&entry.value)
            .map_err(|error| PluginError::internal(format!("the entry of a creation: {error}")))?;
        Ok((Self { state, key, version: entry.version }, Some(progress)))
    }

    /// Writes how far it got. Of two attempts side by side, one fails here.
    pub fn write(&mut self, progress: &Progress) -> Result<(), PluginError> {
        let value = serde_json::to_vec(progress).map_err(|error| PluginError::internal(error.to_string()))?;
        self.version = self.state.put(&self.key, &value, Write::over(self.version).for_ms(KEPT_MS))?;
        Ok(())
    }

    /// Nothing was created. An entry that stays all the same costs the next attempt a look.
    pub fn forget(&mut self) {
        if let Err(failure) = self.state.delete(&self.key) {
            log::warn(&format!("the entry of a creation stays: {failure}"));
        }
    }
}
