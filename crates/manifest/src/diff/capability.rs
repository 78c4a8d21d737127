//! What a manifest allows, one by one and under ids.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::manifest::{InjectionPlace, Interface, Manifest, Method, Scope};

/// The parts of a manifest that are compared one by one, here or beside this module.
const COMPARED: &[&str] = &[
    "id",
    "name",
    "version",
    "api",
    "description",
    "interfaces",
    "webhook",
    "account_settings",
    "service_window_hours",
    "reaches",
    "rich",
    "components",
    "rates",
    "egress",
    "secrets",
    "actions",
    "triggers",
    "settings",
    "endpoint_settings",
    "limits",
];

/// Something that a plugin may do, or that the host does for it, because its manifest says so.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Capability {
    /// It is called through this interface.
    Interface {
        /// Which.
        interface: Interface,
    },
    /// It sends such requests.
    Egress {
        /// To this host, or these.
        host: String,
        /// With this method.
        method: Method,
    },
    /// People are asked for this secret, which the host keeps.
    Secret {
        /// Its name.
        name: String,
        /// Whose it is.
        scope: Scope,
    },
    /// The host puts a secret into requests.
    Injection {
        /// Which secret.
        secret: String,
        /// The host that receives it.
        host: String,
        /// Where in the request.
        place: InjectionPlace,
    },
    /// It may have data signed with a secret, which itself stays with the host.
    Signature {
        /// Which secret.
        secret: String,
    },
    /// It is asked for this news from time to time.
    Trigger {
        /// Its name.
        name: String,
        /// What it brings.
        description: String,
    },
    /// Rules and people may ask it to do this.
    Action {
        /// Its name.
        name: String,
        /// What it does.
        description: String,
    },
    /// Webhooks are let in, told apart and answered by this recipe.
    Webhook {
        /// Tells recipes apart.
        digest: String,
    },
    /// The host does for it what this part of the manifest says, as a whole.
    Section {
        /// The part's name.
        name: String,
        /// Tells what it says apart.
        digest: String,
    },
    /// One call may use so much.
    Limit {
        /// The name in the manifest, such as `memory_mib`.
        name: &'static str,
        /// How much.
        value: u32,
    },
}

/// A capability under its id, by which people consent to it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Named {
    /// Says the whole of it, such as `egress:api.example.com:POST`.
    pub id: String,
    /// What it is. Its members stand beside the id.
    #[serde(flatten)]
    pub capability: Capability,
}

impl Capability {
    fn id(&self) -> String {
        match self {
            Self::Interface { interface } => format!("interface:{}", interface.as_str()),
            Self::Egress { host, method } => format!("egress:{host}:{}", method.as_str()),
            Self::Secret { name, scope } => format!("secret:{name}:{}", word(scope)),
            Self::Injection { secret, host, place } => format!("inject:{secret}:{host}:{}", place_id(place)),
            Self::Signature { secret } => format!("sign:{secret}"),
            Self::Trigger { name, .. } => format!("trigger:{name}"),
            Self::Action { name, .. } => format!("action:{name}"),
            Self::Webhook { digest } => format!("webhook:{digest}"),
            Self::Section { name, digest } => format!("section:{name}:{digest}"),
            Self::Limit { name, value } => format!("limit:{name}:{value}"),
        }
    }

    /// Whether who has `others` can do this already.
    fn is_within(&self, id: &str, others: &BTreeMap<String, Capability>) -> bool {
        let Self::Limit { name, value } = self else { return others.contains_key(id) };
        others.values().any(|other| matches!(other, Self::Limit { name: n, value: v } if n == name && v >= value))
    }
}

