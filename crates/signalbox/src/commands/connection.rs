//! `signalbox connection`: accounts of tenants at providers.

use super::endpoint::{manifest_of, refused, sealed, text};
use crate::{
    cli::Connection,
    database,
    keys::Missing,
    logging,
    operator::{self, Operator},
    process::Process,
    settings_file,
};
use anyhow::{Context as _, bail};
use config::Config;
use domain::{ConnectionId, TenantId, job::Lane};
use serde_json::{Value, json};
use store::{
    connections::{self, NewConnection},
    endpoints::{self, FoundEndpoint},
    ingest, secrets,
};

/// Does what was typed.
pub async fn run(config: &Config, command: Connection) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    let process = Process::start(config.clone(), database::app(config)?, Missing::Refuse).await?;
    match command {
        Connection::Create { tenant, plugin, name, endpoint, settings, endpoint_settings } => {
            let tenant = operator::tenant(&process.database, &tenant).await?.id;
            let settings = settings_file::read(&settings)?;
            let endpoint = match &endpoint {
                Some(key) => Some(find(&process, key, tenant).await?),
                None => None,
            };
            if let Some(shared) = endpoint.as_ref().filter(|endpoint| endpoint.tenant_id.is_none()) {
                return connect_shared(&process, tenant, shared, &plugin, &name, &settings).await;
            }
            let mut new = json!({ "plugin_id": plugin, "name": name, "settings": settings });
            if let Some(endpoint) = endpoint {
                new["endpoint_id"] = json!(endpoint.id);
            }
            if let Some(file) = endpoint_settings {
                new["endpoint_settings"] = settings_file::read(&file)?;
            }
            let made = Operator::of(&process, tenant).await?.post("/api/v1/connections", &new).await?;
            print_created(&made);
        }
        Connection::List { tenant } => {
            let tenant = operator::tenant(&process.database, &tenant).await?.id;
            let listed = Operator::of(&process, tenant).await?.get("/api/v1/connections?limit=200").await?;
            for connection in listed.get("items").and_then(Value::as_array).into_iter().flatten() {
                let of = |key| text(connection, key);
                println!("{}\t{}\t{}\t{}\t{}", of("id"), of("plugin_id"), of("name"), of("status"), of("webhook_url"));
            }
        }
    }
    Ok(())
}

fn print_created(made: &Value) {
    println!("Connection   {}", text(made, "id"));
    println!("Webhook URL  {}", text(made, "webhook_url"));
    for (name, secret) in made.get("generated_secrets").and_then(Value::as_object).into_iter().flatten() {
        println!("{name:<12} {}   (shown this once)", secret.as_str().unwrap_or_default());
    }
}

/// An endpoint that the tenant may use: its own, or one that is shared.
async fn find(process: &Process, key: &str, tenant: TenantId) -> anyhow::Result<FoundEndpoint> {
    let found = endpoints::find_by_key(process.database.pool(), key).await?;
    match found {
        Some(endpoint) if endpoint.tenant_id.is_none_or(|owner| owner == tenant) => Ok(endpoint),
        _ => bail!("there is no such endpoint"),
    }
}

/// Connects an account through a shared endpoint.
///
/// Only an operator does this: the endpoint's app vouches for every account it names, so whoever could claim one would
/// read its messages.
async fn connect_shared(
    process: &Process,
    tenant: TenantId,
    endpoint: &FoundEndpoint,
    plugin: &str,
    name: &str,
    settings: &Value,
) -> anyhow::Result<()> {
    if endpoint.plugin_id != plugin {
        bail!("the endpoint is for the plugin `{}`", endpoint.plugin_id);
    }
    let manifest = manifest_of(process, plugin).await?;
    let change = manifest.settings_schema()?.create(settings).map_err(|errors| refused(&errors))?;
    let accounts: Vec<String> = (manifest.account_settings.iter())
        .filter_map(|setting| Some(change.settings.get(setting)?.as_str()?.to_owned()))
        .collect();
    let (id, now) = (ConnectionId::new(), process.clock.now());
    let mut tx = process.database.begin(tenant).await?;
    let new = NewConnection {
        id,
        endpoint_id: endpoint.id,
        plugin_id: plugin,
        plugin_version: Some(&manifest.version),
        name,
        settings: &change.settings,
        own: Some(&change.own),
    };
    connections::create(&mut tx, &new, now).await?;
    for (name, sealed) in sealed(process, Some(tenant.0), &secrets::connection_owner(id), &change) {
        secrets::put_for_connection(&mut tx, id, &name, &sealed, now).await?;
    }
    let claimed = connections::set_accounts(&mut tx, id, endpoint.id, &accounts).await;
    claimed.context("another connection answers for the account")?;
    inbox::follow_connection(&mut tx, tenant, id, now).await?;
    tx.commit().await?;
    // In a transaction of its own: what arrives until the accounts can be seen is kept unrouted, and is waiting now.
    let mut tx = process.database.begin(tenant).await?;
    let adopted = ingest::adopt_unrouted(&mut tx, id).await?;
    tx.commit().await?;
    process.queue.wake(Lane::Live);
    println!("Connection   {id}");
    if adopted > 0 {
        println!("{adopted} webhooks had arrived for it before; they are being processed.");
    }
    Ok(())
}
