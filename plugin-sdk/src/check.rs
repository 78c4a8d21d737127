//! The answer of a connection test.

use serde::{Deserialize, Serialize};

/// What `admin.check` found out about a connection.
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
