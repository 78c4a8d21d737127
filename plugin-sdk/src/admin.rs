//! What the settings form of a connection needs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::Context;
use crate::error::PluginError;
use crate::host::Host;

/// A plugin that serves its settings form. What it does not override answers `unsupported`.
///
/// ```
/// use signalbox_plugin_sdk::http::Request;
/// use signalbox_plugin_sdk::{Admin, Check, CheckReport, Context, Host, PluginError};
///
/// struct Orders;
///
/// impl Admin for Orders {
///     fn check(_: &Context, host: &impl Host) -> Result<CheckReport, PluginError> {
///         let response = host.send(Request::get("https://api.example.com/me").secret("token"))?;
///         let check = if response.is_success() {
///             Check::passed("credentials", "The token works.")
///         } else {
///             Check::failed("credentials", "The token does not work: create a new one.")
///         };
///         Ok(CheckReport::new(None, vec![check]))
///     }
/// }
/// ```
pub trait Admin {
    /// Tests the connection with the provider. What the provider finds wrong belongs in the
    /// report; an error means that the test could not be made.
    fn check(ctx: &Context, host: &impl Host) -> Result<CheckReport, PluginError> {
        let _ = (ctx, host);
        Err(PluginError::unsupported("this plugin has no connection test"))
    }

    /// What can be chosen for a settings field whose schema says `x-options`. `field` is a JSON
    /// pointer into the settings; `search` is what the admin has typed so far, possibly nothing.
    fn options(ctx: &Context, host: &impl Host, field: &str, search: &str) -> Result<Vec<Choice>, PluginError> {
        let _ = (ctx, host, search);
        Err(PluginError::unsupported(format!("`{field}` has no options")))
    }

    /// The settings of this version, made of those of an earlier one, which are the context's.
    /// Has neither network nor state. Without it, settings stay as they are.
    fn migrate_settings(ctx: &Context, from_version: &str) -> Result<Value, PluginError> {
        let _ = from_version;
        ctx.settings()
    }
}

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Choice {
    /// What becomes the setting.
    pub value: Value,
    /// What the admin sees.
    pub label: String,
    /// A line below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Choice {
    /// A choice without a description.
    pub fn new(value: impl Into<Value>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), description: None }
    }
}

/// What a connection test found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CheckReport {
    /// Whether the connection can do its work: every check passed.
    pub ok: bool,
    /// The account at the provider, as proof of which one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The single checks, in the order they were made.
    #[serde(default)]
    pub checks: Vec<Check>,
}

impl CheckReport {
    /// A report whose `ok` follows from its checks.
    pub fn new(account: Option<Account>, checks: Vec<Check>) -> Self {
        Self { ok: checks.iter().all(|check| check.ok), account, checks }
    }
}

/// An account at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Account {
    /// The provider's id of it.
    pub id: String,
    /// How a person recognises it.
    pub name: String,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Check {
    /// Stable short name, for example `credentials`.
    pub name: String,
    /// Whether it passed.
    pub ok: bool,
    /// What was found, and what to do if it did not pass.
    pub message: String,
}

impl Check {
    /// A check that passed.
    pub fn passed(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { name: name.into(), ok: true, message: message.into() }
    }

    /// A check that did not pass.
    pub fn failed(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { name: name.into(), ok: false, message: message.into() }
    }
}
