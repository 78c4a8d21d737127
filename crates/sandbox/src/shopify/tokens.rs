//! Access tokens, refresh tokens and authorization codes of one shop.
//!
//! Expiring offline tokens (since December 2025) live for an hour; their refresh token is used once and replaced, and
//! ends after 90 days. Tokens of the client credentials grant live for 24 hours and have no refresh token. A token of
//! the kind that never expires works until it is exchanged for one that does.
//!
//! Source: shopify.dev, "About offline access tokens" and "Using the client credentials grant".

use super::Shop;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;

const OFFLINE: TimeDelta = TimeDelta::seconds(3600);
const CLIENT_CREDENTIALS: TimeDelta = TimeDelta::seconds(86_399);
const REFRESH: TimeDelta = TimeDelta::days(90);
const CODE: TimeDelta = TimeDelta::minutes(1);

/// When a token ends; `None` is never.
type Expiry = Option<DateTime<Utc>>;

/// What may be used now.
#[derive(Default)]
pub(super) struct Tokens {
    access: HashMap<String, Expiry>,
    refresh: HashMap<String, DateTime<Utc>>,
    codes: HashMap<String, DateTime<Utc>>,
}

/// What becomes of a code, a token or a secret.
pub(super) enum Grant {
    /// An offline token, with the end that was asked for.
    Offline { expiring: bool },
    /// A token for an app of the shop's own organization.
    ClientCredentials,
}

impl Tokens {
    /// The token that the shop was made with never expires.
    pub(super) fn new(shop: &Shop) -> Self {
        let mut tokens = Self::default();
        tokens.access.extend(shop.access_token.iter().map(|token| (token.expose().to_owned(), None)));
        tokens
    }

    pub(super) fn accepts(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.access.get(token).is_some_and(|expiry| expiry.is_none_or(|end| now < end))
    }

    /// A code for the redirect of the authorization code grant.
    pub(super) fn code(&mut self, now: DateTime<Utc>) -> String {
        let code = secret("");
        self.codes.insert(code.clone(), now + CODE);
        code
    }

    pub(super) fn redeem_code(&mut self, code: &str, now: DateTime<Utc>) -> bool {
        self.codes.remove(code).is_some_and(|end| now < end)
    }

    pub(super) fn redeem_refresh(&mut self, token: &str, now: DateTime<Utc>) -> bool {
        self.refresh.remove(token).is_some_and(|end| now < end)
    }

    /// A token that never expires is given up for one that does.
    pub(super) fn redeem_unexpiring(&mut self, token: &str) -> bool {
        self.access.get(token) == Some(&None) && self.access.remove(token).is_some()
    }

    /// The answer of the token endpoint.
    pub(super) fn grant(&mut self, grant: &Grant, scope: &str, now: DateTime<Utc>) -> Value {
        let token = secret("shpat_");
        let mut answer = json!({ "access_token": token, "scope": scope });
        let life = match grant {
            Grant::Offline { expiring: false } => None,
            Grant::Offline { expiring: true } => Some(OFFLINE),
            Grant::ClientCredentials => Some(CLIENT_CREDENTIALS),
        };
        if let Some(life) = life {
            answer["expires_in"] = life.num_seconds().into();
        }
        if matches!(grant, Grant::Offline { expiring: true }) {
            let refresh = secret("shprt_");
            answer["refresh_token"] = refresh.clone().into();
            answer["refresh_token_expires_in"] = REFRESH.num_seconds().into();
            self.refresh.insert(refresh, now + REFRESH);
        }
        self.access.insert(token, life.map(|life| now + life));
        answer
    }

    /// Every access token ends now; every refresh token too, if asked.
    pub(super) fn expire(&mut self, refresh_tokens_too: bool) {
        self.access.clear();
        if refresh_tokens_too {
            self.refresh.clear();
        }
    }
}

fn secret(prefix: &str) -> String {
    format!("{prefix}{}", hex::encode(rand::random::<[u8; 16]>()))
}
