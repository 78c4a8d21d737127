//! The data keys in use: one that seals, and older ones that still open.

use crate::{
    data_key::{DataKey, KeyId, WrappedKey},
    error::Error,
    master::MasterKey,
    plaintext::Plaintext,
    sealed::{Place, Sealed},
};

/// The current data key and older ones.
#[derive(Clone, Debug)]
pub struct Keyring {
    current: DataKey,
    older: Vec<DataKey>,
}

impl Keyring {
    /// A keyring with a single key.
    pub fn new(current: DataKey) -> Self {
        Self { current, older: Vec::new() }
    }

    /// The keyring of an installation, from its stored keys.
    pub fn unwrap<'a>(
        master: &MasterKey,
        current: &WrappedKey,
        older: impl IntoIterator<Item = &'a WrappedKey>,
    ) -> Result<Self, Error> {
        let older = older.into_iter().map(|key| key.unwrap(master)).collect::<Result<_, _>>()?;
        Ok(Self { current: current.unwrap(master)?, older })
    }

    /// Makes this the current key; the one before still opens what it sealed.
    pub fn rotate(&mut self, current: DataKey) {
        self.older.push(std::mem::replace(&mut self.current, current));
    }

    /// The key that seals.
    pub fn current(&self) -> &DataKey {
        &self.current
    }

    fn find(&self, id: KeyId) -> Result<&DataKey, Error> {
        std::iter::once(&self.current).chain(&self.older).find(|key| key.id() == id).ok_or(Error::UnknownKey(id))
    }

    /// Seals a secret with the current key.
    pub fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Sealed {
        Sealed::seal(&self.current, place, plaintext)
    }

    /// Opens a secret with the key it was sealed with.
    pub fn open(&self, place: &Place<'_>, sealed: &Sealed) -> Result<Plaintext, Error> {
        sealed.open(self.find(sealed.key_id())?, place)
    }

    /// Whether the secret is sealed with the current key, so that a rotation can leave it.
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        sealed.key_id() == self.current.id()
    }

    /// The same secret, sealed with the current key.
    pub fn reseal(&self, place: &Place<'_>, sealed: &Sealed) -> Result<Sealed, Error> {
        Ok(self.seal(place, self.open(place, sealed)?.expose()))
    }
}
