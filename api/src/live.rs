//! Waiting for what a worker answers: plugins run there, so that what the API needs of one at once is a live job.

use crate::problem::Problem;
use std::time::Duration;
use tokio::time::Instant;

/// How long whoever asks waits, if they do not say.
const PATIENCE: Duration = Duration::from_secs(30);

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
