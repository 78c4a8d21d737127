//! `signalbox plugin`: what speaks with providers.

mod author;
mod bench;
mod build;
mod calls;
mod check;
mod dev;
mod fixtures;
mod new;
mod project;
mod record;
mod record_call;
mod recorded;
mod recorded_call;
mod replay;
mod scrub;
mod swap;
mod test;
mod uninstall;

use crate::{
    cli::Plugin,
    database, logging,
    plugins::{self, SameVersion},
};
use anyhow::Context as _;
use config::Config;
use manifest::{Capability, Manifest, SettingsSchema};
use store::{Database, plugins::Installed};

/// Does what was typed.
pub async fn run(config: &Config, command: Plugin) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    let command = match command {
        Plugin::Author(command) => return author::run(config, command).await,
        Plugin::Calls { tenant, connection, function, failed, limit, json } => {
            let wanted = calls::Wanted { connection, function, failed, limit };
            return calls::list(config, &tenant, &wanted, json).await;
        }
        command => command,
    };
    let db = database::open(config, database::app(config)?).await?;
    match command {
        // Done above.
        Plugin::Author(_) | Plugin::Calls { .. } => {}
        Plugin::Install { file, replace } => {
            let same_version = if replace { SameVersion::Replace } else { SameVersion::Keep };
            let host = plugins::host(config, plugins::egress(config, Vec::new())?)?;
            match plugins::install(&db, &host, &file, same_version).await? {
                Installed::Same(plugin) => println!("{} {} is installed already.", plugin.id, plugin.version),
                Installed::New(plugin) | Installed::Differs(plugin) => {
                    println!("Installed {} {}.", plugin.id, plugin.version);
                }
            }
        }
        Plugin::Uninstall { id, of } => uninstall::run(&db, &id, &of).await?,
        Plugin::List => list(&db).await?,
        Plugin::Show { id, of } => show(&db, &id, of.as_deref()).await?,
    }
    Ok(())
}

/// Every version of every plugin; a star marks the one that new connections get.
async fn list(db: &Database) -> anyhow::Result<()> {
    for current in store::plugins::list(db.pool()).await? {
        for plugin in store::plugins::versions(db.pool(), &current.id).await? {
            let mark = if plugin.version == current.version { "*" } else { "" };
            let installed_at = plugin.installed_at.format("%Y-%m-%d %H:%M UTC");
            println!("{}\t{}{mark}\t{installed_at}", plugin.id, plugin.version);
        }
    }
    Ok(())
}

async fn show(db: &Database, id: &str, version: Option<&str>) -> anyhow::Result<()> {
    let plugin = match version {
        Some(version) => store::plugins::version(db.pool(), id, version).await?,
        None => store::plugins::current(db.pool(), id).await?,
    };
    let plugin = plugin.with_context(|| format!("the plugin `{id}` is not installed in this version"))?;
    let manifest = Manifest::parse(&serde_json::to_vec(&plugin.manifest)?).context("the stored manifest")?;
    println!("{} {} ({})", manifest.name, manifest.version, manifest.id);
    if !manifest.description.is_empty() {
        println!("{}", manifest.description);
    }
    println!("\nMay");
    for named in manifest::capabilities(&manifest) {
        println!("  {}", told(&named.capability));
    }
    fields("Settings of a connection", &manifest.settings_schema()?);
    fields("Settings of an endpoint", &manifest.endpoint_schema()?);
    Ok(())
}

fn fields(title: &str, schema: &SettingsSchema) {
    let hints = schema.hints();
    if hints.is_empty() {
        return;
    }
    println!("\n{title}");
    for field in hints {
        let secret = if field.secret { "   (secret)" } else { "" };
        println!("  {}{secret}", field.pointer.trim_start_matches('/'));
    }
}

/// A capability in the words of a command line.
fn told(capability: &Capability) -> String {
    match capability {
        Capability::Interface { interface } => format!("be called through `{}`", interface.as_str()),
        Capability::Egress { host, method } => format!("send {} requests to {host}", method.as_str()),
        Capability::Secret { name, .. } => format!("ask for the secret `{name}`"),
        Capability::Injection { secret, host, .. } => format!("have `{secret}` put into requests to {host}"),
        Capability::Signature { secret } => format!("have data signed with `{secret}`"),
        Capability::Trigger { name, description } | Capability::Action { name, description } => {
            format!("be asked for `{name}`: {description}")
        }
        Capability::Webhook { .. } => "receive webhooks".to_owned(),
        Capability::Section { name, .. } => format!("have done for it what its manifest says in `{name}`"),
        Capability::Limit { name, value } => format!("use {value} of {name} in one call"),
    }
}
