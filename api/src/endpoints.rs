//! Endpoints: where a provider posts, and the secrets that prove it is the provider.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use crate::{
    plugins::Compiled,
    problem::{FieldProblem, Problem},
    sealing::{self, ShownSecret},
    state::Api,
};
use chrono::{DateTime, Utc};
use domain::{EndpointId, TenantId};
use manifest::{Manifest, SecretChange, Verification};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::{
    endpoints::{self, Endpoint, NewEndpoint},
    secrets,
};

/// An endpoint.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Endpoint)]
pub struct ShownEndpoint {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: EndpointId,
    /// The plugin whose recipe guards it.
    plugin_id: String,
    /// The version of the plugin whose recipe does: the newest among its connections.
    plugin_version: String,
    /// What people call it.
    name: String,
    /// The address to give to the provider.
    webhook_url: String,
    /// What is no secret of its settings.
    #[schema(value_type = Object)]
    settings: Value,
    /// Its secrets: whether they are set, never what they are.
    secrets: BTreeMap<String, ShownSecret>,
    /// Since when.
    created_at: DateTime<Utc>,
}

/// An endpoint that was just made, with the secrets that were chosen for it: they are shown this once.
pub struct Made {
    pub id: EndpointId,
    pub generated: BTreeMap<String, String>,
}

/// What is shown of an endpoint.
pub async fn show(
    api: &Api,
    conn: &mut PgConnection,
    compiled: &Compiled,
    endpoint: &Endpoint,
) -> Result<ShownEndpoint, Problem> {
    let stored = secrets::of_endpoint(conn, endpoint.id).await?;
    Ok(ShownEndpoint {
        id: endpoint.id,
        plugin_id: endpoint.plugin_id.clone(),
        plugin_version: endpoint.plugin_version.clone(),
        name: endpoint.name.clone(),
        webhook_url: webhook_url(api, &endpoint.key),
        settings: endpoint.settings.clone(),
        secrets: sealing::shown(compiled.endpoint.secret_names(), &stored),
        created_at: endpoint.created_at,
    })
}

/// The address to give to the provider.
pub fn webhook_url(api: &Api, key: &str) -> String {
    format!("{}/hooks/{key}", api.base_url)
}

/// What an endpoint is made of.
pub struct Making<'a> {
    pub tenant: TenantId,
    pub compiled: &'a Compiled,
    pub name: &'a str,
    pub settings: &'a Value,
    /// Where the settings stand in the request, for what is wrong with them.
    pub pointer: &'a str,
}

/// Makes an endpoint of the tenant.
pub async fn make(api: &Api, conn: &mut PgConnection, making: Making<'_>, now: DateTime<Utc>) -> Result<Made, Problem> {
    let Making { tenant, compiled, name, settings, pointer } = making;
    let (settings, generated) = with_generated(&compiled.manifest, settings);
    let change = compiled.endpoint.create(&settings).map_err(|errors| invalid(errors, pointer))?;
    let id = EndpointId::new();
    let key = new_key();
    let new = NewEndpoint {
        id,
        key: &key,
        plugin_id: &compiled.manifest.id,
        plugin_version: Some(&compiled.manifest.version),
        name: name.trim(),
        settings: &change.settings,
    };
    endpoints::create(conn, &new, now).await?;
    put_secrets(api, conn, tenant, id, &change.secrets, now).await?;
    Ok(Made { id, generated })
}

/// Seals and stores secrets of an endpoint. None is ever removed: an endpoint without its secret lets nobody in.
pub async fn put_secrets(
    api: &Api,
    conn: &mut PgConnection,
    tenant: TenantId,
    id: EndpointId,
    changes: &BTreeMap<String, SecretChange>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    for (name, change) in changes {
        if let SecretChange::Set(value) = change {
            let sealed = sealing::seal_for_endpoint(&api.keyring, Some(tenant), id, name, value);
            secrets::put_for_endpoint(conn, id, name, &sealed, now).await?;
        }
    }
    Ok(())
}

/// The names of an endpoint's secrets that are set.
pub async fn secret_names(conn: &mut PgConnection, id: EndpointId) -> Result<BTreeSet<String>, Problem> {
    Ok(secrets::of_endpoint(conn, id).await?.into_iter().map(|secret| secret.name).collect())
}

/// Field errors of a plugin's schema, as problems below `pointer`.
pub fn invalid(errors: Vec<manifest::FieldError>, pointer: &str) -> Problem {
    let problem =
        |error: manifest::FieldError| FieldProblem::new(error.pointer, error.code, error.message).below(pointer);
    Problem::invalid(errors.into_iter().map(problem).collect())
}

/// 128 bits, in the 32 digits that stand in the address.
fn new_key() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// Settings with the secrets that we choose and tell the provider, such as a verify token, where they were left out.
fn with_generated(manifest: &Manifest, settings: &Value) -> (Value, BTreeMap<String, String>) {
    let mut settings = settings.clone();
    let mut generated = BTreeMap::new();
    for name in chosen_by_us(manifest) {
        // A nested secret's name has dots; such a one is the form's to fill.
        if name.contains('.') || !settings.get(name).is_none_or(Value::is_null) {
            continue;
        }
        let value = hex::encode(rand::random::<[u8; 24]>());
        match &mut settings {
            Value::Object(members) => drop(members.insert(name.to_owned(), json!(value))),
            Value::Null => settings = Value::Object(Map::from_iter([(name.to_owned(), json!(value))])),
            _ => continue,
        }
        generated.insert(name.to_owned(), value);
    }
    (settings, generated)
}

/// Secrets that the provider sends back as they are: handshake tokens and static tokens. We choose those; what
/// providers sign with, they choose.
fn chosen_by_us(manifest: &Manifest) -> BTreeSet<&str> {
    let Some(recipe) = &manifest.webhook else { return BTreeSet::new() };
    let handshakes = recipe.handshake.iter().filter_map(|rule| rule.token.as_ref()).map(|token| &token.secret);
    let tokens = recipe.verify.iter().flat_map(|rule| match rule {
        Verification::Token(rule) => rule.secrets.as_slice(),
        Verification::Hmac(_) => &[],
    });
    handshakes.chain(tokens.take(1)).map(String::as_str).collect()
}
