//! Webhooks, and two ways to post them: as fast as they are taken, and at a pace.
//!
//! The generator shares the machine with what it measures, so it is cheap: whole requests are written down beforehand,
//! and one thread of its own sends them over connections that stay open.

mod connection;
mod paced;
mod requests;
mod saturating;

pub use paced::{Paced, due_at, paced};
pub use requests::{Requests, text_webhooks};
pub use saturating::{Saturated, saturate};

use anyhow::Context as _;
use std::{collections::BTreeMap, future::Future, thread};
use tokio::sync::oneshot;

/// How often each HTTP status was answered.
pub type Statuses = BTreeMap<u16, usize>;

/// How many answers were 2xx, if all were.
pub fn all_accepted(statuses: &Statuses) -> anyhow::Result<usize> {
    anyhow::ensure!(statuses.keys().all(|status| (200..300).contains(status)), "webhooks were answered {statuses:?}");
    Ok(statuses.values().sum())
}

/// Runs a load on a thread of its own, beside what this process does otherwise.
async fn on_own_thread<T: Send + 'static, F: Future<Output = anyhow::Result<T>>>(
    load: impl FnOnce() -> F + Send + 'static,
) -> anyhow::Result<T> {
    let (done, outcome) = oneshot::channel();
    thread::Builder::new().name("load".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let result = runtime.context("the load's runtime").and_then(|runtime| runtime.block_on(load()));
        // Nobody waits any more when the benchmark was interrupted.
        let _ = done.send(result);
    })?;
    outcome.await.context("the load panicked")?
}
