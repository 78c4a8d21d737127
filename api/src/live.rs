//! Waiting for what a worker answers: plugins run there, so that what the API needs of one at once is a live job.

use crate::problem::Problem;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::Instant;

/// How long whoever asks waits, if they do not say.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long whoever asks waits for the answer.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// How many seconds to wait for the answer, 0 to 30; 30 without it.
    wait: Option<u8>,
}

impl Wait {
    pub fn patience(&self) -> Duration {
        patience(self.wait)
    }
}

/// So many seconds, or the most that anybody waits.
pub fn patience(seconds: Option<u8>) -> Duration {
    seconds.map_or(PATIENCE, |seconds| Duration::from_secs(seconds.into()).min(PATIENCE))
}

/// Looks for the answer, less and less often, until it is there or patience has run out: then what was seen last.
pub async fn answer<T, F>(patience: Duration, is_there: impl Fn(&T) -> bool, look: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<T, Problem>>,
{
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(25);
    loop {
        let seen = look().await?;
        if is_there(&seen) || Instant::now() + pause > deadline {
            return Ok(seen);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(500));
    }
}
