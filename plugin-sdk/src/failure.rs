//! Why a message did not get through, in the same words for every provider.

use serde::{Deserialize, Serialize};

/// Why a send or a status failed; decides what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The provider's reply window is closed: only a template may be sent.
    WindowClosed,
    /// The recipient cannot be reached on this channel.
    Undeliverable,
    /// The recipient does not want these messages.
    OptedOut,
    /// Too fast: later attempts succeed.
    RateLimited,
    /// The provider has blocked the business or the pair.
    Blocked,
    /// The credentials need an admin: park the connection.
    Reauthorize,
    /// The request is wrong as it stands.
    InvalidRequest,
    /// The template does not exist, is not approved or does not fit its parameters.
    TemplateInvalid,
    /// The provider could not fetch or take the media.
    Media,
    /// The business may not write to this recipient.
    RecipientNotAllowed,
    /// The recipient's or the portfolio's cap on marketing messages: not again the same day.
    MarketingLimit,
    /// The provider holds the message back for an experiment.
    Experiment,
    /// The provider wants to be paid first.
    Payment,
    /// The business account or number is not set up or not permitted.
    Account,
    /// The provider is out of order.
    Service,
    /// None of the above.
    #[serde(other)]
    Other,
}

impl FailureReason {
    /// Every reason, once.
    pub const ALL: [Self; 16] = [
        Self::WindowClosed,
        Self::Undeliverable,
        Self::OptedOut,
        Self::RateLimited,
        Self::Blocked,
        Self::Reauthorize,
        Self::InvalidRequest,
        Self::TemplateInvalid,
        Self::Media,
        Self::RecipientNotAllowed,
        Self::MarketingLimit,
        Self::Experiment,
        Self::Payment,
        Self::Account,
        Self::Service,
        Self::Other,
    ];

    /// The name it has in JSON and in error codes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WindowClosed => "window_closed",
            Self::Undeliverable => "undeliverable",
            Self::OptedOut => "opted_out",
            Self::RateLimited => "rate_limited",
            Self::Blocked => "blocked",
            Self::Reauthorize => "reauthorize",
            Self::InvalidRequest => "invalid_request",
            Self::TemplateInvalid => "template_invalid",
            Self::Media => "media",
            Self::RecipientNotAllowed => "recipient_not_allowed",
            Self::MarketingLimit => "marketing_limit",
            Self::Experiment => "experiment",
            Self::Payment => "payment",
            Self::Account => "account",
            Self::Service => "service",
            Self::Other => "other",
        }
    }

    /// The reason of a send error's code, `<reason>:<provider code>`; `Other` for any text that
    /// names none.
    pub fn of_code(code: &str) -> Self {
        let name = code.split(':').next().unwrap_or_default();
        Self::ALL.into_iter().find(|reason| reason.as_str() == name).unwrap_or(Self::Other)
    }

    /// The error code that names this reason and the provider's own code.
    pub fn code(self, provider_code: impl std::fmt::Display) -> String {
        format!("{}:{provider_code}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::FailureReason;

    #[test]
    fn names_are_the_serialized_ones_and_codes_come_back() {
        for reason in FailureReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), serde_json::Value::from(reason.as_str()));
            assert_eq!(FailureReason::of_code(&reason.code(131_047)), reason);
        }
        assert_eq!(FailureReason::of_code("nonsense:1"), FailureReason::Other);
        assert_eq!(FailureReason::of_code(""), FailureReason::Other);
    }
}
