//! `signalbox endpoint`: addresses that providers post to, shared by several tenants.

use crate::{cli::Endpoint, database, keys::Missing, logging, process::Process, settings_file};
use anyhow::Context as _;
use config::Config;
use domain::EndpointId;
use manifest::{Change, FieldError, Manifest, SecretChange};
use serde_json::Value;
use std::path::Path;
use store::{
    endpoints::{self, NewEndpoint},
    plugins,
};
use vault::Place;

/// Does what was typed.
pub async fn run(config: &Config, command: Endpoint) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    let process = Process::start(config.clone(), database::app(config)?, Missing::Refuse).await?;
    match command {
        Endpoint::Create { plugin, name, settings } => create(config, &process, &plugin, &name, &settings).await,
        Endpoint::Upgrade { key, to } => upgrade(&process, &key, to.as_deref()).await,
    }
}

async fn create(config: &Config, process: &Process, plugin: &str, name: &str, settings: &Path) -> anyhow::Result<()> {
    let settings = settings_file::read(settings)?;
    let manifest = manifest_of(process, plugin).await?;
    let change = manifest.endpoint_schema()?.create(&settings).map_err(|errors| refused(&errors))?;
    let (id, key) = (EndpointId::new(), hex::encode(rand::random::<[u8; 16]>()));
    let new = NewEndpoint {
        id,
        key: &key,
        plugin_id: plugin,
        plugin_version: Some(&manifest.version),
        name,
        settings: &change.settings,
    };
    let owner = store::secrets::endpoint_owner(id);
    let sealed = sealed(process, None, &owner, &change);
    endpoints::create_shared(process.database.pool(), &new, &sealed, process.clock.now()).await?;
    println!("Webhook URL  {}/hooks/{key}", config.base_url());
    println!("Key          {key}   (for `signalbox connection create --endpoint`)");
    Ok(())
}

/// Gives a shared endpoint the recipe of another version, for all tenants that receive webhooks there.
async fn upgrade(process: &Process, key: &str, to: Option<&str>) -> anyhow::Result<()> {
    let db = process.database.pool();
    let endpoint = endpoints::find_by_key(db, key).await?.filter(|endpoint| endpoint.tenant_id.is_none());
    let endpoint = endpoint.context("there is no shared endpoint with this key")?;
    let version = match to {
        Some(to) => plugins::version(db, &endpoint.plugin_id, to).await?,
        None => plugins::current(db, &endpoint.plugin_id).await?,
    };
    let version = version.with_context(|| format!("`{}` is not installed in this version", endpoint.plugin_id))?;
    endpoints::set_shared_version(db, key, &version.version).await?;
    println!("The endpoint takes webhooks as {} {} does.", version.id, version.version);
    Ok(())
}

/// The manifest of an installed plugin, in the version that new connections get.
pub async fn manifest_of(process: &Process, plugin: &str) -> anyhow::Result<Manifest> {
    let installed = store::plugins::current(process.database.pool(), plugin).await?;
    let installed = installed.with_context(|| format!("the plugin `{plugin}` is not installed"))?;
    Manifest::parse(&serde_json::to_vec(&installed.manifest)?).context("the stored manifest")
}

/// What is wrong with settings, in the words of a command line.
pub fn refused(errors: &[FieldError]) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(|error| format!("  {}: {}", error.pointer, error.message)).collect();
    anyhow::anyhow!("the settings are refused:\n{}", lines.join("\n"))
}

/// The secrets of new settings, sealed for their owner.
pub fn sealed(process: &Process, tenant: Option<uuid::Uuid>, owner: &str, change: &Change) -> Vec<(String, Vec<u8>)> {
    let seal = |(name, change): (&String, &SecretChange)| match change {
        SecretChange::Set(value) => {
            let place = Place { tenant, owner, name };
            Some((name.clone(), process.keyring.seal(&place, value.as_bytes()).as_bytes().to_vec()))
        }
        SecretChange::Clear => None,
    };
    change.secrets.iter().filter_map(seal).collect()
}

/// The value of a field that is a text.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
