//! What a provider knows about a customer.

use serde::{Deserialize, Serialize};

use crate::call::Context;
use crate::error::PluginError;
use crate::host::Host;
use crate::sender::{Profile, SenderId};

/// A plugin that knows something about customers: for agents to see beside the conversation, for
/// rules to decide by, for AI assistance to stand on.
///
/// ```
/// use signalbox_plugin_sdk::{Context, Enrich, Fact, Host, PluginError, Subject};
///
/// struct Loyalty;
///
/// impl Enrich for Loyalty {
///     fn facts(_: &Context, _: &impl Host, subject: &Subject) -> Result<Vec<Fact>, PluginError> {
///         let Some(email) = subject.email.as_deref() else {
///             return Ok(Vec::new());
///         };
///         Ok(vec![Fact::new("loyalty.member", "Member", email)])
///     }
/// }
/// ```
pub trait Enrich {
    /// Facts about a customer, the most telling first. Somebody the provider does not know has no
    /// facts; that is no error.
    fn facts(ctx: &Context, host: &impl Host, subject: &Subject) -> Result<Vec<Fact>, PluginError>;
}

/// The customer that facts are wanted about, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Subject {
    /// Every id under which a channel knows them.
    #[serde(default)]
    pub ids: Vec<SenderId>,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number in E.164 form with its `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// One thing that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Fact {
    /// Stable name, `<plugin>.<what>`, for example `shopify.order`. Several facts may share one.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    /// What is known, in a line or two.
    pub text: String,
    /// Where a person sees more of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was true, in milliseconds since the Unix epoch; the time of the call if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of_ms: Option<i64>,
    /// The same for machines: rules and templates.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub data: serde_json::Value,
    /// Name, e-mail address and number as the provider has them now, where it is the place in which
    /// people keep them: the contact's own fields follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
}

impl Fact {
    /// A fact with nothing optional.
    pub fn new(name: impl Into<String>, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            text: text.into(),
            url: None,
            as_of_ms: None,
            data: serde_json::Value::Null,
            profile: None,
        }
    }
}
