//! Secrets that whoever has them shows: refresh tokens, API keys, links in e-mails, states of OAuth.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::TenantId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A tenant, so that the row can be found without looking across tenants, and a secret.
pub struct TenantToken {
    pub tenant: TenantId,
    secret: [u8; 32],
}

impl TenantToken {
    /// A new one, unguessable.
    pub fn new(tenant: TenantId) -> Self {
        Self { tenant, secret: rand::random() }
    }

    /// Reads a token in the form that [`TenantToken::encode`] writes.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; 48] = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (tenant, secret) = bytes.split_first_chunk::<16>()?;
        Some(Self { tenant: Uuid::from_bytes(*tenant).into(), secret: secret.try_into().ok()? })
    }

    /// The token as text that may stand in a URL.
    pub fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([self.tenant.0.as_bytes().as_slice(), &self.secret].concat())
    }

    /// What lies in the database. The secret is random, so a plain hash does.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    /// What follows from the secret for another purpose, and says nothing about it or its hash.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        Sha256::new_with_prefix(purpose).chain_update(self.secret).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_it_went() {
        let token = TenantToken::new(TenantId::new());
        let read = TenantToken::decode(&token.encode()).unwrap();
        assert_eq!((read.tenant, read.hash()), (token.tenant, token.hash()));
        assert_eq!(read.derive("a"), token.derive("a"));
        assert!(token.derive("a") != token.derive("b") && token.derive("a") != token.hash());
        for text in ["", "x", &token.encode()[1..], &format!("{}A", token.encode())] {
            assert!(TenantToken::decode(text).is_none(), "{text}");
        }
    }
}
