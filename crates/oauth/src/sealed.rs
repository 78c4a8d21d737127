//! Secrets of connections and endpoints as they lie in the database, opened to texts.

use crate::Error;
use domain::{ConnectionId, TenantId};
use store::secrets::connection_owner;
use vault::{Keyring, Place, Sealed};
use zeroize::Zeroizing;

/// Seals a text for a connection.
pub fn seal(keyring: &Keyring, tenant: TenantId, connection: ConnectionId, name: &str, text: &str) -> Vec<u8> {
    let owner = connection_owner(connection);
    let place = Place { tenant: Some(tenant.0), owner: &owner, name };
    keyring.seal(&place, text.as_bytes()).as_bytes().to_vec()
}

/// Opens a text that was sealed for a connection.
pub fn open(
    keyring: &Keyring,
    tenant: TenantId,
    connection: ConnectionId,
    name: &str,
    sealed: Vec<u8>,
) -> Result<Zeroizing<String>, Error> {
    let owner = connection_owner(connection);
    open_at(keyring, Place { tenant: Some(tenant.0), owner: &owner, name }, sealed)
}

/// Opens a text that was sealed for this place.
pub fn open_at(keyring: &Keyring, place: Place<'_>, sealed: Vec<u8>) -> Result<Zeroizing<String>, Error> {
    let failed = |source| Error::Sealed { what: format!("secret `{}`", place.name), source };
    let plain = Sealed::try_from(sealed).and_then(|sealed| keyring.open(&place, &sealed)).map_err(failed)?;
    // Only texts are sealed for connections and endpoints; what is none was not sealed by us.
    let text = plain.expose_str().map_err(|_| failed(vault::Error::Tampered))?;
    Ok(Zeroizing::new(text.to_owned()))
}
