//! The manifest: everything a plugin may do, stated before any of its code runs.

mod check;
mod oauth;
mod parse;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::rich::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::ManifestError;
use crate::host::HostPattern;
use crate::recipe::{HeaderField, Recipe};
use crate::schema::DataSchema;
use crate::settings::SettingsSchema;

pub use parse::RULES;

pub use oauth::{ClientAuth, ClientId, Grant, Oauth, OauthClient, OauthUrl, OauthUrlMalformed, ScopeSeparator};

/// The plugin API version this host speaks.
pub(crate) const API: &str = "1";

/// A plugin's description of itself. [`Manifest::parse`] is the way to a checked one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Names the plugin for ever: lower-case letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]{1,62}$"))]
    pub id: String,
    /// Shown to people.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// Version of the plugin, as in semantic versioning.
    #[schemars(regex(pattern = r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$"))]
    pub version: String,
    /// Version of the plugin API it was built for; `1`.
    #[schemars(regex(pattern = "^1$"))]
    pub api: String,
    /// What it does, in a sentence or two.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub description: String,
    /// The interfaces it implements; others are never called.
    pub interfaces: BTreeSet<Interface>,
    /// How its webhooks are received.
    #[serde(default)]
    pub webhook: Option<Recipe>,
    /// The fields of a connection's settings whose values are its accounts, as the webhook's
    /// `accounts` find them in a request. Without any, an endpoint serves one connection.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub account_settings: Vec<String>,
    /// For how many hours after a contact's last message the provider lets a business write
    /// freely; later, only templates. Without it, always.
    #[serde(default)]
    #[schemars(range(min = 1, max = 8760))]
    pub service_window_hours: Option<u16>,
    /// Under which of its own handles a contact can be written to on this channel before they have written there. Without
    /// any, only who has written is answered.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub reaches: BTreeSet<Handle>,
    /// The rich messages that its channel can show (`schemas/message.schema.json`), by their types, up to these limits.
    /// Any other arrives as text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rich: BTreeMap<Kind, RichLimits>,
    /// Types of rich messages that it adds, for every channel that can show them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub components: Vec<Component>,
    /// How fast the provider takes messages. The host keeps to all of these, across the fleet.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub rates: Vec<Rate>,
    /// Where it may send requests. Without a rule, nowhere.
    #[serde(default)]
    pub egress: Vec<EgressRule>,
    /// Its secrets. Nested settings fields are named with dots.
    #[serde(default)]
    pub secrets: BTreeMap<String, SecretRule>,
    /// How its provider grants access by OAuth 2.0, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<Oauth>,
    /// What it can be asked to do.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// The news it can ask for.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    /// JSON Schema (draft-07, with `x-` hints) of a connection's settings.
    #[serde(default = "no_settings")]
    pub settings: Value,
    /// JSON Schema of what an endpoint needs, such as the secret that signs its webhooks.
    #[serde(default = "no_settings")]
    pub endpoint_settings: Value,
    /// What one call may use, at most what the host allows.
    #[serde(default)]
    pub limits: Limits,
}

/// A group of functions a plugin can implement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interface {
    /// Webhooks in.
    Webhooks,
    /// Telling the provider where webhooks go.
    Setup,
    /// Messages out.
    Channel,
    /// Actions for rules and people.
    Actions,
    /// News that the provider is asked for.
    Triggers,
    /// Facts about customers.
    Enrich,
    /// The settings form: test, choices, migration.
    Admin,
}

impl Interface {
    /// The name it has in manifests and in the plugin API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhooks => "webhooks",
            Self::Setup => "setup",
            Self::Channel => "channel",
            Self::Actions => "actions",
            Self::Triggers => "triggers",
            Self::Enrich => "enrich",
            Self::Admin => "admin",
        }
    }
}

/// What a contact is known by in every channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handle {
    /// Their telephone number, in E.164 form. The plugin gets it as an id of the kind `phone`.
    Phone,
    /// Their e-mail address, in lower case. The plugin gets it as an id of the kind `email`.
    Email,
}

impl Handle {
    /// The kind of an address that it makes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }
}

/// The largest rich message that a channel can show as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RichLimits {
    /// The most answers to choose from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub choices: Option<u8>,
    /// The longest title of an answer, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub choice_title: Option<u16>,
    /// The longest text, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100_000))]
    pub text: Option<u32>,
}

/// A type of rich message that the plugin adds. What is sent of it is a `component` named after the plugin's id and this
/// name, such as `shopify.order_status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Name within the plugin.
    #[schemars(regex(pattern = "^[a-z][a-z0-9_.]*$"))]
    pub name: String,
    /// What it shows, for people who send it.
    #[schemars(length(min = 1, max = 1000))]
    pub description: String,
    /// JSON Schema of its `data`.
    pub data: Value,
}

impl Component {
    /// The compiled schema of its data.
    pub fn data_schema(&self) -> Result<DataSchema, ManifestError> {
        DataSchema::compile(&self.data)
    }
}

/// How fast a provider takes messages: a bucket into which tokens drip evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// What has a bucket of its own.
    pub per: RateScope,
    /// So many messages…
    #[schemars(range(min = 1, max = 100_000))]
    pub messages: u32,
    /// …in this time, in milliseconds.
    #[schemars(range(min = 1, max = 86_400_000))]
    pub every_ms: u32,
    /// How many may follow each other without a pause after a quiet time.
    #[schemars(range(min = 1, max = 100_000))]
    pub burst: u32,
}

impl Rate {
    /// The time after which the next token drips.
    pub fn interval(&self) -> Duration {
        Duration::from_millis(self.every_ms.into()) / self.messages.max(1)
    }
}

