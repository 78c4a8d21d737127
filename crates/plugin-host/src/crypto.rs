//! The `crypto` import: signatures by the name of a secret, and randomness.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use manifest::Manifest;
use rand::Rng;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::bindings::signalbox::plugin::crypto::{Hash, Host};
use crate::call::CallSecrets;
use crate::call_state::CallState;
use crate::tape::{Answer, Asked, Played};

/// Most random bytes of one call of the import.
const RANDOM_MAX: u32 = 1024;

/// What one call may sign with.
pub(crate) struct CallCrypto {
    manifest: Arc<Manifest>,
    secrets: CallSecrets,
    /// A function that may only compute gets no randomness.
    is_pure: bool,
}

impl CallCrypto {
    pub fn new(manifest: Arc<Manifest>, secrets: CallSecrets, is_pure: bool) -> Self {
        Self { manifest, secrets, is_pure }
    }

    fn hmac(&self, hash: Hash, name: &str, data: &[u8]) -> Result<Vec<u8>, String> {
        if !self.manifest.secrets.get(name).is_some_and(|rule| rule.sign) {
            return Err(format!("the manifest signs nothing with `{name}`"));
        }
        let key = self
            .secrets
            .get(name)
            .filter(|secret| !secret.is_empty())
            .ok_or_else(|| format!("the secret `{name}` is not set"))?
            .as_bytes();
        Ok(match hash {
            Hash::Sha1 => digest::<Hmac<Sha1>>(key, data),
            Hash::Sha256 => digest::<Hmac<Sha256>>(key, data),
            Hash::Sha512 => digest::<Hmac<Sha512>>(key, data),
        })
    }
}

fn digest<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

impl Host for CallState {
    fn hmac(&mut self, hash: Hash, secret: String, data: Vec<u8>) -> Result<Vec<u8>, String> {
        self.host_calls += 1;
        let asked = self.tape.asked(|| Asked::hmac(hash, &secret, &data));
        if let Some(played) = self.tape.play(asked.as_ref()) {
            return Played::played(played);
        }
        let signed = self.crypto.hmac(hash, &secret, &data);
        self.tape.note(asked, || Answer::of_hmac(&signed));
        signed
    }

    fn random(&mut self, length: u32) -> wasmtime::Result<Vec<u8>> {
        self.host_calls += 1;
        if self.crypto.is_pure {
            return Err(wasmtime::Error::msg("this function has no randomness"));
        }
        let asked = self.tape.asked(|| Asked::Random { length });
        if let Some(played) = self.tape.play(asked.as_ref()) {
            return <Result<Vec<u8>, String>>::played(played).map_err(wasmtime::Error::msg);
        }
        let mut bytes = vec![0; length.min(RANDOM_MAX) as usize];
        rand::rng().fill_bytes(&mut bytes);
        self.tape.note(asked, || Answer::Bytes(bytes.clone().into()));
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use zeroize::Zeroizing;

    use super::*;

    fn crypto(sign: bool) -> CallCrypto {
        let field = json!({"type": "string", "format": "password", "writeOnly": true, "x-secret": true});
        let manifest = json!({
            "id": "probe", "name": "Probe", "version": "1.0.0", "api": "1", "interfaces": ["actions"],
            "secrets": {"key": {"scope": "connection", "sign": sign}},
            "settings": {"type": "object", "properties": {"key": field}},
        });
        let secrets = BTreeMap::from([("key".to_owned(), Zeroizing::new("Jefe".to_owned()))]);
        let manifest = Manifest::parse(manifest.to_string().as_bytes()).unwrap();
        CallCrypto::new(Arc::new(manifest), CallSecrets::new(secrets), false)
    }

    /// Test case 2 of RFC 2202 and RFC 4231.
    #[test]
    fn signs_as_the_standards_say() {
        let data = b"what do ya want for nothing?";
        for (hash, expected) in [
            (Hash::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (Hash::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                Hash::Sha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
                 caeab1a34d4a6b4b636e070a38bce737",
            ),
        ] {
            assert_eq!(hex::encode(crypto(true).hmac(hash, "key", data).unwrap()), expected);
        }
    }

    #[test]
    fn only_what_the_manifest_allows_signs() {
        let error = crypto(false).hmac(Hash::Sha256, "key", b"x").unwrap_err();
        assert_eq!(error, "the manifest signs nothing with `key`");
        assert!(crypto(true).hmac(Hash::Sha256, "other", b"x").is_err());
    }
}
