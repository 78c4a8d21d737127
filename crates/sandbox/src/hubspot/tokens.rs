//! Access tokens, refresh tokens and authorization codes of one account.
//!
//! An access token lives for 30 minutes. A refresh token is used once: its answer has the next one. HubSpot allows
//! itself to rotate them, and a client that keeps the first one loses the account on that day.
//!
//! Source: developers.hubspot.com, "Manage OAuth access tokens".

use super::account::Account;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, HashSet};

/// How long an access token lives.
pub(super) const LIFE: TimeDelta = TimeDelta::minutes(30);
/// How long an authorization code lives.
const CODE: TimeDelta = TimeDelta::minutes(1);

/// Whether a token may be used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    Valid,
    Expired { since: DateTime<Utc> },
    Unknown,
}

/// What an authorization code is bound to.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) redirect_uri: String,
    /// The challenge of PKCE, if one was sent.
    pub(super) challenge: Option<String>,
    pub(super) expires_at: DateTime<Utc>,
}

#[derive(Default)]
pub(super) struct Tokens {
    /// When each ends; `None` is never.
    access: HashMap<String, Option<DateTime<Utc>>>,
    refresh: HashSet<String>,
    codes: HashMap<String, Code>,
}

impl Tokens {
    pub(super) fn new(account: &Account) -> Self {
        let mut tokens = Self::default();
        tokens.access.extend(account.access_token.iter().map(|token| (token.expose().to_owned(), None)));
        tokens
    }

    pub(super) fn standing(&self, token: &str, now: DateTime<Utc>) -> Standing {
        match self.access.get(token) {
            None => Standing::Unknown,
            Some(Some(end)) if *end <= now => Standing::Expired { since: *end },
            Some(_) => Standing::Valid,
        }
    }

    /// Seconds that a token has left; a private app's has half an hour at any time.
    pub(super) fn life_of(&self, token: &str, now: DateTime<Utc>) -> i64 {
        let end = self.access.get(token).copied().flatten().unwrap_or(now + LIFE);
        (end - now).num_seconds().max(0)
    }

    pub(super) fn code(&mut self, redirect_uri: String, challenge: Option<String>, now: DateTime<Utc>) -> String {
        let code = secret("na1-");
        self.codes.insert(code.clone(), Code { redirect_uri, challenge, expires_at: now + CODE });
        code
    }

    /// A code can be used once.
    pub(super) fn redeem_code(&mut self, code: &str, now: DateTime<Utc>) -> Option<Code> {
        self.codes.remove(code).filter(|code| now < code.expires_at)
    }

    pub(super) fn redeem_refresh(&mut self, token: &str) -> bool {
        self.refresh.remove(token)
    }

    /// A new access token and a new refresh token.
    pub(super) fn grant(&mut self, now: DateTime<Utc>) -> (String, String) {
        let (access, refresh) = (secret("CL"), secret("na1-"));
        self.access.insert(access.clone(), Some(now + LIFE));
        self.refresh.insert(refresh.clone());
        (access, refresh)
    }

    pub(super) fn expire(&mut self, refresh_tokens_too: bool, now: DateTime<Utc>) {
        for end in self.access.values_mut() {
            *end = Some(end.map_or(now, |end| end.min(now)));
        }
        if refresh_tokens_too {
            self.refresh.clear();
        }
    }
}

fn secret(prefix: &str) -> String {
    format!("{prefix}{}", hex::encode(rand::random::<[u8; 20]>()))
}
