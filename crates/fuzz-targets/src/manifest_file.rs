//! Manifests: the input is one, as bytes.

use egress::Rule;
use http::Method;
use manifest::{HostPattern, Manifest};
use serde_json::json;
use url::Url;

use crate::Outcome;

/// What an admin, or someone who sends settings for one, might write for a label.
const LABELS: [&str; 12] =
    ["kettle", "Kettle-7", "", "-", "a.b", "evil.example/", "x@evil.example", "x#", "x%2e", "xn--a", "127", "\u{430}"];

/// Whatever is accepted stays the same when it is written down, and can be honoured.
pub fn run(data: &[u8]) -> Outcome {
    let manifest = match Manifest::parse(data) {
        Ok(manifest) => manifest,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "a refusal says why");
            return Outcome::Refused;
        }
    };
    let written = serde_json::to_vec(&manifest).expect("a manifest has only string keys");
    assert_eq!(Manifest::parse(&written).expect("what was accepted is accepted again"), manifest);

    manifest.settings_schema().expect("it was compiled before");
    manifest.endpoint_schema().expect("it was compiled before");
    for action in &manifest.actions {
        assert_eq!(manifest.action(&action.name), Some(action), "actions are told apart by name");
    }
    for rule in &manifest.egress {
        check_host(&rule.host);
    }
    let bound = manifest.secrets.values().filter_map(|secret| secret.inject.as_ref());
    for injection in bound {
        let is_listed = manifest.egress.iter().any(|rule| rule.host == injection.host);
        assert!(is_listed, "a secret goes only where requests may go");
    }
    if let Some(recipe) = &manifest.webhook {
        for name in recipe.secret_names() {
            assert!(manifest.secrets[name].inject.is_none() || !name.is_empty());
        }
    }
    Outcome::Accepted
}

/// A host stays within its provider whatever the settings say, and is to URLs what it is to us.
fn check_host(pattern: &HostPattern) {
    let written = pattern.as_str();
    let fixed = written.rsplit('}').next().expect("there is a last part");
    let labels = if pattern.setting().is_some() { &LABELS[..] } else { &LABELS[..1] };
    for label in labels {
        let settings = pattern.setting().map_or(json!({}), |setting| json!({ setting: label }));
        let Ok(host) = pattern.resolve(&settings) else { continue };
        assert!(host.ends_with(fixed), "{host} leaves {written}");
        assert_eq!(host.split('.').count(), written.split('.').count(), "{host} has other labels than {written}");
        // Punycode that means nothing is no host: a rule for it allows nothing.
        let Ok(url) = Url::parse(&format!("https://{host}/")) else { continue };
        assert_eq!(url.host_str(), Some(host.as_str()), "to a URL it is another host");
        assert!(url.domain().is_some(), "{host} is an address");
        Rule::new(&host, [Method::GET]).expect("a host of a URL is a rule");
    }
}
