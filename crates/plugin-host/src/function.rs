//! The functions of the plugin API.

use std::fmt;

use manifest::Interface;

/// A function that plugins export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// Webhook to events.
    Parse,
    /// Tells the provider where webhooks go.
    Subscribe,
    /// Takes that back.
    Unsubscribe,
    /// Message to provider.
    Send,
    /// How far messages got.
    PollStatus,
    /// An action.
    Invoke,
    /// News of the provider.
    Poll,
    /// What the provider knows about a customer.
    Facts,
    /// The connection test.
    Check,
    /// Choices for a settings field.
    Options,
    /// Settings of an earlier version.
    MigrateSettings,
}

impl Function {
    /// Every function, once, in the order of their discriminants.
    pub const ALL: [Self; 11] = [
        Self::Parse,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::Send,
        Self::PollStatus,
        Self::Invoke,
        Self::Poll,
        Self::Facts,
        Self::Check,
        Self::Options,
        Self::MigrateSettings,
    ];

    /// Its name in the plugin API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::Send => "send",
            Self::PollStatus => "poll-status",
            Self::Invoke => "invoke",
            Self::Poll => "poll",
            Self::Facts => "facts",
            Self::Check => "check",
            Self::Options => "options",
            Self::MigrateSettings => "migrate-settings",
        }
    }

    /// The interface it belongs to.
    pub const fn interface(self) -> Interface {
        match self {
            Self::Parse => Interface::Webhooks,
            Self::Subscribe | Self::Unsubscribe => Interface::Setup,
            Self::Send | Self::PollStatus => Interface::Channel,
            Self::Invoke => Interface::Actions,
            Self::Poll => Interface::Triggers,
            Self::Facts => Interface::Enrich,
            Self::Check | Self::Options | Self::MigrateSettings => Interface::Admin,
        }
    }

    /// Whether it may only compute: the same input gives the same result, so it has neither
    /// network nor state nor randomness.
    pub const fn is_pure(self) -> bool {
        matches!(self, Self::Parse | Self::MigrateSettings)
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
