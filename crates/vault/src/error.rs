//! Why something does not open.

use crate::data_key::KeyId;

/// Why a sealed secret or a wrapped key does not open. Says nothing about what is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Made by a newer version of the product, or not by it at all.
    #[error("version {0} is not supported")]
    UnsupportedVersion(u8),
    /// Too short to be anything.
    #[error("these bytes are incomplete")]
    Incomplete,
    /// Sealed with a data key that the keyring does not have.
    #[error("the data key {0} is not known")]
    UnknownKey(KeyId),
    /// Wrapped with another master key.
    #[error("the data key is wrapped with another master key")]
    WrongMasterKey,
    /// Changed, or moved to another place, since it was made; or a key is not the one it claims.
    #[error("the bytes were changed or belong elsewhere")]
    Tampered,
}
