//! What a host offers to a plugin.

use crate::http::Http;
use crate::state::State;

/// Everything a plugin can reach: HTTP, state, signatures, randomness, the clock. Functions take
/// `&impl Host`; helpers below them can ask for less, such as `&dyn Http`.
pub trait Host: Http + State + Crypto + Clock {}

impl<T: Http + State + Crypto + Clock> Host for T {}

/// What needs a secret's value or real randomness.
pub trait Crypto {
    /// HMAC (RFC 2104) of `data` under a secret that the manifest allows to sign with
    /// (`sign: true`). Fails with the reason, for people.
    fn hmac(&self, hash: Hash, secret: &str, data: &[u8]) -> Result<Vec<u8>, String>;

    /// Random bytes, at most 1024 at a time.
    fn random(&self, length: u32) -> Vec<u8>;
}

/// The hash of an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-1, 20 bytes: only where a provider asks for it.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
}

/// The host's clock.
pub trait Clock {
    /// Milliseconds since the Unix epoch. Never before the call's own
    /// [`now_ms`](crate::Context::now_ms).
    fn now_ms(&self) -> u64;
}
