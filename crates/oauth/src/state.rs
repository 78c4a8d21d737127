//! What a provider hands back with a code: the tenant, so that its row can be found without looking across tenants, and
//! a secret.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::TenantId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A state, unguessable.
pub struct State {
    pub tenant: TenantId,
    secret: [u8; 32],
}

impl State {
    pub fn new(tenant: TenantId) -> Self {
        Self { tenant, secret: rand::random() }
    }

    /// Reads a state in the form that [`State::encode`] writes.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; 48] = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (tenant, secret) = bytes.split_first_chunk::<16>()?;
        Some(Self { tenant: Uuid::from_bytes(*tenant).into(), secret: secret.try_into().ok()? })
    }

    pub fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([self.tenant.0.as_bytes().as_slice(), &self.secret].concat())
    }

    /// The name of the cookie that binds it to a browser. Says nothing about the state that a provider could send back.
    pub fn cookie_name(&self) -> String {
        let digest = Sha256::new_with_prefix(b"signalbox oauth cookie").chain_update(self.secret).finalize();
        format!("signalbox_oauth_{}", BASE64_URL_SAFE_NO_PAD.encode(&digest[..9]))
    }

    /// What lies in the database. The secret is random, so a plain hash does.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_as_it_went() {
        let state = State::new(TenantId::new());
        let read = State::decode(&state.encode()).unwrap();
        assert_eq!((read.tenant, read.hash()), (state.tenant, state.hash()));
        for text in ["", "x", &state.encode()[1..], &format!("{}A", state.encode())] {
            assert!(State::decode(text).is_none(), "{text}");
        }
    }
}
