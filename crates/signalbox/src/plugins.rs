//! Installing plugins.

use anyhow::{Context as _, anyhow, bail};
use config::{Config, MailTls};
use egress::{Egress, Exception, Mapping, OperatorPolicy};
use plugin_host::{Compiler, Limits, LoadError, PluginHost};
use std::{env, net::SocketAddr, path::Path, time::Duration};
use store::{
    Database,
    plugins::{self, Installed, NewVersion},
};

/// The hidden subcommand that compiles.
const COMPILE: &str = "compile-plugin";

/// Which provider hosts the simulators at this address stand for.
pub fn simulated(to: SocketAddr) -> Vec<Mapping> {
    sandbox::HOSTS.into_iter().map(|host| Mapping { host: host.to_owned(), to }).collect()
}

/// The way out, with what the operator allows.
pub fn egress(config: &Config, sandbox: Vec<Mapping>) -> anyhow::Result<Egress> {
    let exceptions = config
        .egress
        .allowed_private
        .iter()
        .map(|private| Exception { host: private.host.as_str().to_owned(), network: private.network.network() });
    Ok(Egress::new(egress::Config {
        operator: OperatorPolicy {
            denied_hosts: config.egress.denied_hosts.iter().map(|host| host.as_str().to_owned()).collect(),
            exceptions: exceptions.collect(),
        },
        sandbox,
        ..egress::Config::default()
    })?)
}

/// The host that plugins run in.
pub fn host(config: &Config, egress: Egress) -> anyhow::Result<PluginHost> {
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

/// What to do with a version that is installed with another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameVersion {
    /// Leave it as it is, and refuse the file: a version never changes.
    Keep,
    /// Put the file in its place.
    Replace,
}

/// Has e-mails go to the simulated mail server, unless the settings name another.
pub fn send_mail_to(config: &mut Config, server: SocketAddr) -> anyhow::Result<()> {
    if config.mail.host.is_none() {
        config.mail.host = Some(server.ip().to_string().parse().context("the simulated mail server")?);
        config.mail.port = server.port().into();
        config.mail.tls = MailTls::None;
        config.mail.from.get_or_insert("Signalbox <no-reply@signalbox.example>".parse().context("mail.from")?);
    }
    Ok(())
}

/// Installs a `.wasm` file after trying it. Says whether that changed anything.
pub async fn install(
    database: &Database,
    host: &PluginHost,
    file: &Path,
    same_version: SameVersion,
) -> anyhow::Result<Installed> {
    let wasm = tokio::fs::read(file).await.with_context(|| format!("{} cannot be read", file.display()))?;
    let plugin = host.load(&wasm).map_err(|error| refused(file, &error))?;
    let manifest = plugin.manifest();
    let described = serde_json::to_value(manifest.as_ref())?;
    let new = NewVersion { id: &manifest.id, version: &manifest.version, manifest: &described, wasm: &wasm };
    let now = chrono::Utc::now();
    if same_version == SameVersion::Replace {
        return Ok(Installed::New(plugins::replace(database.pool(), &new, now).await?));
    }
    let installed = plugins::install(database.pool(), new.id, new.version, &described, &wasm, now).await?;
    if let Installed::Differs(_) = installed {
        bail!("{} {} is installed with another file; give the plugin a new version", new.id, new.version);
    }
    Ok(installed)
}

/// Everything that is wrong with a file, one reason a line.
fn refused(file: &Path, error: &LoadError) -> anyhow::Error {
    let reasons = match error {
        LoadError::Manifest(error) => error.reasons().iter().map(ToString::to_string).collect(),
        error => vec![error.to_string()],
    };
    anyhow!("{} is not accepted as a plugin:\n  {}", file.display(), reasons.join("\n  "))
}
