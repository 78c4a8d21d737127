//! Everything that a provisioning file wants, checked as far as that is possible without changing anything.

use super::{
    file::{ConnectionEntry, DefaultsEntry, EndpointEntry, File, RuleEntry, TenantEntry},
    secrets::{self, Environment},
};
use crate::process::Process;
use domain::{TenantId, plugin::PluginVersion};
use manifest::{Change, FieldError, Manifest, SettingsSchema, Stored};
use plugin_host::{LoadError, PluginHost};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use store::{
    connections::{self, Connection},
    endpoints::{self, Endpoint},
    plugins,
};

/// What is to be so.
pub struct Plan {
    pub plugins: Vec<PathBuf>,
    pub tenants: Vec<PlannedTenant>,
}

/// What a tenant is to have.
pub struct PlannedTenant {
    pub slug: String,
    /// Absent as long as it is not there.
    pub id: Option<TenantId>,
    pub name: String,
    pub admin: Option<PlannedAdmin>,
    pub defaults: Vec<DefaultsEntry>,
    pub endpoints: Vec<Planned<EndpointEntry>>,
    pub connections: Vec<Planned<ConnectionEntry>>,
    pub rules: Vec<RuleEntry>,
}

/// The first admin of a new tenant.
pub struct PlannedAdmin {
    pub email: String,
    pub name: String,
    pub password: String,
}

/// An entry with its settings: the public ones and the secrets, apart.
pub struct Planned<T> {
    pub entry: T,
    pub change: Change,
    /// As a request sends them.
    pub settings: Value,
}

/// What is there of a tenant.
struct Present {
    endpoints: Vec<Endpoint>,
    connections: Vec<Connection>,
    secrets: BTreeMap<String, BTreeSet<String>>,
    defaults: BTreeMap<String, Value>,
}

/// The manifests that there are when the file's plugins are installed.
struct Manifests(BTreeMap<String, Vec<(PluginVersion, Manifest)>>);

impl Manifests {
    /// One version of a plugin; without a version, the one that new connections get.
    fn of(&self, id: &str, version: Option<&str>) -> Option<&Manifest> {
        let versions = self.0.get(id)?;
        let found = match version {
            Some(version) => versions.iter().find(|(_, manifest)| manifest.version == version)?,
            None => versions.iter().reduce(|best, next| if next.0.succeeds(&best.0) { next } else { best })?,
        };
        Some(&found.1)
    }

    fn add(&mut self, manifest: Manifest) {
        if let Ok(version) = manifest.version.parse() {
            self.0.entry(manifest.id.clone()).or_default().push((version, manifest));
        }
    }
}

/// The plan, or everything that is wrong with it.
pub async fn check(
    process: &Process,
    host: &PluginHost,
    path: &Path,
    file: File,
    env: Environment<'_>,
) -> anyhow::Result<Result<Plan, Vec<String>>> {
    let mut reasons = Vec::new();
    let folder = path.parent().unwrap_or(Path::new("."));
    let files: Vec<PathBuf> = file.plugins.iter().map(|plugin| folder.join(&plugin.path)).collect();
    let manifests = manifests(process, host, &files, &mut reasons).await?;
    let mut tenants = Vec::with_capacity(file.tenants.len());
    for tenant in file.tenants {
        tenants.push(check_tenant(process, &manifests, tenant, env, &mut reasons).await?);
    }
    if reasons.is_empty() { Ok(Ok(Plan { plugins: files, tenants })) } else { Ok(Err(reasons)) }
}

async fn manifests(
    process: &Process,
    host: &PluginHost,
    files: &[PathBuf],
    reasons: &mut Vec<String>,
) -> anyhow::Result<Manifests> {
    let db = process.database.pool();
    let mut manifests = Manifests(BTreeMap::new());
    for current in plugins::list(db).await? {
        for plugin in plugins::versions(db, &current.id).await? {
            manifests.add(Manifest::parse(&serde_json::to_vec(&plugin.manifest)?)?);
        }
    }
    for file in files {
        let loaded = match std::fs::read(file) {
            Ok(wasm) => host.load(&wasm).map_err(|error| told(&error)),
            Err(error) => Err(vec![format!("it cannot be read: {error}")]),
        };
        match loaded {
            Ok(plugin) => manifests.add(plugin.manifest().as_ref().clone()),
            Err(wrong) => reasons.extend(wrong.into_iter().map(|reason| format!("{}: {reason}", file.display()))),
        }
    }
    Ok(manifests)
}

