//! How the parts of a manifest must fit together.

use std::collections::BTreeSet;

use http::HeaderValue;
use serde_json::Value;

use super::{API, Injection, InjectionPlace, Interface, Limits, Manifest, Scope, Trigger};
use crate::error::{Fault, ManifestError};
use crate::host::HostPattern;
use crate::schema::{DataSchema, escape_token};
use crate::settings::SettingsSchema;

/// Most actions and egress rules of one plugin.
const ENTRIES_MAX: usize = 100;

/// Headers that decide how a request is framed or routed, which only the host may.
const RESERVED_HEADERS: &[&str] = &[
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "expect",
    "proxy-authorization",
    "proxy-connection",
    "keep-alive",
];

impl Manifest {
    /// Refuses a manifest whose values cannot be honoured or contradict one another.
    pub(super) fn check(&self) -> Result<(), ManifestError> {
        self.check_identity()?;
        self.check_interfaces()?;
        let settings = self.settings_schema()?;
        let endpoint = self.endpoint_schema()?;
        self.check_egress()?;
        self.check_secrets(&settings, &endpoint)?;
        self.check_webhook()?;
        self.check_messaging()?;
        self.check_actions()?;
        self.check_triggers()?;
        self.check_limits()
    }

    fn check_identity(&self) -> Result<(), ManifestError> {
        if !is_id(&self.id) {
            return invalid("/id", Fault::Id);
        }
        check_text(&self.name, 1, 100, "/name")?;
        check_text(&self.description, 0, 1000, "/description")?;
        if !is_version(&self.version) {
            return invalid("/version", Fault::Version);
        }
        if self.api != API {
            return invalid("/api", Fault::Api { supported: API });
        }
        Ok(())
    }

    fn check_interfaces(&self) -> Result<(), ManifestError> {
        if self.interfaces.is_empty() {
            return invalid("/interfaces", Fault::Empty);
        }
        for (used, interface, at) in [
            (self.webhook.is_some(), Interface::Webhooks, "/webhook"),
            (!self.actions.is_empty(), Interface::Actions, "/actions"),
            (!self.triggers.is_empty(), Interface::Triggers, "/triggers"),
        ] {
            if used && !self.implements(interface) {
                let interface = interface.as_str();
                return invalid(at, Fault::InterfaceMissing { interface });
            }
        }
        Ok(())
    }

    fn check_egress(&self) -> Result<(), ManifestError> {
        check_count(self.egress.len(), "/egress")?;
        let mut hosts = BTreeSet::new();
        for (index, rule) in self.egress.iter().enumerate() {
            let at = format!("/egress/{index}");
            if rule.methods.is_empty() {
                return invalid(format!("{at}/methods"), Fault::Empty);
            }
            if !hosts.insert(rule.host.as_str()) {
                return invalid(format!("{at}/host"), Fault::Repeated);
            }
            self.check_host_label(&rule.host, &format!("{at}/host"))?;
        }
        Ok(())
    }

    /// A host's label must be a public string setting, or no connection could ever be called.
    fn check_host_label(&self, host: &HostPattern, at: &str) -> Result<(), ManifestError> {
        let Some(label) = host.setting() else {
            return Ok(());
        };
        if self.is_public_text(label) {
            return Ok(());
        }
        let label = label.to_owned();
        invalid(at, Fault::HostLabel { label })
    }

    /// Whether `setting` is a string field of the settings and no secret.
    fn is_public_text(&self, setting: &str) -> bool {
        let field = &self.settings["properties"][setting];
        field.get("type").and_then(Value::as_str) == Some("string") && !self.secrets.contains_key(setting)
    }

