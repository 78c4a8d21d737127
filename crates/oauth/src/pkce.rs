//! The proof key of a code (RFC 7636): whoever redeems the code must be who asked for it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A new verifier: 256 random bits, in the 43 characters that section 4.1 suggests.
pub fn verifier() -> Zeroizing<String> {
    let bytes = Zeroizing::new(rand::random::<[u8; 32]>());
    Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(*bytes))
}

/// What the authorization server is told of the verifier beforehand, by the method S256 (section 4.2).
pub fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_example_of_the_standard() {
        let challenge = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn verifiers_differ_and_have_the_length_of_the_standard() {
        let (one, other) = (verifier(), verifier());
        assert_ne!(one, other);
        assert!((43..=128).contains(&one.len()));
    }
}
