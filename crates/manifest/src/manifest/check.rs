//! How the parts of a manifest must fit together.

use std::collections::BTreeSet;

use http::HeaderValue;
use serde_json::Value;

use super::{API, Injection, InjectionPlace, Interface, Limits, Manifest, Scope, Trigger};
use crate::error::{Fault, Findings, ManifestError};
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
    /// Refuses a manifest whose values cannot be honoured or contradict one another, with everything that is wrong.
    pub(super) fn check(&self) -> Result<(), ManifestError> {
        let mut found = Findings::default();
        self.check_identity(&mut found);
        self.check_interfaces(&mut found);
        let settings = found.note(self.settings_schema());
        let endpoint = found.note(self.endpoint_schema());
        self.check_egress(&mut found);
        self.check_secrets(settings.as_ref(), endpoint.as_ref(), &mut found);
        found.note(self.check_oauth());
        self.check_webhook(&mut found);
        self.check_messaging(&mut found);
        self.check_rich(&mut found);
        self.check_actions(&mut found);
        self.check_triggers(&mut found);
        self.check_limits(&mut found);
        found.result()
    }

    fn check_identity(&self, found: &mut Findings) {
        if !is_id(&self.id) {
            found.fault("/id", Fault::Id);
        }
        found.note(check_text(&self.name, 1, 100, "/name"));
        found.note(check_text(&self.description, 0, 1000, "/description"));
        if !is_version(&self.version) {
            found.fault("/version", Fault::Version);
        }
        if self.api != API {
            found.fault("/api", Fault::Api { supported: API });
        }
    }

    fn check_interfaces(&self, found: &mut Findings) {
        if self.interfaces.is_empty() {
            found.fault("/interfaces", Fault::Empty);
        }
        for (used, interface, at) in [
            (self.webhook.is_some(), Interface::Webhooks, "/webhook"),
            (!self.actions.is_empty(), Interface::Actions, "/actions"),
            (!self.triggers.is_empty(), Interface::Triggers, "/triggers"),
            (!self.rich.is_empty(), Interface::Channel, "/rich"),
        ] {
            if used && !self.implements(interface) {
                let interface = interface.as_str();
                found.fault(at, Fault::InterfaceMissing { interface });
            }
        }
    }

    fn check_egress(&self, found: &mut Findings) {
        found.note(check_count(self.egress.len(), "/egress"));
        let mut hosts = BTreeSet::new();
        for (index, rule) in self.egress.iter().enumerate() {
            let at = format!("/egress/{index}");
            if rule.methods.is_empty() {
                found.fault(format!("{at}/methods"), Fault::Empty);
            }
            if !hosts.insert(rule.host.as_str()) {
                found.fault(format!("{at}/host"), Fault::Repeated);
            }
            found.note(self.check_host_label(&rule.host, &format!("{at}/host")));
        }
    }

    /// A host's label must be a public string setting, or no connection could ever be called.
    pub(super) fn check_host_label(&self, host: &HostPattern, at: &str) -> Result<(), ManifestError> {
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

    fn check_messaging(&self, found: &mut Findings) {
        found.note(check_count(self.account_settings.len(), "/account_settings"));
        let mut names = BTreeSet::new();
        for (index, name) in self.account_settings.iter().enumerate() {
            let at = format!("/account_settings/{index}");
            if !self.is_public_text(name) {
                found.fault(at, Fault::AccountSetting { name: name.clone() });
            } else if !names.insert(name) {
                found.fault(at, Fault::Repeated);
            }
        }
        if self.rates.len() > 10 {
            found.fault("/rates", Fault::Limit { limit: 10 });
        }
        for (index, rate) in self.rates.iter().enumerate() {
            for (field, value, limit) in [
                ("messages", rate.messages, 100_000),
                ("every_ms", rate.every_ms, 86_400_000),
                ("burst", rate.burst, 100_000),
            ] {
                if !(1..=limit).contains(&value) {
                    found.fault(format!("/rates/{index}/{field}"), Fault::Limit { limit: limit.into() });
                }
            }
        }
        if self.service_window_hours.is_some_and(|hours| !(1..=8760).contains(&hours)) {
            found.fault("/service_window_hours", Fault::Limit { limit: 8760 });
        }
    }

    /// A schema that is refused itself is `None`: which secrets it has cannot be said.
    fn check_secrets(
        &self,
        settings: Option<&SettingsSchema>,
        endpoint: Option<&SettingsSchema>,
        found: &mut Findings,
    ) {
        for (name, rule) in &self.secrets {
            let at = format!("/secrets/{}", escape_token(name));
            if !is_name(name) {
                found.fault(at, Fault::Name);
                continue;
            }
            let (fields, schema) = match rule.scope {
                Scope::Connection => (settings, "settings"),
                Scope::Endpoint => (endpoint, "endpoint_settings"),
            };
            let has_field = fields.map(|fields| fields.secret_names().any(|field| field == name));
            match (self.is_access_token(name), has_field) {
                (false, Some(false)) => found.fault(at.clone(), Fault::SecretWithoutField { schema }),
                (true, Some(true)) => found.fault(at.clone(), Fault::OauthAccessToken),
                _ => {}
            }
            if let Some(injection) = &rule.inject {
                self.check_injection(injection, &format!("{at}/inject"), found);
            }
        }
        self.check_fields(settings, Scope::Connection, "/settings", found);
        self.check_fields(endpoint, Scope::Endpoint, "/endpoint_settings", found);
    }

    /// Whether the host obtains this secret itself.
    fn is_access_token(&self, name: &str) -> bool {
        self.oauth.as_ref().is_some_and(|oauth| oauth.access_token == name)
    }

    /// Every secret field must be declared, so that its use is visible before installing.
    fn check_fields(&self, schema: Option<&SettingsSchema>, scope: Scope, at: &str, found: &mut Findings) {
        let declared = |name: &str| self.secrets.get(name).is_some_and(|r| r.scope == scope);
        for name in schema.into_iter().flat_map(SettingsSchema::secret_names).filter(|name| !declared(name)) {
            found.fault(at, Fault::FieldWithoutSecret { name: name.to_owned() });
        }
    }

    fn check_injection(&self, injection: &Injection, at: &str, found: &mut Findings) {
        if !self.egress.iter().any(|rule| rule.host == injection.host) {
            found.fault(format!("{at}/host"), Fault::HostNotInEgress);
        }
        let at = format!("{at}/place");
        match &injection.place {
            InjectionPlace::Header { name, prefix } => {
                if RESERVED_HEADERS.contains(&name.as_str()) {
                    let name = name.as_str().to_owned();
                    found.fault(format!("{at}/header/name"), Fault::HeaderReserved { name });
                }
                if HeaderValue::from_str(prefix).is_err() {
                    found.fault(format!("{at}/header/prefix"), Fault::Header);
                }
            }
            InjectionPlace::Query { name } => {
                found.note(check_text(name, 1, 100, &format!("{at}/query/name")));
            }
            InjectionPlace::Path { placeholder } => {
                let inner = placeholder.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                if !inner.is_some_and(is_name) {
                    found.fault(format!("{at}/path/placeholder"), Fault::Placeholder);
                }
            }
            InjectionPlace::Body { pointer } => {
                if !(pointer.starts_with('/') && pointer.split('/').all(is_pointer_token)) {
                    found.fault(format!("{at}/body/pointer"), Fault::BodyPointer);
                }
            }
        }
    }

    fn check_webhook(&self, found: &mut Findings) {
        let Some(recipe) = &self.webhook else {
            return;
        };
        found.note(recipe.check().map_err(|error| error.below("/webhook")));
        let is_endpoint_secret = |name: &str| {
            let rule = self.secrets.get(name);
            rule.is_some_and(|rule| rule.scope == Scope::Endpoint)
        };
        // The request is verified before anyone knows whose connection it concerns.
        let names: BTreeSet<&str> = recipe.secret_names().collect();
        for name in names.into_iter().filter(|name| !is_endpoint_secret(name)) {
            found.fault("/webhook", Fault::RecipeSecret { name: name.to_owned() });
        }
    }

    fn check_rich(&self, found: &mut Findings) {
        for (kind, limits) in &self.rich {
            for (name, value, limit) in [
                ("choices", limits.choices.map(u32::from), 10),
                ("choice_title", limits.choice_title.map(u32::from), 1000),
                ("text", limits.text, 100_000),
            ] {
                if value.is_some_and(|value| !(1..=limit).contains(&value)) {
                    found.fault(format!("/rich/{kind}/{name}"), Fault::Limit { limit: limit.into() });
                }
            }
        }
        found.note(check_count(self.components.len(), "/components"));
        let mut names = BTreeSet::new();
        for (index, component) in self.components.iter().enumerate() {
            let at = format!("/components/{index}");
            if !is_name(&component.name) {
                found.fault(format!("{at}/name"), Fault::Name);
            } else if !names.insert(&component.name) {
                found.fault(format!("{at}/name"), Fault::Repeated);
            }
            found.note(check_text(&component.description, 1, 1000, &format!("{at}/description")));
            found.note(component.data_schema().map_err(|error| error.below(&format!("{at}/data"))));
        }
    }

    fn check_actions(&self, found: &mut Findings) {
        found.note(check_count(self.actions.len(), "/actions"));
        let mut names = BTreeSet::new();
        for (index, action) in self.actions.iter().enumerate() {
            let at = format!("/actions/{index}");
            if !is_name(&action.name) {
                found.fault(format!("{at}/name"), Fault::Name);
            } else if !names.insert(&action.name) {
                found.fault(format!("{at}/name"), Fault::Repeated);
            }
            found.note(check_text(&action.description, 1, 1000, &format!("{at}/description")));
            for (member, schema) in [("input", &action.input), ("output", &action.output)] {
                found.note(DataSchema::compile(schema).map_err(|error| error.below(&format!("{at}/{member}"))));
            }
            if action.commits.as_deref().is_some_and(|draft| !self.makes_drafts(draft)) {
                found.fault(format!("{at}/commits"), Fault::NoDraft);
            }
        }
    }

    /// Whether an action can be carried out by another one.
    fn makes_drafts(&self, name: &str) -> bool {
        self.action(name).is_some_and(|action| action.commits.is_none())
    }

    fn check_triggers(&self, found: &mut Findings) {
        found.note(check_count(self.triggers.len(), "/triggers"));
        let mut names = BTreeSet::new();
        for (index, trigger) in self.triggers.iter().enumerate() {
            let at = format!("/triggers/{index}");
            if !is_name(&trigger.name) {
                found.fault(format!("{at}/name"), Fault::Name);
            } else if !names.insert(&trigger.name) {
                found.fault(format!("{at}/name"), Fault::Repeated);
            }
            found.note(check_text(&trigger.description, 1, 1000, &format!("{at}/description")));
            if !Trigger::EVERY_S.contains(&trigger.every_s) {
                let (min, limit) = Trigger::EVERY_S.into_inner();
                found.fault(format!("{at}/every_s"), Fault::Range { min, limit });
            }
        }
    }

    fn check_limits(&self, found: &mut Findings) {
        let (limits, max) = (self.limits, Limits::MAX);
        for (name, value, limit) in [
            ("memory_mib", limits.memory_mib, max.memory_mib),
            ("cpu_ms", limits.cpu_ms, max.cpu_ms),
            ("wall_ms", limits.wall_ms, max.wall_ms),
            ("response_kib", limits.response_kib, max.response_kib),
        ] {
            if !(1..=limit).contains(&value) {
                let limit = u64::from(limit);
                found.fault(format!("/limits/{name}"), Fault::Limit { limit });
            }
        }
    }
}

pub(super) fn invalid<T>(at: impl Into<String>, fault: Fault) -> Result<T, ManifestError> {
    Err(ManifestError::invalid(at, fault))
}

fn check_text(text: &str, min: usize, limit: usize, at: &str) -> Result<(), ManifestError> {
    let trimmed = text.trim().chars().count();
    if trimmed < min || text.chars().count() > limit {
        return invalid(at, Fault::Text { min, limit });
    }
    Ok(())
}

pub(super) fn check_count(count: usize, at: &str) -> Result<(), ManifestError> {
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
