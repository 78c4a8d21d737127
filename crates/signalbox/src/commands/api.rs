//! `signalbox api`: webhooks and REST, and nothing else.

use crate::{database, keys::Missing, logging, metrics, plugins, process::Process, provisioning, roles, stop::Stop};
use config::Config;
use std::sync::Arc;

/// Serves until it is told to stop.
pub async fn run(config: Config) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Service)?;
    let metrics = metrics::start()?;
    let app = database::app(&config)?;
    let process = Process::start(config, app, Missing::Refuse).await?;
    if let Some(file) = process.config.provisioning.clone() {
        let host = plugins::host(&process.config, Vec::new())?;
        for change in provisioning::run(&process, &host, &file, &provisioning::environment).await? {
            tracing::info!(change, "provisioned");
        }
    }
    let (address, serving) = roles::serve(&process, metrics, Arc::new(()), Stop::on_signal()?).await?;
    tracing::info!(%address, "serving");
    serving.await
}
