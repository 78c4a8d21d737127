//! The shape of the file. Messages never repeat a value: it may be a secret that somebody has put there.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

/// An installation.
#[derive(Debug, Default)]
pub struct File {
    pub plugins: Vec<PluginEntry>,
    pub tenants: Vec<TenantEntry>,
}

/// A plugin to install.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginEntry {
    /// The `.wasm` file, seen from the folder of the provisioning file.
    pub path: PathBuf,
}

/// A tenant with what it has.
#[derive(Debug)]
pub struct TenantEntry {
    pub slug: String,
    pub name: Option<String>,
    pub admin: Option<AdminEntry>,
    pub defaults: Vec<DefaultsEntry>,
    pub endpoints: Vec<EndpointEntry>,
    pub connections: Vec<ConnectionEntry>,
    pub rules: Vec<RuleEntry>,
}

/// The first admin of a tenant that is not there yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminEntry {
    pub email: String,
    pub name: Option<String>,
    pub password: FromEnvironment,
}

/// A value that is named rather than written down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromEnvironment {
    pub env: String,
}

/// What the tenant gives all its connections of a plugin.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultsEntry {
    pub plugin: String,
    pub settings: Value,
}

/// An address that a provider posts to, known by its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointEntry {
    pub name: String,
    pub plugin: String,
    #[serde(default = "nothing")]
    pub settings: Value,
}

/// An account at a provider, known by its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionEntry {
    pub name: String,
    pub plugin: String,
    /// Left out, a new connection gets the newest version and one that is there keeps its own.
    pub version: Option<String>,
    /// The name of an endpoint of this tenant.
    pub endpoint: String,
    #[serde(default = "nothing")]
    pub settings: Value,
}

/// A rule, known by its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default = "yes")]
    pub enabled: bool,
    pub definition: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    plugins: Vec<Value>,
    #[serde(default)]
    tenants: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTenant {
    slug: String,
    name: Option<String>,
    admin: Option<Value>,
    #[serde(default)]
    defaults: Vec<Value>,
    #[serde(default)]
    endpoints: Vec<Value>,
    #[serde(default)]
    connections: Vec<Value>,
    #[serde(default)]
    rules: Vec<Value>,
}

fn nothing() -> Value {
    Value::Object(serde_json::Map::new())
}

const fn yes() -> bool {
    true
}

/// Reads the file, or says everything that is wrong with its shape.
pub fn read(path: &Path) -> Result<File, Vec<String>> {
    let text = std::fs::read_to_string(path).map_err(|error| vec![format!("it cannot be read: {error}")])?;
    parse(&text)
}

/// The same for its text.
pub fn parse(text: &str) -> Result<File, Vec<String>> {
    let value: Value = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count());
        vec![format!("line {line}: {}", error.message())]
    })?;
    let mut reasons = Vec::new();
    let mut file = File::default();
    if let Some(raw) = entry::<RawFile>(value, "", &mut reasons) {
        file.plugins = entries(raw.plugins, "plugins", &mut reasons);
        for (index, tenant) in raw.tenants.into_iter().enumerate() {
            let at = format!("tenants[{index}]");
            file.tenants.extend(entry(tenant, &at, &mut reasons).map(|raw| tenant_of(raw, &at, &mut reasons)));
        }
    }
    distinct(file.tenants.iter().map(|tenant| &tenant.slug), "tenants", &mut reasons);
    if reasons.is_empty() { Ok(file) } else { Err(reasons) }
}

fn tenant_of(raw: RawTenant, at: &str, reasons: &mut Vec<String>) -> TenantEntry {
    let list = |name: &str| format!("{at}.{name}");
    let tenant = TenantEntry {
        admin: raw.admin.and_then(|admin| entry(admin, &list("admin"), reasons)),
        defaults: entries(raw.defaults, &list("defaults"), reasons),
        endpoints: entries(raw.endpoints, &list("endpoints"), reasons),
        connections: entries(raw.connections, &list("connections"), reasons),
        rules: entries(raw.rules, &list("rules"), reasons),
        slug: raw.slug,
        name: raw.name,
    };
    distinct(tenant.defaults.iter().map(|entry| &entry.plugin), &list("defaults"), reasons);
    distinct(tenant.endpoints.iter().map(|entry| &entry.name), &list("endpoints"), reasons);
    distinct(tenant.connections.iter().map(|entry| &entry.name), &list("connections"), reasons);
    distinct(tenant.rules.iter().map(|entry| &entry.name), &list("rules"), reasons);
    tenant
}

fn entries<T: DeserializeOwned>(list: Vec<Value>, at: &str, reasons: &mut Vec<String>) -> Vec<T> {
    let entries = list.into_iter().enumerate();
    entries.filter_map(|(index, value)| entry(value, &format!("{at}[{index}]"), reasons)).collect()
}

fn entry<T: DeserializeOwned>(value: Value, at: &str, reasons: &mut Vec<String>) -> Option<T> {
    match serde_path_to_error::deserialize(value) {
        Ok(entry) => Some(entry),
        Err(error) => {
            let (path, message) = (error.path().to_string(), error.inner().to_string());
            let path = if path == "." { String::new() } else { format!(".{path}") };
            let place = format!("{at}{path}");
            reasons.push(format!("{}: {}", place.trim_start_matches('.'), without_value(&message)));
            None
        }
    }
}

/// What was expected, without what was found.
fn without_value(message: &str) -> &str {
    let tells_value = message.starts_with("invalid type") || message.starts_with("invalid value");
    match message.rsplit_once(", expected ") {
        Some((_, _)) if tells_value => &message[message.rfind("expected ").unwrap_or_default()..],
        _ => message,
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a String>, at: &str, reasons: &mut Vec<String>) {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            reasons.push(format!("{at}: `{name}` is there twice"));
        }
    }
}
