//! Waiting for what other processes do: looked at again and again, up to a deadline.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// Longer than anything takes that these tests wait for, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(25);

/// Looks until there is something to see; `Err` says what is seen instead.
pub async fn eventually<T, E: Display>(what: &str, look: impl AsyncFnMut() -> Result<T, E>) -> T {
    within(PATIENCE, what, look).await
}

/// The same with a deadline of one's own.
pub async fn within<T, E: Display>(patience: Duration, what: &str, mut look: impl AsyncFnMut() -> Result<T, E>) -> T {
    let start = Instant::now();
    loop {
        match look().await {
            Ok(seen) => return seen,
            Err(instead) if start.elapsed() > patience => {
                panic!("waited {patience:?} in vain until {what}; last seen: {instead}")
            }
            Err(_) => tokio::time::sleep(STEP).await,
        }
    }
}
