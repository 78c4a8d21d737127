//! Who is on the other side of a channel.

use serde::{Deserialize, Serialize};

/// One name under which a provider knows a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct SenderId {
    /// The namespace, chosen by the plugin: `phone`, `bsuid`, `parent_bsuid`, `email`, … A `phone`
    /// or `email` means the same person in every channel, if it is proven and one contact's.
    pub kind: String,
    /// The id in that namespace. A `phone` is in E.164 form with its `+`, an `email` in lower case.
    pub value: String,
    /// Whether the person has proven that it is theirs. Without it: yes in a message, an edit or a reaction, whose sender
    /// the channel has authenticated; no in anything else, where somebody says so. Only proven numbers and addresses join
    /// a person with the contact that another channel knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
}

impl SenderId {
    /// The kind of a telephone number.
    pub const PHONE: &'static str = "phone";
    /// The kind of an e-mail address.
    pub const EMAIL: &'static str = "email";

    /// An id of any kind.
    pub fn new(kind: impl Into<String>, value: impl Into<String>) -> Self {
        Self { kind: kind.into(), value: value.into(), verified: None }
    }

    /// The same with the word of the provider on whether it is the person's own.
    ///
    /// ```
    /// use signalbox_plugin_sdk::SenderId;
    ///
    /// // What a visitor typed into a form of the channel's.
    /// let typed = SenderId::new(SenderId::EMAIL, "ada@example.com").verified(false);
    /// assert_eq!(typed.verified, Some(false));
    /// ```
    #[must_use]
    pub fn verified(self, verified: bool) -> Self {
        Self { verified: Some(verified), ..self }
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

/// What a provider knows of a person, field by field. `None` says nothing about a field; an empty text says that there is
/// none any more.
///
/// ```
/// use signalbox_plugin_sdk::sender::Profile;
///
/// let renamed = Profile { first_name: Some("Ann".to_owned()), ..Profile::default() };
/// assert!(!renamed.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Profile {
    /// The whole name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// First name, where the provider keeps it apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name, where the provider keeps it apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number in E.164 form with its `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Profile {
    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        let Self { name, first_name, last_name, email, phone } = self;
        [name, first_name, last_name, email, phone].into_iter().all(Option::is_none)
    }
}
