//! Sealing and opening the secrets of endpoints, and what is shown of secrets: whether they are set.

use crate::problem::Problem;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, EndpointId, TenantId};
use serde::Serialize;
use std::collections::BTreeMap;
use store::secrets::{SealedSecret, connection_owner, endpoint_owner};
use vault::{Keyring, Place, Plaintext, Sealed};

/// What is shown of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ShownSecret {
    /// Whether it has a value.
    set: bool,
    /// When it was last set.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<DateTime<Utc>>,
}

/// What is shown of the secrets that a schema has.
pub fn shown<'a>(names: impl Iterator<Item = &'a str>, stored: &[SealedSecret]) -> BTreeMap<String, ShownSecret> {
    let show = |name: &str| {
        let updated_at = stored.iter().find(|secret| secret.name == name).map(|secret| secret.updated_at);
        ShownSecret { set: updated_at.is_some(), updated_at }
    };
    names.map(|name| (name.to_owned(), show(name))).collect()
}

/// Seals a secret of a connection.
pub fn seal_for_connection(
    keyring: &Keyring,
    tenant: TenantId,
    connection: ConnectionId,
    name: &str,
    value: &str,
) -> Vec<u8> {
    let owner = connection_owner(connection);
    let place = Place { tenant: Some(tenant.0), owner: &owner, name };
    keyring.seal(&place, value.as_bytes()).as_bytes().to_vec()
}

/// Seals a secret of an endpoint; `tenant` is `None` for a shared one.
pub fn seal_for_endpoint(
    keyring: &Keyring,
    tenant: Option<TenantId>,
    endpoint: EndpointId,
    name: &str,
    value: &str,
) -> Vec<u8> {
    let owner = endpoint_owner(endpoint);
    let place = Place { tenant: tenant.map(|tenant| tenant.0), owner: &owner, name };
    keyring.seal(&place, value.as_bytes()).as_bytes().to_vec()
}

/// Opens a secret of an endpoint.
pub fn open_for_endpoint(
    keyring: &Keyring,
    tenant: Option<TenantId>,
    endpoint: EndpointId,
    secret: &SealedSecret,
) -> Result<Plaintext, Problem> {
    let owner = endpoint_owner(endpoint);
    let place = Place { tenant: tenant.map(|tenant| tenant.0), owner: &owner, name: &secret.name };
    let sealed = Sealed::try_from(secret.sealed.clone()).map_err(Problem::internal)?;
    keyring.open(&place, &sealed).map_err(Problem::internal)
}
