//! What is in no log: events of clients and of a tenant's own servers.

use super::Hub;
use crate::{ChannelName, SocketId, frame::Frame};
use domain::TenantId;

/// Somebody who may speak in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// As whom others know them, in a presence channel.
    pub member: Option<String>,
}

impl Hub {
    /// Whether a connection hears the channel, and as whom: nobody speaks where they do not listen.
    pub fn speaker(&self, id: SocketId, channel: &ChannelName) -> Option<Speaker> {
        let registry = self.lock();
        let tenant = registry.tenants.get(&registry.sockets.get(&id)?.tenant)?;
        let subscriber = tenant.channels.get(channel)?.subscribers.get(&id)?;
        Some(Speaker { member: subscriber.member.as_ref().map(|member| member.id.clone()) })
    }

    /// Tells everybody who hears a channel, but for the connection that it comes from.
    pub fn tell(&self, tenant: TenantId, channel: &ChannelName, frame: &Frame, except: Option<SocketId>) {
        let registry = self.lock();
        let channel = registry.tenants.get(&tenant).and_then(|tenant| tenant.channels.get(channel));
        for (id, subscriber) in channel.into_iter().flat_map(|channel| &channel.subscribers) {
            if Some(*id) != except {
                subscriber.outbox.tell(frame.clone(), None);
            }
        }
    }

    /// Notes as whom a connection has signed in.
    pub fn sign_in(&self, id: SocketId, as_whom: &str) {
        if let Some(socket) = self.lock().sockets.get_mut(&id) {
            socket.signed_in = Some(as_whom.to_owned());
        }
    }

    /// As whom a connection has signed in.
    pub fn signed_in(&self, id: SocketId) -> Option<String> {
        self.lock().sockets.get(&id)?.signed_in.clone()
    }
}
