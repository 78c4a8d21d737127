//! `signalbox up`: everything in one process.

mod data_dir;
mod playground;
mod screen;
mod seed;

use crate::{
    cli, database,
    keys::Missing,
    logging, metrics,
    plugins::{self, SameVersion},
    process::Process,
    provisioning,
    roles::{self, WorkersReady},
    stop::Stop,
};
use anyhow::Context as _;
use config::{Config, Installers};
use playground::Playground;
pub use playground::{Agreement, HUB_ID, SHOP};
use postgres::{Cluster, Options};
use sqlx::postgres::PgConnectOptions;
use std::{path::Path, sync::Arc};

/// The names of the private cluster's database and of its owner.
const DATABASE: &str = "signalbox";
const OWNER: &str = "signalbox_owner";

/// Starts everything, says where it is, and runs until it is told to stop.
pub async fn run(mut config: Config, args: cli::Up) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    let metrics = metrics::start()?;
    let stop = Stop::on_signal()?;
    if args.sandbox {
        config.plugins.install = Installers::Admins;
        // The simulated providers are on this machine, too: they can be told where to post.
        if config.public_url.is_none() && config.http.bind.port() != 0 {
            config.public_url = Some(config.base_url().parse().context("http.bind as a URL")?);
        }
    }
    data_dir::prepare(&config.data_dir)?;
    config.data_dir = std::path::absolute(&config.data_dir)?;

    let cluster = private_cluster(&config).await?;
    let outcome = run_on(config, args, cluster.as_ref(), metrics, stop).await;
    if let Some(cluster) = cluster {
        screen::step("stopping PostgreSQL");
        cluster.stop().await?;
    }
    outcome
}

async fn run_on(
    mut config: Config,
    args: cli::Up,
    cluster: Option<&Cluster>,
    metrics: metrics_exporter_prometheus::PrometheusHandle,
    stop: Stop,
) -> anyhow::Result<()> {
    let owner = match cluster {
        Some(cluster) => cluster.options(OWNER, DATABASE),
        None => database::owner(&config)?,
    };
    screen::step("bringing the database schema up to date");
    database::migrate(&owner).await?;
    let app = app_options(&config, &owner)?;
    let playground = if args.sandbox { Some(Playground::open(&config).await?) } else { None };
    if let Some(playground) = &playground {
        plugins::send_mail_to(&mut config, playground.providers.mail().address())?;
    }
    let process = Process::start(config, app, Missing::Create).await?;

    let mut sandboxed = playground.as_ref().map(Playground::mappings).unwrap_or_default();
    sandboxed.extend(args.simulate);
    let egress = plugins::egress(&process.config, sandboxed)?;
    let host = Arc::new(plugins::host(&process.config, egress.clone())?);
    for file in &args.plugins {
        // Whoever plays with it builds the plugin anew without giving it a new version each time.
        let same_version = if args.sandbox { SameVersion::Replace } else { SameVersion::Keep };
        install(&process, &host, file, same_version).await?;
    }

    let ready = Arc::new(WorkersReady::default());
    let (address, serving) =
        roles::serve(&process, egress.clone(), metrics, Arc::clone(&ready) as _, stop.clone()).await?;
    let mut serving = tokio::spawn(serving);
    let env = roles::environment(&process, Arc::clone(&host), egress)?;
    let mut working = {
        let (process, stop) = (process.clone(), stop.clone());
        tokio::spawn(async move { roles::work(&process, env, &[], ready, stop).await })
    };

    let greeting = async {
        // Beside the workers, which an upgrade asks.
        if let Some(file) = &process.config.provisioning {
            screen::step(&format!("provisioning from {}", file.display()));
            for change in provisioning::run(&process, &host, file, &provisioning::environment).await? {
                screen::step(&change);
            }
        }
        // An author of another plugin may do without the WhatsApp plugin, and so without what uses it.
        let has_whatsapp = store::plugins::current(process.database.pool(), "whatsapp").await?.is_some();
        let seeded = match &playground {
            Some(playground) if has_whatsapp => Some(seed::ensure(&process, playground, address).await?),
            _ => None,
        };
        let database = cluster.map(|cluster| cluster.url(postgres::APP_ROLE, DATABASE));
        screen::greet(&process.config, address, database.as_deref(), playground.as_ref(), seeded.as_ref());
        anyhow::Ok(())
    };
    // Whatever ends first, asked or not, ends the others.
    tokio::select! {
        outcome = greeting => outcome?,
        outcome = &mut serving => return outcome?,
        outcome = &mut working => return outcome?,
        () = stop.asked() => {}
    }
    tokio::select! {
        outcome = &mut serving => return outcome?,
        outcome = &mut working => return outcome?,
        () = stop.asked() => screen::step("stopping: finishing what has begun"),
    }
    working.await??;
    // Connections that clients keep open would make the server wait for them.
    let patience = std::time::Duration::from_secs(5);
    let _ = tokio::time::timeout(patience, serving).await;
    if let Some(playground) = playground {
        playground.close().await;
    }
    process.database.pool().close().await;
    Ok(())
}

/// The private cluster, unless a database is named.
async fn private_cluster(config: &Config) -> anyhow::Result<Option<Cluster>> {
    if config.database.url.is_some() || config.database.owner_url.is_some() {
        return Ok(None);
    }
    let options = Options::new(config.data_dir.join("postgres")).progress(screen::step);
    let cluster = Cluster::start(options).await.context("the private PostgreSQL cannot be started")?;
    cluster.ensure_database(DATABASE, OWNER).await?;
    Ok(Some(cluster))
}

/// As whom the product works: as `database.url` says if the owner is named apart, else as the owner's companion.
fn app_options(config: &Config, owner: &PgConnectOptions) -> anyhow::Result<PgConnectOptions> {
    if config.database.owner_url.is_some() && config.database.url.is_some() {
        return database::app(config);
    }
    Ok(postgres::app_options(owner))
}

async fn install(
    process: &Process,
    host: &Arc<plugin_host::PluginHost>,
    file: &Path,
    same_version: SameVersion,
) -> anyhow::Result<()> {
    screen::step(&format!("installing {}", file.file_name().unwrap_or_default().display()));
    plugins::install(&process.database, host, file, same_version).await.map(drop)
}
