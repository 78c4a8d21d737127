//! `signalbox api`: webhooks and REST, and nothing else.

use crate::{
    cli, database, keys::Missing, logging, metrics, plugins, process::Process, provisioning, roles, stop::Stop,
};
use config::Config;
use std::sync::Arc;

/// Serves until it is told to stop.
pub async fn run(mut config: Config, args: cli::Api) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Service)?;
    let metrics = metrics::start()?;
    let app = database::app(&config)?;
    if args.sandbox {
        let server = config.sandbox.smtp_bind;
        plugins::send_mail_to(&mut config, server)?;
    }
    let process = Process::start(config, app, Missing::Refuse).await?;
    let simulated = if args.sandbox { plugins::simulated(process.config.sandbox.bind) } else { Vec::new() };
    let egress = plugins::egress(&process.config, simulated)?;
    if let Some(file) = process.config.provisioning.clone() {
        let host = plugins::host(&process.config, egress.clone())?;
        for change in provisioning::run(&process, &host, &file, &provisioning::environment).await? {
            tracing::info!(change, "provisioned");
        }
    }
    let (address, serving) = roles::serve(&process, egress, metrics, Arc::new(()), Stop::on_signal()?).await?;
    tracing::info!(%address, "serving");
    serving.await
}
