//! `signalbox plugin`: what speaks with providers.

mod author;
mod bench;
mod build;
mod check;
mod dev;
mod fixtures;
mod new;
mod project;
mod record;
mod replay;
mod scrub;
mod stamp;
mod swap;
mod test;

use crate::{cli::Plugin, database, logging, plugins};
use config::Config;

/// Does what was typed.
pub async fn run(config: &Config, command: Plugin) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    if let Plugin::Author(command) = command {
        return author::run(config, command).await;
    }
    let db = database::open(config, database::app(config)?).await?;
    match command {
        Plugin::Install { file } => {
            let (id, version) = plugins::install(&db, &plugins::host(config, Vec::new())?, &file).await?;
            println!("Installed {id} {version}.");
        }
        // Done above.
        Plugin::Author(_) => {}
        Plugin::List => {
            for plugin in store::plugins::list(db.pool()).await? {
                println!("{}\t{}\t{}", plugin.id, plugin.version, plugin.installed_at.format("%Y-%m-%d %H:%M UTC"));
            }
        }
    }
    Ok(())
}
