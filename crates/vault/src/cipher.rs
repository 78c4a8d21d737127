//! The one cipher, with a fresh random nonce for everything it encrypts.

use crate::error::Error;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::{TryRng, rngs::SysRng};
use zeroize::Zeroizing;

/// The length of every key, in bytes.
pub(crate) const KEY: usize = 32;
/// The length of a nonce, in bytes.
pub(crate) const NONCE: usize = 24;
/// What encryption adds for the authentication, in bytes.
pub(crate) const TAG: usize = 16;

/// A key on the heap, so that no copies are left behind when its owner moves.
pub(crate) type KeyBytes = Box<Zeroizing<[u8; KEY]>>;

/// A new random key.
#[expect(clippy::unnecessary_box_returns, reason = "the box is what keeps copies off the stack")]
pub(crate) fn random_key() -> KeyBytes {
    let mut key = KeyBytes::default();
    fill(&mut **key);
    key
}

/// The bytes as a key, if they are as many as a key has.
pub(crate) fn key_from(bytes: &[u8]) -> Option<KeyBytes> {
    let mut key = KeyBytes::default();
    let fits = bytes.len() == KEY;
    fits.then(|| {
        key.copy_from_slice(bytes);
        key
    })
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

fn fill(bytes: &mut [u8]) {
    SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
}

/// Appends nonce, ciphertext and tag to `out`. What `bound` says must be said again to decrypt.
pub(crate) fn encrypt(key: &KeyBytes, bound: &[u8], plaintext: &[u8], out: &mut Vec<u8>) {
    let nonce: [u8; NONCE] = random();
    let encrypted = XChaCha20Poly1305::new((&***key).into())
        .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: bound })
        .expect("a secret is far shorter than the 256 GiB that the cipher takes");
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&encrypted);
}

/// Decrypts what `encrypt` appended.
pub(crate) fn decrypt(key: &KeyBytes, bound: &[u8], encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (nonce, ciphertext) = encrypted.split_first_chunk::<NONCE>().ok_or(Error::Incomplete)?;
    XChaCha20Poly1305::new((&***key).into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: bound })
        .map(Zeroizing::new)
        .map_err(|_| Error::Tampered)
}
