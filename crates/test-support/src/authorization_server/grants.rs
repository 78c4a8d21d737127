//! What was granted, and what has become of it.

use std::collections::{HashMap, VecDeque};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Behaviour;

/// How long a code is good, in seconds.
const CODE_LIFE: i64 = 60;

/// Everything that came from one consent, which ends together.
type Family = usize;

#[derive(Default)]
pub struct Grants {
    codes: HashMap<String, Code>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    revoked: Vec<bool>,
    /// Access tokens to give before any others.
    pub prepared: VecDeque<String>,
    /// Everything secret that was ever given.
    pub issued: Vec<String>,
}

struct Code {
    challenge: String,
    redirect_uri: String,
    expires_at: i64,
    used: Option<Family>,
}

struct Access {
    family: Family,
    expires_at: Option<i64>,
}

struct Refresh {
    family: Family,
    used: bool,
}

/// What is answered to a good request.
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    pub expires_in: Option<i64>,
}

impl Grants {
    pub fn code(&mut self, challenge: &str, redirect_uri: &str, now: i64) -> String {
        let code = self.secret("code");
        let (challenge, redirect_uri) = (challenge.to_owned(), redirect_uri.to_owned());
        let granted = Code { challenge, redirect_uri, expires_at: now + CODE_LIFE, used: None };
        self.codes.insert(code.clone(), granted);
        code
    }

    /// Exchanges a code. `None` is `invalid_grant`.
    pub fn redeem(
        &mut self,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
        behaviour: &Behaviour,
        now: i64,
    ) -> Option<Tokens> {
        let known = self.codes.get(code)?;
        if let Some(family) = known.used {
            self.revoked[family] = true;
            return None;
        }
        let is_proven = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == known.challenge;
        if !is_proven || known.redirect_uri != redirect_uri || now >= known.expires_at {
            return None;
        }
        let family = self.family();
        self.codes.get_mut(code)?.used = Some(family);
        Some(self.give(family, behaviour, now))
    }

    /// Exchanges a refresh token. `None` is `invalid_grant`.
    pub fn refresh(&mut self, token: &str, behaviour: &Behaviour, now: i64) -> Option<Tokens> {
        let known = self.refresh.get_mut(token)?;
        let family = known.family;
        if known.used || self.revoked[family] {
            // Two have it: neither can be told from the thief.
            self.revoked[family] = true;
            return None;
        }
        if behaviour.rotates {
            known.used = true;
            return Some(self.give(family, behaviour, now));
        }
        Some(self.give(family, &Behaviour { refreshes: false, ..behaviour.clone() }, now))
    }

    /// What a client has by itself.
    pub fn own(&mut self, behaviour: &Behaviour, now: i64) -> Tokens {
        let family = self.family();
        self.give(family, &Behaviour { refreshes: false, ..behaviour.clone() }, now)
    }

    pub fn accepts(&self, access: &str, now: i64) -> bool {
        let known = self.access.get(access);
        known.is_some_and(|it| !self.revoked[it.family] && it.expires_at.is_none_or(|end| now < end))
    }

    pub fn revoke_all(&mut self) {
        self.revoked.fill(true);
    }

    fn family(&mut self) -> Family {
        self.revoked.push(false);
        self.revoked.len() - 1
    }

    fn give(&mut self, family: Family, behaviour: &Behaviour, now: i64) -> Tokens {
        let access = match self.prepared.pop_front() {
            Some(prepared) => {
                self.issued.push(prepared.clone());
                prepared
            }
            None => self.secret("access"),
        };
        let expires_at = behaviour.lifetime.map(|lifetime| now + lifetime);
        self.access.insert(access.clone(), Access { family, expires_at });
        let refresh = behaviour.refreshes.then(|| self.secret("refresh"));
        if let Some(refresh) = &refresh {
            self.refresh.insert(refresh.clone(), Refresh { family, used: false });
        }
        Tokens { access, refresh, expires_in: behaviour.lifetime }
    }

    fn secret(&mut self, kind: &str) -> String {
        let secret = format!("{kind}-{}", Uuid::new_v4().simple());
        self.issued.push(secret.clone());
        secret
    }
}
