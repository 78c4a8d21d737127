//! Secrets at rest: envelope encryption, and the rotation of its keys.
//!
//! A secret is sealed with a *data key*; data keys are wrapped with the *master key*, which alone
//! lies outside the database. So the master key can be changed by wrapping a few data keys again,
//! and a data key by sealing its secrets again, one row at a time, while the old one still opens
//! the others. This crate is the cryptography only: it knows no database.
//!
//! Every secret is bound to its [`Place`] (tenant, owner, name): copied to another row, it does not
//! open. The cipher is XChaCha20-Poly1305, whose nonces are long enough to be drawn at random for
//! any number of secrets.
//!
//! ```
//! use signalbox_vault::{DataKey, Keyring, MasterKey, Place};
//!
//! let master = MasterKey::generate();
//! let wrapped = DataKey::generate().wrap(&master); // lies in the database
//!
//! let keyring = Keyring::new(wrapped.unwrap(&master)?);
//! let place = Place { tenant: None, owner: "connection:1", name: "access_token" };
//! let sealed = keyring.seal(&place, b"EAAB..."); // lies in the database
//! assert_eq!(keyring.open(&place, &sealed)?.expose(), b"EAAB...");
//!
//! // The data key is rotated: what it sealed still opens, until it is sealed again.
//! keyring.rotate(DataKey::generate());
//! assert!(!keyring.is_current(&sealed));
//! let sealed = keyring.reseal(&place, &sealed)?;
//! assert!(keyring.is_current(&sealed));
//!
//! // The master key is rotated: secrets do not change.
//! let wrapped = wrapped.rewrap(&master, &MasterKey::generate())?;
//! # Ok::<(), signalbox_vault::Error>(())
//! ```
//!
//! - [`master`]: the master key, from the environment or its file
//! - [`data_key`]: data keys, wrapped and not
//! - [`sealed`]: secrets as they lie in the database, and where
//! - [`keyring`]: the data keys that are in use
//! - [`plaintext`]: secrets as they are used
//! - [`tenant_token`]: secrets that are shown, and of which the database has the hash

#![deny(clippy::disallowed_methods)]

mod cipher;
pub mod data_key;
mod error;
pub mod keyring;
pub mod master;
pub mod plaintext;
pub mod sealed;
pub mod tenant_token;

pub use data_key::{DataKey, KeyId, WrappedKey};
pub use error::Error;
pub use keyring::Keyring;
pub use master::{MasterKey, MasterKeyError};
pub use plaintext::Plaintext;
pub use sealed::{Place, Sealed};
pub use tenant_token::TenantToken;
