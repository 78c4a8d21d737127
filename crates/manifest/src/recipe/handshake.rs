//! Handshakes: how a provider makes sure that an address is ours before it sends anything there.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::place::Element;
use super::{Place, Recipe, Reply, Request, Secrets};

/// Longest challenge that is sent back; real ones are under a hundred bytes.
const CHALLENGE_MAX: usize = 1024;

/// A request that is answered at once and never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandshakeRule {
    /// HTTP method, upper case.
    pub method: String,
    /// What tells the handshake from other requests; all must hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// A token that must match, or the handshake is answered 403.
    #[serde(default)]
    pub token: Option<TokenCheck>,
    /// Whether the request must also pass the recipe's verification. If it does not, it is no
    /// handshake, and is refused like any other unverified request.
    #[serde(default)]
    pub signed: bool,
    /// What is answered.
    pub answer: Answer,
}

/// A fact about the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Where to look.
    pub place: Place,
    /// The value there; without it, any value.
    #[serde(default)]
    pub equals: Option<String>,
}

/// A secret that the provider was told and sends back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenCheck {
    /// Where the token stands.
    pub place: Place,
    /// Name of the secret it must equal.
    pub secret: String,
}

/// The answer to a handshake, always with status 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The challenge at this place, as plain text.
    Echo(Place),
    /// The challenge as the one member of a JSON object.
    Json {
        /// The member's name.
        member: String,
        /// Where the challenge stands.
        place: Place,
    },
    /// Fixed plain text.
    Text(String),
}

impl Recipe {
    /// The answer, if `request` is a handshake.
    ///
    /// Comes before verification: providers do not sign every handshake.
    pub fn handshake(&self, request: &Request<'_>, secrets: &dyn Secrets, now: DateTime<Utc>) -> Option<Reply> {
        let rule = self.handshake.iter().find(|rule| {
            rule.method == request.method
                && (!rule.signed || self.verify(request, secrets, now).is_ok())
                && rule.when.iter().all(|condition| condition.holds(self, request))
        })?;
        let trusted = rule.token.as_ref().is_none_or(|token| token.holds(self, request, secrets));
        Some(if trusted { rule.answer.reply(self, request) } else { plain(403, b"") })
    }

    fn at<'r>(&self, place: &Place, request: &'r Request<'_>) -> Option<Cow<'r, str>> {
        place.first(request, self.body, Element::WHOLE)
    }
}

impl Condition {
    fn holds(&self, recipe: &Recipe, request: &Request<'_>) -> bool {
        let found = recipe.at(&self.place, request);
        found.is_some_and(|found| self.equals.as_ref().is_none_or(|equals| found == *equals))
    }
}

impl TokenCheck {
    fn holds(&self, recipe: &Recipe, request: &Request<'_>, secrets: &dyn Secrets) -> bool {
        // A place never yields the empty string, so a secret that is set to it lets nobody in.
        match (recipe.at(&self.place, request), secrets.secret(&self.secret)) {
            (Some(token), Some(secret)) => bool::from(token.as_bytes().ct_eq(secret.as_bytes())),
            _ => false,
        }
    }
}

impl Answer {
    fn reply(&self, recipe: &Recipe, request: &Request<'_>) -> Reply {
        let challenge = |place| recipe.at(place, request).filter(|challenge| challenge.len() <= CHALLENGE_MAX);
        match self {
            Self::Text(text) => plain(200, text.as_bytes()),
            Self::Echo(place) => match challenge(place) {
                Some(challenge) => plain(200, challenge.as_bytes()),
                None => plain(400, b""),
            },
            Self::Json { member, place } => match challenge(place) {
                Some(challenge) => Reply {
                    status: 200,
                    content_type: Some("application/json".to_owned()),
                    body: json!({ member: challenge }).to_string().into_bytes(),
                },
                None => plain(400, b""),
            },
        }
    }
}

fn plain(status: u16, body: &[u8]) -> Reply {
    Reply { status, content_type: Some("text/plain; charset=utf-8".to_owned()), body: body.to_vec() }
}