/// What has a bucket of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateScope {
    /// Each connection.
    Connection,
    /// Each recipient of each connection.
    Recipient,
}

/// A host the plugin may call over HTTPS, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EgressRule {
    /// The host.
    pub host: HostPattern,
    /// The methods.
    pub methods: BTreeSet<Method>,
}

/// An HTTP method of an egress rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the methods of RFC 9110 under their own names")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The method as it stands in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A secret that people enter and the host keeps. The plugin only ever names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRule {
    /// Whose secret it is.
    pub scope: Scope,
    /// Where the host puts it when the plugin names it in a request. Without this it never
    /// leaves the host.
    #[serde(default)]
    pub inject: Option<Injection>,
    /// Whether the plugin may have data signed with it (HMAC). What is signed leaves the host, the
    /// secret does not.
    #[serde(default)]
    pub sign: bool,
}

/// Whose secret it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Of one account or number; a field of `settings`.
    Connection,
    /// Of the address webhooks come to; a field of `endpoint_settings`.
    Endpoint,
}

/// The only place a secret may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Injection {
    /// The only host that may receive it; one of the egress rules' hosts.
    pub host: HostPattern,
    /// The place in the request.
    pub place: InjectionPlace,
}

/// A place in a request that the host fills with a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InjectionPlace {
    /// A header.
    Header {
        /// The header's name.
        name: HeaderField,
        /// Text before the secret, such as `Bearer `.
        #[serde(default)]
        prefix: String,
    },
    /// A parameter added to the query.
    Query {
        /// The parameter's name.
        name: String,
    },
    /// A text in the path that the secret replaces.
    Path {
        /// The text, in braces: `{token}`.
        placeholder: String,
    },
    /// A string in a JSON body.
    Body {
        /// JSON pointer (RFC 6901) to it.
        pointer: String,
    },
}

/// Something the plugin can be asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Name within the plugin.
    #[schemars(regex(pattern = "^[a-z][a-z0-9_.]*$"))]
    pub name: String,
    /// What it does, for people who write rules.
    #[schemars(length(min = 1, max = 1000))]
    pub description: String,
    /// JSON Schema of what it takes.
    pub input: Value,
    /// JSON Schema of what it gives.
    pub output: Value,
    /// The action whose draft this one carries out. A draft gives a `token`, which this one takes: only people may ask
    /// for it, and only with the token of a draft that was made here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[a-z][a-z0-9_.]*$"))]
    pub commits: Option<String>,
}

impl Action {
    /// The compiled schema of what it takes.
    pub fn input_schema(&self) -> Result<DataSchema, ManifestError> {
        DataSchema::compile(&self.input)
    }

    /// The compiled schema of what it gives.
    pub fn output_schema(&self) -> Result<DataSchema, ManifestError> {
        DataSchema::compile(&self.output)
    }
}

/// News the plugin can ask its provider for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Name within the plugin.
    #[schemars(regex(pattern = "^[a-z][a-z0-9_.]*$"))]
    pub name: String,
    /// What it brings, for people who write rules.
    #[schemars(length(min = 1, max = 1000))]
    pub description: String,
    /// The time from one poll to the next, in seconds.
    #[schemars(range(min = 10, max = 86_400))]
    pub every_s: u32,
}

impl Trigger {
    /// The shortest and the longest time from one poll to the next, in seconds.
    pub const EVERY_S: std::ops::RangeInclusive<u32> = 10..=86_400;
}

/// What one call of the plugin may use. The defaults are the host's own limits; a manifest can
/// only ask for less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Memory in MiB.
    #[schemars(range(min = 1, max = 64))]
    pub memory_mib: u32,
    /// Time on the processor in milliseconds.
    #[schemars(range(min = 1, max = 1000))]
    pub cpu_ms: u32,
    /// Time from start to end, waiting included, in milliseconds.
    #[schemars(range(min = 1, max = 30_000))]
    pub wall_ms: u32,
    /// Size of one HTTP response in KiB.
    #[schemars(range(min = 1, max = 2048))]
    pub response_kib: u32,
}

impl Limits {
    /// The most a call may use.
    pub const MAX: Self = Self { memory_mib: 64, cpu_ms: 1000, wall_ms: 30_000, response_kib: 2048 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::MAX
    }
}

impl Manifest {
    /// The compiled schema of a connection's settings.
    pub fn settings_schema(&self) -> Result<SettingsSchema, ManifestError> {
        SettingsSchema::compile(&self.settings).map_err(|error| error.below("/settings"))
    }

    /// The compiled schema of an endpoint's settings.
    pub fn endpoint_schema(&self) -> Result<SettingsSchema, ManifestError> {
        SettingsSchema::compile(&self.endpoint_settings).map_err(|error| error.below("/endpoint_settings"))
    }

    /// The action of this name.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// The type of rich message of this name.
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.name == name)
    }

    /// The trigger of this name.
    pub fn trigger(&self, name: &str) -> Option<&Trigger> {
        self.triggers.iter().find(|trigger| trigger.name == name)
    }

    /// Whether the plugin implements `interface`.
    pub fn implements(&self, interface: Interface) -> bool {
        self.interfaces.contains(&interface)
    }
}

/// The JSON Schema of manifests, for editors and for `schemas/manifest.schema.json`.
///
/// It describes the shape; [`Manifest::parse`] also checks how the parts fit together.
pub fn schema() -> Value {
    schemars::schema_for!(Manifest).to_value()
}

fn no_settings() -> Value {
    json!({"type": "object", "additionalProperties": false})
}
