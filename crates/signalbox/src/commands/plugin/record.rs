//! `signalbox plugin record`: a webhook that came in becomes a fixture, or a call that is made for it.

use super::{author, fixtures, record_call, scrub::Scrubber};
use crate::{cli::author::Record, database};
use anyhow::{Context as _, bail};
use config::Config;
use domain::{DeliveryId, TenantId};
use manifest::{Manifest, Place, TimestampSource, Verification};
use plugin_host::{Plugin, PluginHost};
use plugin_sdk::testing::{Fixture, RecordedRequest};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{Database, deliveries::Delivery};

/// Parts of names of headers that prove something about their sender, whatever the provider.
pub(super) const PROOFS: [&str; 8] =
    ["signature", "authorization", "token", "secret", "cookie", "hmac", "api-key", "digest"];

/// Records what is named.
pub async fn run(config: &Config, args: Record) -> anyhow::Result<()> {
    match (args.connection, args.delivery) {
        (Some(connection), _) => record_call::run(config, &args, connection).await,
        (None, Some(delivery)) => record(config, args, delivery.into()).await,
        (None, None) => bail!("name a delivery, or a connection and a function"),
    }
}

/// Reads the delivery, makes its events, writes the fixture, and says what is in it and what is not.
async fn record(config: &Config, args: Record, id: DeliveryId) -> anyhow::Result<()> {
    let db = database::open(config, database::app(config)?).await?;
    let tenant = store::tenants::find(db.pool(), &args.tenant).await?;
    let tenant = tenant.with_context(|| format!("there is no tenant `{}`", args.tenant))?.id;
    let delivery = find(&db, tenant, id).await?;
    let host = author::host(config)?;
    let plugin = match &args.wasm {
        Some(file) => author::load(&host, file)?,
        None => installed(&db, &host, &delivery.plugin_id, &delivery.plugin_version).await?,
    };
    let (mut fixture, dropped) = fixture(delivery, plugin.manifest());
    if args.scrub {
        scrub(&mut fixture)?;
    }
    fixture.expect(fixtures::outcome(&plugin, &fixture).await?);

    let file = args.out.unwrap_or_else(|| PathBuf::from("fixtures").join(format!("{id}.json")));
    write_new(&file, &fixture.to_text())?;

    println!("{}", file.display());
    for header in dropped {
        println!("left out: the header `{header}`, which holds a signature or a credential");
    }
    if args.scrub {
        println!("replaced: telephone numbers and e-mail addresses. Names and what people wrote are still there.");
    }
    println!("The fixture may hold personal data: read it before you share it.");
    Ok(())
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(file: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(dir) = file.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    }
    let mut new = std::fs::File::create_new(file)
        .with_context(|| format!("{} cannot be made; `replay --update` changes what is expected", file.display()))?;
    Ok(std::io::Write::write_all(&mut new, text.as_bytes())?)
}

async fn find(db: &Database, tenant: TenantId, id: DeliveryId) -> anyhow::Result<Delivery> {
    let found = store::deliveries::load(db.pool(), &[(tenant, id)]).await?.pop().flatten();
    found.with_context(|| format!("this tenant has no delivery {id}"))
}

/// The plugin as it is installed.
async fn installed(db: &Database, host: &PluginHost, id: &str, version: &str) -> anyhow::Result<Arc<Plugin>> {
    let plugin = store::plugins::version(db.pool(), id, version).await?;
    let Some(plugin) = plugin else { bail!("the plugin `{id}` is not installed in version {version}") };
    let wasm = store::plugins::artifact(db.pool(), &plugin.sha256).await?.context("its file is gone")?;
    Ok(host.load(&wasm)?)
}

/// The fixture without its events, and the names of the headers that were left out.
fn fixture(delivery: Delivery, manifest: &Manifest) -> (Fixture, Vec<String>) {
    let (headers, dropped): (Vec<_>, Vec<_>) =
        headers(&delivery.headers).into_iter().partition(|(name, _)| !is_proof(manifest, name));
    let mut request =
        RecordedRequest { method: delivery.method, query: delivery.query, headers, ..RecordedRequest::default() };
    request.set_body(delivery.body);
    let fixture = Fixture {
        about: format!("Came in on {}", delivery.received_at.format("%Y-%m-%d")),
        now_ms: delivery.received_at.timestamp_millis().try_into().unwrap_or_default(),
        settings: delivery.settings,
        request,
        events: None,
        error: None,
    };
    (fixture, dropped.into_iter().map(|(name, _)| name).collect())
}