fn told(error: &LoadError) -> Vec<String> {
    match error {
        LoadError::Manifest(error) => error.reasons().iter().map(ToString::to_string).collect(),
        error => vec![error.to_string()],
    }
}

async fn check_tenant(
    process: &Process,
    manifests: &Manifests,
    tenant: TenantEntry,
    env: Environment<'_>,
    reasons: &mut Vec<String>,
) -> anyhow::Result<PlannedTenant> {
    let at = format!("tenant `{}`", tenant.slug);
    let found = store::tenants::find(process.database.pool(), &tenant.slug).await?;
    let present = present(process, found.as_ref().map(|tenant| tenant.id)).await?;
    let admin = tenant.admin.and_then(|admin| {
        let password = env(&admin.password.env);
        if password.is_none() && found.is_none() {
            reasons.push(format!("{at}, admin: the variable {} is not set", admin.password.env));
        }
        let name = admin.name.unwrap_or_else(|| admin.email.clone());
        Some(PlannedAdmin { email: admin.email, name, password: password? })
    });
    if found.is_none() && (tenant.name.is_none() || admin.is_none()) {
        reasons.push(format!("{at}: a tenant that is not there yet needs `name` and `admin`"));
    }
    for defaults in &tenant.defaults {
        check_defaults(manifests, defaults, &at, reasons);
    }
    let mut endpoints = Vec::new();
    for entry in tenant.endpoints {
        endpoints.extend(check_endpoint(manifests, &present, entry, &at, env, reasons));
    }
    let named = |name: &str| -> Option<&str> {
        let planned = endpoints.iter().find(|planned: &&Planned<EndpointEntry>| planned.entry.name == name);
        let there = present.endpoints.iter().find(|endpoint| endpoint.name == name);
        planned.map(|planned| planned.entry.plugin.as_str()).or(there.map(|endpoint| endpoint.plugin_id.as_str()))
    };
    let shared = |plugin: &str| -> Value {
        let planned = tenant.defaults.iter().find(|defaults| defaults.plugin == plugin);
        planned.map(|planned| &planned.settings).or(present.defaults.get(plugin)).cloned().unwrap_or_else(|| json!({}))
    };
    let mut connections = Vec::new();
    for entry in tenant.connections {
        match named(&entry.endpoint) {
            Some(plugin) if plugin == entry.plugin => {}
            Some(_) => reasons.push(format!("{at}, connection `{}`: its endpoint is another plugin's", entry.name)),
            None => reasons.push(format!("{at}, connection `{}`: no endpoint has this name", entry.name)),
        }
        let shared = shared(&entry.plugin);
        connections.extend(check_connection(manifests, &present, entry, &shared, &at, env, reasons));
    }
    for rule in &tenant.rules {
        let problems = rules::Rule::parse(&rule.definition).err().unwrap_or_default();
        let of =
            |problem: rules::Problem| format!("{at}, rule `{}`{}: {}", rule.name, problem.pointer, problem.message);
        reasons.extend(problems.into_iter().map(of));
    }
    Ok(PlannedTenant {
        id: found.map(|tenant| tenant.id),
        name: tenant.name.unwrap_or_else(|| tenant.slug.clone()),
        slug: tenant.slug,
        admin,
        defaults: tenant.defaults,
        endpoints,
        connections,
        rules: tenant.rules,
    })
}

async fn present(process: &Process, tenant: Option<TenantId>) -> anyhow::Result<Present> {
    let mut present =
        Present { endpoints: Vec::new(), connections: Vec::new(), secrets: BTreeMap::new(), defaults: BTreeMap::new() };
    let Some(tenant) = tenant else { return Ok(present) };
    let mut tx = process.database.begin(tenant).await?;
    present.endpoints = endpoints::list(&mut tx, None, i64::MAX).await?;
    present.connections = connections::list(&mut tx, None, i64::MAX).await?;
    for endpoint in &present.endpoints {
        let secrets = store::secrets::of_endpoint(&mut tx, endpoint.id).await?;
        let names = secrets.into_iter().map(|secret| secret.name).collect();
        present.secrets.insert(endpoint.id.to_string(), names);
    }
    for connection in &present.connections {
        let secrets = store::secrets::of_connection(&mut tx, connection.id).await?;
        let names = secrets.into_iter().map(|secret| secret.name).collect();
        present.secrets.insert(connection.id.to_string(), names);
        let defaults = plugins::defaults::load(&mut tx, &connection.plugin_id).await?;
        present.defaults.extend(defaults.map(|defaults| (connection.plugin_id.clone(), defaults.settings)));
    }
    Ok(present)
}

