//! The master key: the one secret that lies outside the database.

mod file;

use crate::cipher::{self, KeyBytes};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::{
    fmt, io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The length of a master key's id, in bytes.
pub(crate) const ID: usize = 8;

/// The key that data keys are wrapped with.
#[derive(Clone)]
pub struct MasterKey {
    pub(crate) bytes: KeyBytes,
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// Not base64, or not of 32 bytes.
    #[error("a master key is 32 bytes in base64, such as `openssl rand -base64 32` prints")]
    NotAKey,
    /// The file's content is not a key.
    #[error("{}: not a master key: 32 bytes in base64 were expected", path.display())]
    NotAKeyFile {
        /// The file.
        path: PathBuf,
    },
    /// Others than the owner can read or change the file.
    #[error(
        "{}: others than its owner can use this file (mode {mode:04o}); run `chmod 600 {}`",
        path.display(), path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file could not be read or made.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
}

impl MasterKey {
    /// A new random key.
    pub fn generate() -> Self {
        Self { bytes: cipher::random_key() }
    }

    /// The key from a setting: 32 bytes in base64, with padding.
    pub fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let decoded = STANDARD.decode(text).map(Zeroizing::new).ok();
        let bytes = decoded.and_then(|decoded| cipher::key_from(&decoded));
        Ok(Self { bytes: bytes.ok_or(MasterKeyError::NotAKey)? })
    }

    /// The key as a setting, for whoever moves an installation.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(**self.bytes))
    }

    /// The key in this file. A file that group or others can use is refused.
    pub fn load(path: &Path) -> Result<Self, MasterKeyError> {
        file::load(path)
    }

    /// The key in this file, which is made if it does not exist: with mode 0600, whole or not at
    /// all, and never in place of another. The folder must exist.
    pub fn load_or_create(path: &Path) -> Result<Self, MasterKeyError> {
        file::load_or_create(path)
    }

    /// A label that tells master keys apart without saying anything about them.
    pub(crate) fn id(&self) -> [u8; ID] {
        let digest = Sha256::new_with_prefix(b"signalbox master key id").chain_update(**self.bytes);
        *digest.finalize().first_chunk().expect("a SHA-256 digest has 32 bytes")
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}, [redacted])", hex::encode(self.id()))
    }
}