fn headers(stored: &Value) -> Vec<(String, String)> {
    let pairs = stored.as_array().into_iter().flatten();
    pairs.filter_map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned()))).collect()
}

/// Whether a header proves who sent the request: by the plugin's recipe, or by its name.
fn is_proof(manifest: &Manifest, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut verified = manifest.webhook.iter().flat_map(|recipe| &recipe.verify);
    let by_recipe = verified.any(|rule| match rule {
        Verification::Hmac(rule) => {
            let timestamp = rule.timestamp.as_ref().map(|rule| &rule.source);
            rule.signature.header.as_str() == name
                || matches!(timestamp, Some(TimestampSource::Header(header)) if header.as_str() == name)
        }
        Verification::Token(rule) => matches!(&rule.place, Place::Header(header) if header.as_str() == name),
    });
    by_recipe || PROOFS.iter().any(|part| name.contains(part))
}

/// Replaces telephone numbers and e-mail addresses in everything that is recorded.
fn scrub(fixture: &mut Fixture) -> anyhow::Result<()> {
    let body = fixture.request()?.body;
    let mut scrubber = Scrubber::new();
    scrubber.learn(&fixture.settings);
    if let Ok(document) = serde_json::from_slice(&body) {
        scrubber.learn(&document);
    }
    let Ok(body) = String::from_utf8(body) else { bail!("the body is no text: it cannot be scrubbed") };
    fixture.request.set_body(scrubber.scrub(&body).into_bytes());
    fixture.request.query = scrubber.scrub(&fixture.request.query);
    for (_, value) in &mut fixture.request.headers {
        *value = scrubber.scrub(value);
    }
    fixture.settings = serde_json::from_str(&scrubber.scrub(&fixture.settings.to_string()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use serde_json::json;

    fn manifest() -> Manifest {
        let manifest = json!({
            "id": "probe", "name": "Probe", "version": "1.0.0", "api": "1", "interfaces": ["webhooks"],
            "webhook": {"verify": [{"hmac": {"secrets": ["signing"], "algorithm": "sha256",
                "content": ["timestamp", {"literal": "."}, "body"],
                "signature": {"header": "x-probe", "encoding": "hex"},
                "timestamp": {"source": {"header": "x-probe-at"}, "unit": "seconds", "tolerance_seconds": 300}}}]},
            "secrets": {"signing": {"scope": "endpoint"}},
            "endpoint_settings": {"type": "object", "properties": {"signing":
                {"type": "string", "format": "password", "writeOnly": true, "x-secret": true}}},
        });
        Manifest::parse(manifest.to_string().as_bytes()).unwrap()
    }

    fn delivery(body: &[u8]) -> Delivery {
        Delivery {
            connection_id: domain::ConnectionId::new(),
            plugin_version: "0.1.0".to_owned(),
            plugin_id: "probe".to_owned(),
            settings: json!({"phone": "+49 151 23456789"}),
            method: "POST".to_owned(),
            query: "from=%2B4915123456789".to_owned(),
            headers: json!([
                ["content-type", "application/json"],
                ["X-Probe", "ab"],
                ["x-probe-at", "1"],
                ["x-other-signature", "cd"],
                ["user-agent", "probe/1"]
            ]),
            body: body.to_vec(),
            received_at: DateTime::from_timestamp_millis(1_780_000_000_000).unwrap(),
        }
    }

    #[test]
    fn proofs_are_left_out_and_named() {
        let (fixture, dropped) = fixture(delivery(br#"{"from": "4915123456789"}"#), &manifest());
        assert_eq!(dropped, ["X-Probe", "x-probe-at", "x-other-signature"]);
        let kept: Vec<_> = fixture.request.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(kept, ["content-type", "user-agent"]);
        assert_eq!(fixture.now_ms, 1_780_000_000_000);
        assert_eq!(fixture.request().unwrap().body, br#"{"from": "4915123456789"}"#);
    }

    #[test]
    fn a_scrubbed_fixture_holds_the_number_nowhere() {
        let (mut fixture, _) = fixture(delivery(br#"{"from": "4915123456789"}"#), &manifest());
        scrub(&mut fixture).unwrap();
        let text = fixture.to_text();
        assert!(!text.contains("23456789"), "{text}");
        assert!(text.contains(r#"{"from": "1555000000001"}"#), "{text}");
        let (mut binary, _) = super::fixture(delivery(b"\xff"), &manifest());
        scrub(&mut binary).unwrap_err();
    }
}
