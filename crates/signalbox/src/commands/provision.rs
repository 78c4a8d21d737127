//! `signalbox provision`: the installation as a file.

use crate::{database, keys::Missing, logging, plugins, process::Process, provisioning};
use config::Config;
use std::path::Path;

/// Does what was typed, and says what that changed.
pub async fn run(config: Config, file: &Path) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    let app = database::app(&config)?;
    let process = Process::start(config, app, Missing::Refuse).await?;
    let host = plugins::host(&process.config, plugins::egress(&process.config, Vec::new())?)?;
    let changes = provisioning::run(&process, &host, file, &provisioning::environment).await?;
    if changes.is_empty() {
        println!("Everything is as the file says.");
    }
    for change in changes {
        println!("{change}");
    }
    Ok(())
}