fn check_defaults(manifests: &Manifests, entry: &DefaultsEntry, at: &str, reasons: &mut Vec<String>) {
    let at = format!("{at}, defaults of `{}`", entry.plugin);
    let Some(manifest) = manifests.of(&entry.plugin, None) else {
        return reasons.push(format!("{at}: no such plugin is installed"));
    };
    if let Some(schema) = schema(manifest.settings_schema(), &at, reasons) {
        told_fields(schema.check_shared(&entry.settings), &at, reasons);
    }
}

fn check_endpoint(
    manifests: &Manifests,
    present: &Present,
    entry: EndpointEntry,
    at: &str,
    env: Environment<'_>,
    reasons: &mut Vec<String>,
) -> Option<Planned<EndpointEntry>> {
    let at = format!("{at}, endpoint `{}`", entry.name);
    let there = unique(present.endpoints.iter().filter(|endpoint| endpoint.name == entry.name));
    let there = there.map_err(|reason| reasons.push(format!("{at}: {reason}"))).ok()?;
    let version = there.map(|endpoint| endpoint.plugin_version.as_str());
    let Some(manifest) = manifests.of(&entry.plugin, version) else {
        reasons.push(format!("{at}: no such plugin is installed"));
        return None;
    };
    let schema = schema(manifest.endpoint_schema(), &at, reasons)?;
    let settings = secrets::resolve(&entry.settings, &schema, &at, env, reasons);
    let names = there.and_then(|endpoint| present.secrets.get(&endpoint.id.to_string())).cloned().unwrap_or_default();
    match schema.update(&json!({}), &names, &settings) {
        Ok(change) => Some(Planned { entry, change, settings }),
        Err(errors) => {
            told_fields(errors, &at, reasons);
            None
        }
    }
}

fn check_connection(
    manifests: &Manifests,
    present: &Present,
    entry: ConnectionEntry,
    shared: &Value,
    at: &str,
    env: Environment<'_>,
    reasons: &mut Vec<String>,
) -> Option<Planned<ConnectionEntry>> {
    let at = format!("{at}, connection `{}`", entry.name);
    let there = unique(present.connections.iter().filter(|one| one.name == entry.name));
    let there = there.map_err(|reason| reasons.push(format!("{at}: {reason}"))).ok()?;
    let version = entry.version.as_deref().or(there.map(|connection| connection.plugin_version.as_str()));
    let Some(manifest) = manifests.of(&entry.plugin, version) else {
        reasons.push(format!("{at}: no such plugin, or version of it, is installed"));
        return None;
    };
    let schema = schema(manifest.settings_schema(), &at, reasons)?;
    let settings = secrets::resolve(&entry.settings, &schema, &at, env, reasons);
    let names = there.and_then(|one| present.secrets.get(&one.id.to_string())).cloned().unwrap_or_default();
    let tenant = schema.inheritable(shared);
    match schema.change(Stored { own: &json!({}), tenant: &tenant, secrets: &names }, &settings) {
        Ok(change) => Some(Planned { entry, change, settings }),
        Err(errors) => {
            told_fields(errors, &at, reasons);
            None
        }
    }
}

/// The one thing of a name, or none; several cannot be told apart.
fn unique<'a, T>(mut found: impl Iterator<Item = &'a T>) -> Result<Option<&'a T>, &'static str> {
    let first = found.next();
    if found.next().is_some() { Err("several have this name") } else { Ok(first) }
}

fn schema(
    compiled: Result<SettingsSchema, manifest::ManifestError>,
    at: &str,
    reasons: &mut Vec<String>,
) -> Option<SettingsSchema> {
    compiled.map_err(|error| reasons.push(format!("{at}: {error}"))).ok()
}

fn told_fields(errors: Vec<FieldError>, at: &str, reasons: &mut Vec<String>) {
    reasons.extend(errors.into_iter().map(|error| format!("{at}{}: {}", error.pointer, error.message)));
}
