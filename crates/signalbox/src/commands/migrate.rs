//! `signalbox migrate`: the schema, as the owner of the tables.

use crate::{database, logging};
use config::Config;

/// Brings the schema up to date and says so.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    let owner = database::owner(config)?;
    database::migrate(&owner).await?;
    println!("The schema is up to date.");
    println!("`signalbox api` and `signalbox worker` connect as `{}`, not as its owner.", postgres::APP_ROLE);
    Ok(())
}
