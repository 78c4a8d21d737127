//! The data keys in use: one that seals, and others that only open.

use crate::{
    data_key::{DataKey, KeyId, WrappedKey},
    error::Error,
    master::MasterKey,
    plaintext::Plaintext,
    sealed::{Place, Sealed},
};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// The current data key and others. Shared by everything in a process, which learns of new keys while it runs.
#[derive(Debug)]
pub struct Keyring(RwLock<Keys>);

#[derive(Clone, Debug)]
struct Keys {
    current: DataKey,
    others: Vec<DataKey>,
}

impl Keyring {
    /// A keyring with a single key.
    pub fn new(current: DataKey) -> Self {
        Self(RwLock::new(Keys { current, others: Vec::new() }))
    }

    /// The keyring of an installation, from its stored keys.
    pub fn unwrap<'a>(
        master: &MasterKey,
        current: &WrappedKey,
        others: impl IntoIterator<Item = &'a WrappedKey>,
    ) -> Result<Self, Error> {
        let others = others.into_iter().map(|key| key.unwrap(master)).collect::<Result<_, _>>()?;
        Ok(Self(RwLock::new(Keys { current: current.unwrap(master)?, others })))
    }

    /// Makes this the current key; the one before still opens what it sealed.
    pub fn rotate(&self, current: DataKey) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut keys.current, current);
        keys.others.push(before);
    }

    /// Takes the keys of another keyring in place of its own.
    pub fn adopt(&self, other: Self) {
        let other = other.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = other;
    }

    /// The key that seals.
    pub fn current(&self) -> DataKey {
        self.keys().current.clone()
    }

    /// The ids of all keys, the one that seals first.
    pub fn ids(&self) -> Vec<KeyId> {
        let keys = self.keys();
        std::iter::once(&keys.current).chain(&keys.others).map(DataKey::id).collect()
    }

    /// Seals a secret with the current key.
    pub fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Sealed {
        Sealed::seal(&self.keys().current, place, plaintext)
    }

    /// Opens a secret with the key it was sealed with.
    pub fn open(&self, place: &Place<'_>, sealed: &Sealed) -> Result<Plaintext, Error> {
        sealed.open(self.keys().find(sealed.key_id())?, place)
    }

    /// Whether the secret is sealed with the current key, so that a rotation can leave it.
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        sealed.key_id() == self.keys().current.id()
    }

    /// The same secret, sealed with the current key.
    pub fn reseal(&self, place: &Place<'_>, sealed: &Sealed) -> Result<Sealed, Error> {
        Ok(self.seal(place, self.open(place, sealed)?.expose()))
    }

    fn keys(&self) -> RwLockReadGuard<'_, Keys> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keys {
    fn find(&self, id: KeyId) -> Result<&DataKey, Error> {
        std::iter::once(&self.current).chain(&self.others).find(|key| key.id() == id).ok_or(Error::UnknownKey(id))
    }
}
