//! An installation as a file: plugins, tenants, and each tenant's defaults, endpoints, connections and rules.
//!
//! The file is read and everything in it checked before anything changes ([`file`], [`plan`]); then what is not so yet
//! is made so ([`apply`]). Entries are known by their names, so the same file again changes nothing. What is there and
//! not in the file stays: it is somebody else's. Secrets come from the environment, never from the file ([`secrets`]).

mod apply;
mod file;
mod plan;
mod secrets;
#[cfg(test)]
mod tests;

use crate::process::Process;
use anyhow::bail;
use plugin_host::PluginHost;
use std::path::Path;

/// Makes the installation what the file says. Answers what it changed, one line for each thing.
///
/// Of several processes that start with the same file, one works and the others wait, and find nothing left to do.
pub async fn run(
    process: &Process,
    host: &PluginHost,
    path: &Path,
    env: &(dyn Fn(&str) -> Option<String> + Sync),
) -> anyhow::Result<Vec<String>> {
    let alone = store::locks::provisioning(process.database.pool()).await?;
    let checked = match file::read(path) {
        Ok(file) => plan::check(process, host, path, file, env).await?,
        Err(reasons) => Err(reasons),
    };
    let plan = match checked {
        Ok(plan) => plan,
        Err(reasons) => bail!("{} is refused, and nothing was changed:\n  {}", path.display(), reasons.join("\n  ")),
    };
    let changes = apply::all(process, host, &plan).await?;
    alone.rollback().await?;
    Ok(changes)
}

/// The variables of this process.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
