//! A build into a running installation, as `plugin dev` does it.

use crate::{
    database,
    plugins::{self, SameVersion},
};
use config::Config;
use plugin_host::PluginHost;
use std::path::Path;
use store::Database;

/// How long a running worker may take until it uses another version.
pub const TAKEN_UP_WITHIN: &str = "5 seconds";

/// The installation of this configuration; `None` if no database is named.
pub async fn installation(config: &Config) -> anyhow::Result<Option<Database>> {
    if config.database.url.is_none() {
        return Ok(None);
    }
    Ok(Some(database::open(config, database::app(config)?).await?))
}

/// Puts a build in the place of the same version, or beside the others if it is a new one. Workers take it up by
/// themselves.
pub async fn install(database: &Database, host: &PluginHost, file: &Path) -> anyhow::Result<()> {
    plugins::install(database, host, file, SameVersion::Replace).await?;
    Ok(())
}
