//! What those who write plugins type.

use super::{bench, build, check, dev, new, record, replay, test};
use crate::{cli::author::Author, plugins};
use anyhow::Context as _;
use config::Config;
use plugin_host::{Plugin, PluginHost};
use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Does what was typed.
pub async fn run(config: &Config, command: Author) -> anyhow::Result<()> {
    match command {
        Author::New(args) => new::run(&args),
        Author::Build(args) => build::run(&args),
        Author::Check(args) => check::run(config, &args),
        Author::Test(args) => test::run(config, &args).await,
        Author::Dev(args) => dev::run(config, &args).await,
        Author::Record(args) => record::run(config, args).await,
        Author::Replay(args) => replay::run(config, args).await,
        Author::Bench(args) => bench::run(config, &args).await,
    }
}

/// The host that this configuration makes, for files that are not installed. Compiled code is kept in the user's cache:
/// a project has no data directory.
pub fn host(config: &Config) -> anyhow::Result<PluginHost> {
    let mut config = config.clone();
    config.plugins.cache_dir.get_or_insert_with(cache_dir);
    plugins::host(&config, plugins::egress(&config, Vec::new())?)
}

/// Loads a file, which the error names.
pub fn load(host: &PluginHost, file: &Path) -> anyhow::Result<Arc<Plugin>> {
    let wasm = std::fs::read(file).with_context(|| file.display().to_string())?;
    host.load(&wasm).with_context(|| format!("{} is refused; `signalbox plugin check` says more", file.display()))
}

fn cache_dir() -> PathBuf {
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home).unwrap_or_else(env::temp_dir);
    cache.join("signalbox").join("plugins")
}
