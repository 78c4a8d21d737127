//! What a plugin may do, by its manifest, in the words of whoever decides about it.

use manifest::{InjectionPlace, Manifest, SecretRule, Verification};
use serde::Serialize;

/// Everything a manifest asks for.
#[derive(Serialize)]
pub struct Capabilities {
    /// The plugin's id.
    pub id: String,
    /// Its version.
    pub version: String,
    name: String,
    interfaces: Vec<&'static str>,
    /// How a webhook is verified; nothing if it takes none.
    webhooks: Vec<String>,
    hosts: Vec<Host>,
    secrets: Vec<Secret>,
    actions: Vec<Named>,
    triggers: Vec<Named>,
    limits: String,
}

#[derive(Serialize)]
struct Host {
    host: String,
    methods: Vec<&'static str>,
}

#[derive(Serialize)]
struct Secret {
    name: String,
    uses: Vec<String>,
}

#[derive(Serialize)]
struct Named {
    name: String,
    description: String,
}

impl Capabilities {
    /// Those of a manifest.
    pub fn of(manifest: &Manifest) -> Self {
        let host = |rule: &manifest::EgressRule| Host {
            host: rule.host.as_str().to_owned(),
            methods: rule.methods.iter().map(|method| method.as_str()).collect(),
        };
        let named =
            |name: &str, description: &str| Named { name: name.to_owned(), description: description.to_owned() };
        let secrets = manifest.secrets.iter();
        let limits = manifest.limits;
        Self {
            id: manifest.id.clone(),
            version: manifest.version.clone(),
            name: manifest.name.clone(),
            interfaces: manifest.interfaces.iter().map(|interface| interface.as_str()).collect(),
            webhooks: webhooks(manifest),
            hosts: manifest.egress.iter().map(host).collect(),
            secrets: secrets
                .map(|(name, rule)| Secret { name: name.clone(), uses: uses(manifest, name, rule) })
                .collect(),
            actions: manifest.actions.iter().map(|it| named(&it.name, &it.description)).collect(),
            triggers: manifest.triggers.iter().map(|it| named(&it.name, &it.description)).collect(),
            limits: format!(
                "{} MiB of memory, {} ms on the processor, {} ms altogether, answers of {} KiB",
                limits.memory_mib, limits.cpu_ms, limits.wall_ms, limits.response_kib
            ),
        }
    }

    /// The same for people.
    pub fn print(&self) {
        println!("{} {}  {}", self.id, self.version, self.name);
        line("interfaces", &[self.interfaces.join(", ")]);
        line("webhooks", &self.webhooks);
        let hosts = self.hosts.iter().map(|host| format!("{} ({})", host.host, host.methods.join(", ")));
        line("calls", &some_or(hosts, "nobody"));
        let secrets = self.secrets.iter().map(|secret| format!("{}: {}", secret.name, secret.uses.join("; ")));
        line("secrets", &some_or(secrets, "none"));
        line("actions", &self.actions.iter().map(Named::told).collect::<Vec<_>>());
        line("triggers", &self.triggers.iter().map(Named::told).collect::<Vec<_>>());
        line("at most", std::slice::from_ref(&self.limits));
    }
}

impl Named {
    fn told(&self) -> String {
        format!("{}: {}", self.name, self.description)
    }
}

fn some_or(lines: impl Iterator<Item = String>, none: &str) -> Vec<String> {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { vec![none.to_owned()] } else { lines }
}

/// The first line after its label, the others below it.
fn line(label: &str, lines: &[String]) {
    for (index, text) in lines.iter().enumerate() {
        println!("  {:<10}  {text}", if index == 0 { label } else { "" });
    }
}

/// How webhooks are verified.
fn webhooks(manifest: &Manifest) -> Vec<String> {
    let Some(recipe) = &manifest.webhook else { return Vec::new() };
    if recipe.verify.is_empty() {
        return vec!["NOT VERIFIED: anybody who knows the address is believed".to_owned()];
    }
    let told = recipe.verify.iter().map(|rule| match rule {
        Verification::Hmac(rule) => {
            format!(
                "verified by a signature in `{}` (secret {})",
                rule.signature.header.as_str(),
                rule.secrets.join(" or ")
            )
        }
        Verification::Token(rule) => format!("verified by a token (secret {})", rule.secrets.join(" or ")),
    });
    told.collect()
}

/// What a secret is for.
fn uses(manifest: &Manifest, name: &str, rule: &SecretRule) -> Vec<String> {
    let mut uses = Vec::new();
    if let Some(injection) = &rule.inject {
        uses.push(format!("goes to {}, {}", injection.host.as_str(), place(&injection.place)));
    }
    if rule.sign {
        uses.push("signs what the plugin says".to_owned());
    }
    if manifest.webhook.iter().flat_map(manifest::Recipe::secret_names).any(|used| used == name) {
        uses.push("verifies webhooks".to_owned());
    }
    if rule.inject.is_none() {
        uses.push("stays in the host".to_owned());
    }
    uses
}

fn place(place: &InjectionPlace) -> String {
    match place {
        InjectionPlace::Header { name, .. } => format!("in the header `{}`", name.as_str()),
        InjectionPlace::Query { name } => format!("in the query as `{name}`"),
        InjectionPlace::Path { placeholder } => format!("in the path at `{placeholder}`"),
        InjectionPlace::Body { pointer } => format!("in the body at `{pointer}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn where_each_secret_goes_is_said() {
        let field = json!({"type": "string", "format": "password", "writeOnly": true, "x-secret": true});
        let manifest = json!({
            "id": "probe", "name": "Probe", "version": "1.0.0", "api": "1", "interfaces": ["webhooks", "channel"],
            "webhook": {"verify": [{"hmac": {"secrets": ["signing"], "algorithm": "sha256", "content": ["body"],
                "signature": {"header": "x-signature", "encoding": "hex"}}}]},
            "egress": [{"host": "api.example.com", "methods": ["POST", "GET"]}],
            "secrets": {
                "key": {"scope": "connection", "sign": true, "inject": {"host": "api.example.com",
                        "place": {"header": {"name": "authorization", "prefix": "Bearer "}}}},
                "signing": {"scope": "endpoint"},
            },
            "settings": {"type": "object", "properties": {"key": field}},
            "endpoint_settings": {"type": "object", "properties": {"signing": field}},
        });
        let manifest = Manifest::parse(manifest.to_string().as_bytes()).unwrap();
        let told = serde_json::to_value(Capabilities::of(&manifest)).unwrap();
        assert_eq!(told["webhooks"], json!(["verified by a signature in `x-signature` (secret signing)"]));
        assert_eq!(told["hosts"], json!([{"host": "api.example.com", "methods": ["GET", "POST"]}]));
        assert_eq!(
            told["secrets"],
            json!([
                {"name": "key", "uses": ["goes to api.example.com, in the header `authorization`",
                                         "signs what the plugin says"]},
                {"name": "signing", "uses": ["verifies webhooks", "stays in the host"]},
            ])
        );
    }

    #[test]
    fn a_webhook_that_nothing_verifies_is_said_aloud() {
        let manifest = json!({"id": "probe", "name": "Probe", "version": "1.0.0", "api": "1",
            "interfaces": ["webhooks"], "webhook": {}});
        let manifest = Manifest::parse(manifest.to_string().as_bytes()).unwrap();
        assert!(Capabilities::of(&manifest).webhooks[0].starts_with("NOT VERIFIED"));
    }
}