/// Everything that a manifest allows, by id.
pub(super) fn all(manifest: &Manifest) -> BTreeMap<String, Capability> {
    let interfaces = manifest.interfaces.iter().map(|interface| Capability::Interface { interface: *interface });
    let egress = manifest.egress.iter().flat_map(|rule| {
        let host = rule.host.as_str();
        rule.methods.iter().map(move |method| Capability::Egress { host: host.to_owned(), method: *method })
    });
    let secrets = manifest.secrets.iter();
    let secrets = secrets.map(|(name, rule)| Capability::Secret { name: name.clone(), scope: rule.scope });
    let injections = manifest.secrets.iter().filter_map(|(name, rule)| {
        let injection = rule.inject.as_ref()?;
        let (host, place) = (injection.host.as_str().to_owned(), injection.place.clone());
        Some(Capability::Injection { secret: name.clone(), host, place })
    });
    let signatures = manifest.secrets.iter().filter(|(_, rule)| rule.sign);
    let signatures = signatures.map(|(name, _)| Capability::Signature { secret: name.clone() });
    let triggers = manifest.triggers.iter();
    let triggers = triggers
        .map(|trigger| Capability::Trigger { name: trigger.name.clone(), description: trigger.description.clone() });
    let actions = manifest.actions.iter();
    let actions =
        actions.map(|action| Capability::Action { name: action.name.clone(), description: action.description.clone() });
    let webhook = manifest.webhook.iter().map(|recipe| Capability::Webhook { digest: digest(recipe) });
    let limits = manifest.limits;
    let limits = [
        ("memory_mib", limits.memory_mib),
        ("cpu_ms", limits.cpu_ms),
        ("wall_ms", limits.wall_ms),
        ("response_kib", limits.response_kib),
    ];
    let limits = limits.into_iter().map(|(name, value)| Capability::Limit { name, value });
    let all = interfaces.chain(egress).chain(secrets).chain(injections).chain(signatures);
    let all = all.chain(triggers).chain(actions).chain(webhook).chain(limits);
    let sections = serde_json::to_value(manifest).map(|manifest| sections(&manifest)).unwrap_or_default();
    let all = all.chain(sections);
    all.map(|capability| (capability.id(), capability)).collect()
}

/// The parts of a manifest that are not compared in detail: whatever is new in one of them needs consent, rather than
/// going unseen because nobody has thought of it here.
fn sections(manifest: &Value) -> Vec<Capability> {
    let members = manifest.as_object().into_iter().flatten();
    let others = members.filter(|(name, value)| !value.is_null() && !COMPARED.contains(&name.as_str()));
    others.map(|(name, value)| Capability::Section { name: name.clone(), digest: digest(value) }).collect()
}

/// What is among `these` and not within `others`.
pub(super) fn beyond(these: &BTreeMap<String, Capability>, others: &BTreeMap<String, Capability>) -> Vec<Named> {
    let beyond = these.iter().filter(|(id, capability)| !capability.is_within(id, others));
    beyond.map(|(id, capability)| Named { id: id.clone(), capability: capability.clone() }).collect()
}

fn place_id(place: &InjectionPlace) -> String {
    match place {
        InjectionPlace::Header { name, .. } => format!("header:{}", name.as_str()),
        InjectionPlace::Query { name } => format!("query:{name}"),
        InjectionPlace::Path { placeholder } => format!("path:{placeholder}"),
        InjectionPlace::Body { pointer } => format!("body:{pointer}"),
    }
}

/// The name of a value in manifests.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// The beginning of a SHA-256: enough to tell the recipes of one plugin apart, and short enough to be shown.
fn digest(value: &impl Serialize) -> String {
    let value: Value = serde_json::to_value(value).unwrap_or_default();
    hex::encode(&Sha256::digest(value.to_string())[..8])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_that_nobody_compares_needs_consent_as_a_whole() {
        let ids = |manifest: Value| sections(&manifest).iter().map(Capability::id).collect::<Vec<_>>();
        assert_eq!(ids(json!({"id": "a", "egress": [], "later": null})), Vec::<String>::new());
        let (one, other) = (ids(json!({"later": {"a": 1}})), ids(json!({"later": {"a": 2}})));
        assert!(one[0].starts_with("section:later:"), "{one:?}");
        assert_ne!(one, other);
    }
}
