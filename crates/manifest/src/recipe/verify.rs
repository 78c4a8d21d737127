//! Proof of origin: which of a recipe's alternatives a request satisfies, if any.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use thiserror::Error;

use super::place::Element;
use super::{HmacRule, Place, Recipe, Request};

/// The secrets of one endpoint, by the names the manifest gives them.
pub trait Secrets {
    /// The secret's value, if it is set.
    fn secret(&self, name: &str) -> Option<&str>;
}

impl Secrets for BTreeMap<String, String> {
    fn secret(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }
}

/// One way to prove who sent a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// A keyed hash over parts of the request.
    Hmac(HmacRule),
    /// A shared secret sent along as it is. It says nothing about the body.
    Token(TokenRule),
}

impl Verification {
    pub(super) fn signs_body(&self) -> bool {
        match self {
            Self::Hmac(rule) => rule.signs_body(),
            Self::Token(_) => false,
        }
    }

    pub(super) fn secrets(&self) -> &[String] {
        match self {
            Self::Hmac(rule) => &rule.secrets,
            Self::Token(rule) => &rule.secrets,
        }
    }

    fn verify(
        &self,
        recipe: &Recipe,
        request: &Request<'_>,
        secrets: &dyn Secrets,
        now: DateTime<Utc>,
    ) -> Result<(), Denied> {
        match self {
            Self::Hmac(rule) => rule.verify(request, secrets, now),
            Self::Token(rule) => rule.verify(recipe, request, secrets),
        }
    }
}

/// A shared secret that the provider sends with every request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRule {
    /// Where the token stands.
    pub place: Place,
    /// Text before the token, such as `Bearer `.
    #[serde(default)]
    pub prefix: String,
    /// Names of the secrets that are accepted; those that are not set are passed over.
    pub secrets: Vec<String>,
}

impl TokenRule {
    fn verify(&self, recipe: &Recipe, request: &Request<'_>, secrets: &dyn Secrets) -> Result<(), Denied> {
        let value = self.place.first(request, recipe.body, Element::WHOLE);
        let value = value.ok_or(Denied::TokenMissing)?;
        let token = value.strip_prefix(&self.prefix).ok_or(Denied::Mismatch)?;
        for (_, secret) in usable(&self.secrets, secrets)? {
            if bool::from(token.as_bytes().ct_eq(secret.as_bytes())) {
                return Ok(());
            }
        }
        Err(Denied::Mismatch)
    }
}

/// The named secrets that are set. An empty one would let anyone in, so it counts as not set.
pub(super) fn usable<'a>(
    names: &'a [String],
    secrets: &'a dyn Secrets,
) -> Result<impl Iterator<Item = (&'a str, &'a str)>, Denied> {
    let mut set = names
        .iter()
        .filter_map(|name| Some((name.as_str(), secrets.secret(name)?)))
        .filter(|(_, secret)| !secret.is_empty())
        .peekable();
    match set.peek() {
        Some(_) => Ok(set),
        None => Err(Denied::SecretNotSet { names: names.to_vec() }),
    }
}

impl Recipe {
    /// Whether one of the recipe's proofs holds for `request` at `now`.
    ///
    /// Compares in constant time. When none holds, the reason given is that of the first
    /// alternative whose header was there at all.
    pub fn verify(&self, request: &Request<'_>, secrets: &dyn Secrets, now: DateTime<Utc>) -> Result<(), Denied> {
        let mut reason: Option<Denied> = None;
        for rule in &self.verify {
            match rule.verify(self, request, secrets, now) {
                Ok(()) => return Ok(()),
                Err(denied) if reason.as_ref().is_none_or(Denied::is_absence) => {
                    reason = Some(denied);
                }
                Err(_) => {}
            }
        }
        reason.map_or(Ok(()), Err)
    }
}

/// Why a request is refused. Holds neither secrets nor what a right signature would have been.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Denied {
    /// A header that carries the proof is absent.
    #[error("the header `{header}` is missing")]
    HeaderMissing {
        /// The header's name.
        header: String,
    },
    /// The place of the shared token is empty.
    #[error("the token is missing")]
    TokenMissing,
    /// A header occurs twice, so that its meaning depends on who reads it.
    #[error("the header `{header}` is repeated")]
    HeaderRepeated {
        /// The header's name.
        header: String,
    },
    /// A header does not have the form the recipe describes.
    #[error("the header `{header}` is malformed")]
    HeaderMalformed {
        /// The header's name.
        header: String,
    },
    /// None of the secrets that could prove the request is set.
    #[error("none of the secrets {names:?} is set")]
    SecretNotSet {
        /// Names of the secrets.
        names: Vec<String>,
    },
    /// A secret is set but is not in the encoding the recipe describes.
    #[error("the secret `{name}` is not in its expected encoding")]
    SecretMalformed {
        /// The secret's name.
        name: String,
    },
    /// Signed longer ago than the provider's tolerance: perhaps a replay.
    #[error("signed {seconds} s ago, which is too long")]
    Stale {
        /// Age of the signature in whole seconds.
        seconds: i64,
    },
    /// Signed further in the future than the tolerance for clocks.
    #[error("signed {seconds} s in the future")]
    Early {
        /// Distance in whole seconds.
        seconds: i64,
    },
    /// The body is not the one whose hash was signed.
    #[error("the body does not match its signed hash")]
    BodyHash,
    /// The signature or token is wrong.
    #[error("the signature does not match")]
    Mismatch,
}

impl Denied {
    fn is_absence(&self) -> bool {
        matches!(self, Self::HeaderMissing { .. } | Self::TokenMissing)
    }
}
