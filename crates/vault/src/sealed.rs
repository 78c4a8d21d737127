//! A secret as it lies in the database, and the place it is bound to.

use crate::{
    cipher::{self, NONCE, TAG},
    data_key::{DataKey, KeyId},
    error::Error,
    plaintext::Plaintext,
};
use std::fmt;
use uuid::Uuid;

/// The version of the sealed form: version, id of the data key, nonce, ciphertext, tag.
const VERSION: u8 = 1;
/// What tells a sealed secret from everything else that is encrypted.
const PURPOSE: &[u8] = b"signalbox secret";
/// Version and data key id.
const HEADER: usize = 1 + 16;

/// Where a secret belongs. It is not stored with the secret: whoever opens it says it again, from
/// the row that was read, so that a secret copied to another row does not open there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The tenant, or none for secrets of the installation.
    pub tenant: Option<Uuid>,
    /// Whose it is, such as `connection:` and an id.
    pub owner: &'a str,
    /// What it is called there.
    pub name: &'a str,
}

impl Place<'_> {
    /// Header and place with their lengths, so that no two places read the same.
    fn bind(&self, header: &[u8]) -> Vec<u8> {
        let tenant = self.tenant.as_ref().map_or(&[][..], |tenant| tenant.as_bytes());
        let mut bound = [PURPOSE, header].concat();
        for part in [tenant, self.owner.as_bytes(), self.name.as_bytes()] {
            bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bound.extend_from_slice(part);
        }
        bound
    }
}

/// A sealed secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Seals a secret with this key, for this place.
    pub fn seal(key: &DataKey, place: &Place<'_>, plaintext: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + NONCE + plaintext.len() + TAG);
        bytes.push(VERSION);
        bytes.extend_from_slice(key.id().0.as_bytes());
        let bound = place.bind(&bytes);
        cipher::encrypt(&key.bytes, &bound, plaintext, &mut bytes);
        Self(bytes)
    }

    /// Opens the secret with this key, in this place.
    pub fn open(&self, key: &DataKey, place: &Place<'_>) -> Result<Plaintext, Error> {
        if key.id() != self.key_id() {
            return Err(Error::UnknownKey(self.key_id()));
        }
        let (header, encrypted) = self.0.split_at(HEADER);
        cipher::decrypt(&key.bytes, &place.bind(header), encrypted).map(Plaintext::from)
    }

    /// The data key it was sealed with.
    pub fn key_id(&self) -> KeyId {
        let id = self.0[1..HEADER].try_into().expect("a sealed secret has a whole header");
        KeyId(Uuid::from_bytes(id))
    }

    /// What to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What was stored, checked for its version and least length.
impl TryFrom<Vec<u8>> for Sealed {
    type Error = Error;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Error> {
        match bytes.first() {
            None => Err(Error::Incomplete),
            Some(&VERSION) if bytes.len() < HEADER + NONCE + TAG => Err(Error::Incomplete),
            Some(&VERSION) => Ok(Self(bytes)),
            Some(version) => Err(Error::UnsupportedVersion(*version)),
        }
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes under {})", self.0.len(), self.key_id())
    }
}