    fn check_messaging(&self) -> Result<(), ManifestError> {
        check_count(self.account_settings.len(), "/account_settings")?;
        let mut names = BTreeSet::new();
        for (index, name) in self.account_settings.iter().enumerate() {
            let at = format!("/account_settings/{index}");
            if !self.is_public_text(name) {
                return invalid(at, Fault::AccountSetting { name: name.clone() });
            }
            if !names.insert(name) {
                return invalid(at, Fault::Repeated);
            }
        }
        if self.rates.len() > 10 {
            return invalid("/rates", Fault::Limit { limit: 10 });
        }
        for (index, rate) in self.rates.iter().enumerate() {
            for (field, value, limit) in [
                ("messages", rate.messages, 100_000),
                ("every_ms", rate.every_ms, 86_400_000),
                ("burst", rate.burst, 100_000),
            ] {
                if !(1..=limit).contains(&value) {
                    return invalid(format!("/rates/{index}/{field}"), Fault::Limit { limit: limit.into() });
                }
            }
        }
        match self.service_window_hours {
            Some(hours) if !(1..=8760).contains(&hours) => {
                invalid("/service_window_hours", Fault::Limit { limit: 8760 })
            }
            _ => Ok(()),
        }
    }

    fn check_secrets(&self, settings: &SettingsSchema, endpoint: &SettingsSchema) -> Result<(), ManifestError> {
        for (name, rule) in &self.secrets {
            let at = format!("/secrets/{}", escape_token(name));
            if !is_name(name) {
                return invalid(at, Fault::Name);
            }
            let (fields, schema) = match rule.scope {
                Scope::Connection => (settings, "settings"),
                Scope::Endpoint => (endpoint, "endpoint_settings"),
            };
            if !fields.secret_names().any(|field| field == name) {
                return invalid(at, Fault::SecretWithoutField { schema });
            }
            if let Some(injection) = &rule.inject {
                self.check_injection(injection, &format!("{at}/inject"))?;
            }
        }
        self.check_fields(settings, Scope::Connection, "/settings")?;
        self.check_fields(endpoint, Scope::Endpoint, "/endpoint_settings")
    }

    /// Every secret field must be declared, so that its use is visible before installing.
    fn check_fields(&self, schema: &SettingsSchema, scope: Scope, at: &str) -> Result<(), ManifestError> {
        let declared = |name: &str| self.secrets.get(name).is_some_and(|r| r.scope == scope);
        match schema.secret_names().find(|name| !declared(name)) {
            Some(name) => {
                let name = name.to_owned();
                invalid(at, Fault::FieldWithoutSecret { name })
            }
            None => Ok(()),
        }
    }

    fn check_injection(&self, injection: &Injection, at: &str) -> Result<(), ManifestError> {
        if !self.egress.iter().any(|rule| rule.host == injection.host) {
            return invalid(format!("{at}/host"), Fault::HostNotInEgress);
        }
        let at = format!("{at}/place");
        match &injection.place {
            InjectionPlace::Header { name, prefix } => {
                if RESERVED_HEADERS.contains(&name.as_str()) {
                    let name = name.as_str().to_owned();
                    return invalid(format!("{at}/header/name"), Fault::HeaderReserved { name });
                }
                if HeaderValue::from_str(prefix).is_err() {
                    return invalid(format!("{at}/header/prefix"), Fault::Header);
                }
                Ok(())
            }
            InjectionPlace::Query { name } => check_text(name, 1, 100, &format!("{at}/query/name")),
            InjectionPlace::Path { placeholder } => {
                let inner = placeholder.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                if inner.is_some_and(is_name) {
                    return Ok(());
                }
                invalid(format!("{at}/path/placeholder"), Fault::Placeholder)
            }
            InjectionPlace::Body { pointer } => {
                if pointer.starts_with('/') && pointer.split('/').all(is_pointer_token) {
                    return Ok(());
                }
                invalid(format!("{at}/body/pointer"), Fault::BodyPointer)
            }
        }
    }

    fn check_webhook(&self) -> Result<(), ManifestError> {
        let Some(recipe) = &self.webhook else {
            return Ok(());
        };
        recipe.check().map_err(|error| error.below("/webhook"))?;
        let is_endpoint_secret = |name: &str| {
            let rule = self.secrets.get(name);
            rule.is_some_and(|rule| rule.scope == Scope::Endpoint)
        };
        // The request is verified before anyone knows whose connection it concerns.
        match recipe.secret_names().find(|name| !is_endpoint_secret(name)) {
            Some(name) => {
                let name = name.to_owned();
                invalid("/webhook", Fault::RecipeSecret { name })
            }
            None => Ok(()),
        }
    }

