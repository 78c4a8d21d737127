//! What the rest of the product calls: who keeps the tokens of connections.

mod access;
mod authorization;
mod keeping;
mod renewal;

pub use authorization::{Authorization, Begun, BrowserPass, Unredeemed};

use crate::Error;
use domain::{ConnectionId, TenantId, connection::ConnectionStatus};
use egress::Egress;
use inbox::{Cause, Inbox, Transaction};
use manifest::{Manifest, Oauth};
use std::{fmt, sync::Arc};
use store::{connections::Connection, oauth};
use vault::Keyring;
use zeroize::Zeroizing;

/// Obtains, keeps and renews the tokens of connections. Cheap to clone; any number of processes may have one.
#[derive(Clone)]
pub struct Keeper {
    inbox: Inbox,
    egress: Egress,
    keyring: Arc<Keyring>,
}

/// Whose tokens: a connection, with what its plugin's manifest says.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Whose connection.
    pub tenant: TenantId,
    /// Which.
    pub connection: &'a Connection,
    /// The manifest of its plugin.
    pub manifest: &'a Manifest,
}

impl<'a> Subject<'a> {
    pub(crate) fn oauth(&self) -> Result<&'a Oauth, Error> {
        self.manifest.oauth.as_ref().ok_or_else(|| Error::needs_person("its plugin does not use OAuth"))
    }
}

/// An access token that is good for the length of a call.
#[derive(Clone)]
pub struct Access {
    token: Zeroizing<String>,
    rotation: i64,
}

impl Access {
    /// The token.
    pub fn token(&self) -> &Zeroizing<String> {
        &self.token
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Access({}, [redacted])", self.rotation)
    }
}

impl Keeper {
    /// Changes of connections go through `inbox`, requests through `egress`; `keyring` seals and opens tokens.
    pub fn new(inbox: Inbox, egress: Egress, keyring: Arc<Keyring>) -> Self {
        Self { inbox, egress, keyring }
    }

    /// Marks the connection as one that needs a person, unless its tokens are others by now than those with the
    /// rotation `seen`: then `None`.
    async fn mark(&self, subject: &Subject<'_>, seen: Option<i64>, why: &str) -> Result<Option<Error>, Error> {
        let id = subject.connection.id;
        let mut change = self.inbox.begin(subject.tenant, system()).await?;
        // The lock comes first: whoever authorizes the connection meanwhile waits for it, and has the last word.
        let status = oauth::lock_connection(change.conn(), id).await?;
        let current = oauth::tokens::load(change.conn(), id).await?.map(|tokens| tokens.rotation);
        if current != seen {
            return Ok(None);
        }
        park(change, id, status, why).await.map(Some)
    }
}

/// Marks a connection that is locked, and parks its jobs, unless a person has switched it off.
async fn park(
    mut change: Transaction,
    id: ConnectionId,
    status: Option<ConnectionStatus>,
    why: &str,
) -> Result<Error, Error> {
    let is_parked = matches!(status, Some(ConnectionStatus::Active | ConnectionStatus::NeedsReauth));
    if is_parked {
        change.set_connection_status(id, ConnectionStatus::NeedsReauth, Some(why)).await?;
    }
    change.commit().await?;
    Ok(Error::NeedsPerson { why: why.to_owned(), is_parked })
}

/// What happens by itself.
fn system() -> Cause {
    Cause::of(domain::event::Actor::System, None)
}
