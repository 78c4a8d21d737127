//! Who is on the other side of a channel.

use serde::{Deserialize, Serialize};

/// One name under which a provider knows a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct SenderId {
    /// The namespace, chosen by the plugin: `phone`, `bsuid`, `parent_bsuid`, `email`, …
    pub kind: String,
    /// The id in that namespace. A `phone` is in E.164 form with its `+`.
    pub value: String,
}

impl SenderId {
    /// The kind of a telephone number.
    pub const PHONE: &'static str = "phone";

    /// An id of any kind.
    pub fn new(kind: impl Into<String>, value: impl Into<String>) -> Self {
        Self { kind: kind.into(), value: value.into() }
    }

    /// A telephone number in E.164 form with its `+`.
    pub fn phone(value: impl Into<String>) -> Self {
        Self::new(Self::PHONE, value)
    }
}

/// A person as one event describes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Sender {
    /// Every id that means this person, strongest first. Forms of one telephone number that the
    /// provider mixes up follow the canonical form, so that a lookup of any of them finds one
    /// contact. Empty only when the event names nobody.
    #[serde(default)]
    pub ids: Vec<SenderId>,
    /// Display name, as the person wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Public handle at the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Canonical telephone number in E.164 form with its `+`; absent when the provider hides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Sender {
    /// The first id of a kind.
    pub fn id(&self, kind: &str) -> Option<&str> {
        find(&self.ids, kind)
    }
}

/// The first id of `kind` in `ids`.
pub fn find<'a>(ids: &'a [SenderId], kind: &str) -> Option<&'a str> {
    ids.iter().find(|id| id.kind == kind).map(|id| id.value.as_str())
}
