//! A build into a running installation, as `plugin dev` does it.

use super::stamp;
use crate::{database, plugins};
use anyhow::Context as _;
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

/// Installs a build under a version of its own, which workers take up by themselves. Returns that version.
///
/// `draft` is the file that is installed; what was built before stays as it is.
pub async fn install(database: &Database, host: &PluginHost, wasm: &[u8], draft: &Path) -> anyhow::Result<String> {
    let (stamped, version) = stamp::as_development(wasm)?;
    let component = super::build::component(stamped)?;
    std::fs::write(draft, component).with_context(|| draft.display().to_string())?;
    plugins::install(database, host, draft).await?;
    Ok(version)
}
