//! From a file to a plugin that has answered.

use super::{host, milliseconds, parsing};
use crate::machine;
use std::{path::Path, time::Instant};

/// How long it took, in milliseconds.
#[derive(Default)]
pub struct Times {
    /// Loading, when it has to be compiled first.
    pub compiled: Vec<f64>,
    /// Loading, when its code is in the cache.
    pub cached: Vec<f64>,
    /// A new host, a plugin from the cache, and its first call: what a worker that starts adds to its first job.
    pub first_call: Vec<f64>,
}

impl Times {
    /// One of each, with `cache` as an empty cache.
    pub async fn add(&mut self, file: &[u8], cache: &Path) -> anyhow::Result<()> {
        machine::until_quiet().await?;
        for times in [&mut self.compiled, &mut self.cached] {
            let (host, begin) = (host(cache)?, Instant::now());
            host.load(file)?;
            times.push(milliseconds(begin.elapsed()));
        }
        let (context, request) = (parsing::context(), parsing::request());
        let begin = Instant::now();
        host(cache)?.load(file)?.parse(&context, request).await?;
        self.first_call.push(milliseconds(begin.elapsed()));
        Ok(())
    }
}
