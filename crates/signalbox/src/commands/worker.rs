//! `signalbox worker`: jobs, and nothing else.

use crate::{cli, database, keys::Missing, logging, metrics, plugins, process::Process, roles, status, stop::Stop};
use config::Config;
use roles::WorkersReady;
use std::sync::Arc;

/// Runs jobs until it is told to stop, then drains.
pub async fn run(mut config: Config, args: cli::Worker) -> anyhow::Result<()> {
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
    let host = Arc::new(plugins::host(&process.config, egress.clone())?);
    let env = roles::environment(&process, host, egress)?;
    let (ready, stop) = (Arc::new(WorkersReady::default()), Stop::on_signal()?);
    if let Some(bind) = process.config.worker.bind {
        status::serve(bind, process.database.clone(), Arc::clone(&ready), metrics, stop.clone()).await?;
    }
    tracing::info!("working");
    roles::work(&process, env, &args.lanes, ready, stop).await
}
