//! The secrets of a connection, opened for one call.

use domain::{ConnectionId, TenantId};
use plugin_host::CallSecrets;
use std::collections::BTreeMap;
use vault::{Keyring, Place, Sealed};
use zeroize::Zeroizing;

/// Why secrets could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One of them cannot be opened with the keys there are.
    #[error("the secret `{name}` of the connection cannot be opened: {source}")]
    Sealed {
        /// Which.
        name: String,
        /// Why.
        source: vault::Error,
    },
    /// One of them is no text.
    #[error("the secret `{0}` of the connection is no text")]
    NoText(String),
}

/// Opens the secrets of a connection, given by name and sealed value.
pub fn open(
    keyring: &Keyring,
    tenant: TenantId,
    connection: ConnectionId,
    sealed: Vec<(String, Vec<u8>)>,
) -> Result<CallSecrets, Error> {
    let owner = store::secrets::connection_owner(connection);
    let mut opened = BTreeMap::new();
    for (name, sealed) in sealed {
        let place = Place { tenant: Some(tenant.0), owner: &owner, name: &name };
        let plain = Sealed::try_from(sealed)
            .and_then(|sealed| keyring.open(&place, &sealed))
            .map_err(|source| Error::Sealed { name: name.clone(), source })?;
        let text = plain.expose_str().map_err(|_| Error::NoText(name.clone()))?;
        let text = Zeroizing::new(text.to_owned());
        opened.insert(name, text);
    }
    Ok(CallSecrets::new(opened))
}
