//! Installing plugins.

use anyhow::Context as _;
use config::Config;
use egress::{Egress, Exception, Mapping, OperatorPolicy};
use plugin_host::{Compiler, Limits, PluginHost};
use std::{env, net::SocketAddr, path::Path, time::Duration};
use store::Database;

/// The hidden subcommand that compiles.
const COMPILE: &str = "compile-plugin";

/// Which provider hosts the simulators at this address stand for.
pub fn simulated(to: SocketAddr) -> Vec<Mapping> {
    vec![Mapping { host: "graph.facebook.com".to_owned(), to }]
}

/// The host that plugins run in, with what the operator allows.
pub fn host(config: &Config, sandbox: Vec<Mapping>) -> anyhow::Result<PluginHost> {
    let exceptions = config
        .egress
        .allowed_private
        .iter()
        .map(|private| Exception { host: private.host.as_str().to_owned(), network: private.network.network() });
    let egress = Egress::new(egress::Config {
        operator: OperatorPolicy {
            denied_hosts: config.egress.denied_hosts.iter().map(|host| host.as_str().to_owned()).collect(),
            exceptions: exceptions.collect(),
        },
        sandbox,
        ..egress::Config::default()
    })?;
    let mut host = plugin_host::Config::new(config.plugin_cache_dir(), egress);
    host.compiler = env::current_exe().ok().map(|program| Compiler { program, arguments: vec![COMPILE.to_owned()] });
    host.limits = Limits {
        memory: usize::try_from(config.plugins.memory_mib)? << 20,
        cpu: Duration::from_millis(config.plugins.cpu_ms),
        wall: Duration::from_millis(config.plugins.wall_ms),
        response: config.plugins.response_bytes,
        ..host.limits
    };
    PluginHost::new(host).context("the plugin host cannot be set up")
}

/// Installs a `.wasm` file after trying it. Returns the plugin's id and version.
pub async fn install(database: &Database, host: &PluginHost, file: &Path) -> anyhow::Result<(String, String)> {
    let wasm = tokio::fs::read(file).await.with_context(|| format!("{} cannot be read", file.display()))?;
    let plugin = host.load(&wasm).with_context(|| format!("{} is not accepted as a plugin", file.display()))?;
    let manifest = plugin.manifest();
    let (id, version) = (manifest.id.clone(), manifest.version.clone());
    let described = serde_json::to_value(manifest.as_ref())?;
    store::plugins::install(database.pool(), &id, &version, &described, &wasm, chrono::Utc::now()).await?;
    Ok((id, version))
}
