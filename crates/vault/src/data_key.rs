//! Data keys: what secrets are sealed with, and how they lie in the database themselves.

use crate::{
    cipher::{self, KEY, KeyBytes, NONCE, TAG},
    error::Error,
    master::{self, MasterKey},
};
use std::fmt;
use uuid::{Builder, Uuid};

/// The version of the wrapped form: version, id of the master key, nonce, ciphertext, tag.
const VERSION: u8 = 1;
/// What tells a wrapped key from everything else that is encrypted.
const PURPOSE: &[u8] = b"signalbox data key";
/// Version and master key id.
const HEADER: usize = 1 + master::ID;

/// The id of a data key; not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub Uuid);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key that secrets are sealed with.
#[derive(Clone)]
pub struct DataKey {
    id: KeyId,
    pub(crate) bytes: KeyBytes,
}

impl DataKey {
    /// A new random key with a new id.
    pub fn generate() -> Self {
        let id = KeyId(Builder::from_random_bytes(cipher::random()).into_uuid());
        Self { id, bytes: cipher::random_key() }
    }

    /// Its id, which every secret sealed with it carries.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The key in the form in which it may lie in the database.
    pub fn wrap(&self, master: &MasterKey) -> WrappedKey {
        let mut bytes = Vec::with_capacity(HEADER + NONCE + KEY + TAG);
        bytes.push(VERSION);
        bytes.extend_from_slice(&master.id());
        let bound = bound(&bytes, self.id);
        cipher::encrypt(&master.bytes, &bound, &**self.bytes, &mut bytes);
        WrappedKey { id: self.id, bytes }
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({}, [redacted])", self.id)
    }
}

/// A data key as it lies in the database: its id, and bytes that only the master key opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// The id of the data key.
    pub id: KeyId,
    /// The wrapped key.
    pub bytes: Vec<u8>,
}

impl WrappedKey {
    /// The data key.
    pub fn unwrap(&self, master: &MasterKey) -> Result<DataKey, Error> {
        let (header, encrypted) = self.split()?;
        if header[1..] != master.id() {
            return Err(Error::WrongMasterKey);
        }
        let key = cipher::decrypt(&master.bytes, &bound(header, self.id), encrypted)?;
        let bytes = cipher::key_from(&key).ok_or(Error::Incomplete)?;
        Ok(DataKey { id: self.id, bytes })
    }

    /// Whether this master key opens it, as far as its label says; what to look for while the
    /// master key is being rotated.
    pub fn is_under(&self, master: &MasterKey) -> bool {
        self.split().is_ok_and(|(header, _)| header[1..] == master.id())
    }

    /// The same data key, wrapped with another master key.
    pub fn rewrap(&self, from: &MasterKey, to: &MasterKey) -> Result<Self, Error> {
        Ok(self.unwrap(from)?.wrap(to))
    }

    fn split(&self) -> Result<(&[u8; HEADER], &[u8]), Error> {
        match self.bytes.first() {
            None => Err(Error::Incomplete),
            Some(&VERSION) => self.bytes.split_first_chunk().ok_or(Error::Incomplete),
            Some(version) => Err(Error::UnsupportedVersion(*version)),
        }
    }
}

/// What a wrapped key is bound to: its purpose, header and id.
fn bound(header: &[u8], id: KeyId) -> Vec<u8> {
    [PURPOSE, header, id.0.as_bytes()].concat()
}