    fn check_actions(&self) -> Result<(), ManifestError> {
        check_count(self.actions.len(), "/actions")?;
        let mut names = BTreeSet::new();
        for (index, action) in self.actions.iter().enumerate() {
            let at = format!("/actions/{index}");
            if !is_name(&action.name) {
                return invalid(format!("{at}/name"), Fault::Name);
            }
            if !names.insert(&action.name) {
                return invalid(format!("{at}/name"), Fault::Repeated);
            }
            check_text(&action.description, 1, 1000, &format!("{at}/description"))?;
            for (member, schema) in [("input", &action.input), ("output", &action.output)] {
                DataSchema::compile(schema).map_err(|error| error.below(&format!("{at}/{member}")))?;
            }
        }
        Ok(())
    }

    fn check_triggers(&self) -> Result<(), ManifestError> {
        check_count(self.triggers.len(), "/triggers")?;
        let mut names = BTreeSet::new();
        for (index, trigger) in self.triggers.iter().enumerate() {
            let at = format!("/triggers/{index}");
            if !is_name(&trigger.name) {
                return invalid(format!("{at}/name"), Fault::Name);
            }
            if !names.insert(&trigger.name) {
                return invalid(format!("{at}/name"), Fault::Repeated);
            }
            check_text(&trigger.description, 1, 1000, &format!("{at}/description"))?;
            if !Trigger::EVERY_S.contains(&trigger.every_s) {
                let (min, limit) = Trigger::EVERY_S.into_inner();
                return invalid(format!("{at}/every_s"), Fault::Range { min, limit });
            }
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), ManifestError> {
        let (limits, max) = (self.limits, Limits::MAX);
        for (name, value, limit) in [
            ("memory_mib", limits.memory_mib, max.memory_mib),
            ("cpu_ms", limits.cpu_ms, max.cpu_ms),
            ("wall_ms", limits.wall_ms, max.wall_ms),
            ("response_kib", limits.response_kib, max.response_kib),
        ] {
            if !(1..=limit).contains(&value) {
                let limit = u64::from(limit);
                return invalid(format!("/limits/{name}"), Fault::Limit { limit });
            }
        }
        Ok(())
    }
}

fn invalid<T>(at: impl Into<String>, fault: Fault) -> Result<T, ManifestError> {
    Err(ManifestError::invalid(at, fault))
}

fn check_text(text: &str, min: usize, limit: usize, at: &str) -> Result<(), ManifestError> {
    let trimmed = text.trim().chars().count();
    if trimmed < min || text.chars().count() > limit {
        return invalid(at, Fault::Text { min, limit });
    }
    Ok(())
}

fn check_count(count: usize, at: &str) -> Result<(), ManifestError> {
    let limit = ENTRIES_MAX;
    if count > limit {
        return invalid(at, Fault::TooMany { limit });
    }
    Ok(())
}

fn is_id(id: &str) -> bool {
    (2..=63).contains(&id.len())
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_name(name: &str) -> bool {
    name.len() <= 100
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.')
}

fn is_version(version: &str) -> bool {
    let (numbers, pre_release) = match version.split_once('-') {
        Some((numbers, pre_release)) => (numbers, Some(pre_release)),
        None => (version, None),
    };
    let is_number = |part: &str| part.parse::<u32>().is_ok() && !part.starts_with('+');
    let is_pre_release =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    numbers.split('.').count() == 3 && numbers.split('.').all(is_number) && pre_release.is_none_or(is_pre_release)
}

/// One token of a JSON pointer to a definite place: well escaped and no wildcard.
fn is_pointer_token(token: &str) -> bool {
    let mut escapes = token.split('~').skip(1);
    token != "*" && escapes.all(|rest| rest.starts_with(['0', '1']))
}
