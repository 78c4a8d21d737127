//! Who is connected to this process and hears which channel. Nothing here waits: whoever asks the database does so before
//! and afterwards.

mod access;
mod feeds;
mod members;
mod speaking;

pub use feeds::{Audience, Delivery, Join, Joined, Opening};
pub use members::{Member, Part};
pub use speaking::Speaker;

use crate::{ChannelName, Close, Feed, Outbox, SocketId, frame::Refusal, limits, position::Who};
use domain::TenantId;
use feeds::FeedState;
use members::Channel;
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;

/// The connections of this process.
#[derive(Debug, Default)]
pub struct Hub(Mutex<Registry>);

#[derive(Debug, Default)]
struct Registry {
    sockets: HashMap<SocketId, Socket>,
    tenants: HashMap<TenantId, Tenant>,
    /// The process ends: nobody is taken in any more.
    closed: bool,
}

#[derive(Debug)]
struct Socket {
    tenant: TenantId,
    outbox: Outbox,
    /// In whose name it hears what it hears, once it has shown that.
    who: Option<Who>,
    /// As whom it has signed in, as the protocol calls that.
    signed_in: Option<String>,
    channels: HashSet<ChannelName>,
    /// When its client last said anything.
    heard: Instant,
}

#[derive(Debug, Default)]
struct Tenant {
    channels: HashMap<ChannelName, Channel>,
    feeds: HashMap<Feed, FeedState>,
    sockets: usize,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Registry> {
        // Every step leaves the maps valid, also one in which something else panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a connection in, unless there are `most` already.
    pub fn connect(&self, id: SocketId, tenant: TenantId, outbox: Outbox, most: usize) -> Result<(), Close> {
        let mut registry = self.lock();
        if registry.closed {
            return Err(Close::Reconnect);
        }
        if registry.sockets.len() >= most {
            return Err(Close::OverQuota);
        }
        registry.tenants.entry(tenant).or_default().sockets += 1;
        let socket =
            Socket { tenant, outbox, who: None, signed_in: None, channels: HashSet::new(), heard: Instant::now() };
        registry.sockets.insert(id, socket);
        Ok(())
    }

    /// Forgets a connection. Returns the parts that ended with it: nobody else of this process is the same member of the
    /// same channel.
    pub fn disconnect(&self, id: SocketId) -> Vec<Part> {
        let mut registry = self.lock();
        let Some(socket) = registry.sockets.remove(&id) else { return Vec::new() };
        let Some(tenant) = registry.tenants.get_mut(&socket.tenant) else { return Vec::new() };
        let left = socket.channels.iter().filter_map(|channel| tenant.remove(id, channel)).collect();
        tenant.sockets -= 1;
        registry.forget_if_idle(socket.tenant);
        left
    }

    /// Lets a connection hear a channel no longer.
    pub fn leave(&self, id: SocketId, channel: &ChannelName) -> Option<Part> {
        let mut registry = self.lock();
        let socket = registry.sockets.get_mut(&id)?;
        socket.channels.remove(channel);
        let tenant = socket.tenant;
        registry.tenants.get_mut(&tenant)?.remove(id, channel)
    }

    /// Whether a connection may hear one more channel, in this person's name if in anybody's.
    pub fn may_join(&self, id: SocketId, who: Option<Who>) -> Result<(), Refusal> {
        match self.lock().sockets.get(&id) {
            Some(socket) => socket.may_join(who),
            None => Err(Refusal::Unavailable),
        }
    }

    /// The client of a connection has said something.
    pub fn heard(&self, id: SocketId) {
        if let Some(socket) = self.lock().sockets.get_mut(&id) {
            socket.heard = Instant::now();
        }
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.lock().sockets.len()
    }

    /// Takes nobody in any more, and asks everybody to connect elsewhere.
    pub fn close(&self) {
        let mut registry = self.lock();
        registry.closed = true;
        for socket in registry.sockets.values() {
            socket.outbox.end(Close::Reconnect);
        }
    }
}

impl Registry {
    fn forget_if_idle(&mut self, tenant: TenantId) {
        if self.tenants.get(&tenant).is_some_and(|tenant| tenant.sockets == 0 && tenant.feeds.is_empty()) {
            self.tenants.remove(&tenant);
        }
    }
}

impl Socket {
    fn may_join(&self, who: Option<Who>) -> Result<(), Refusal> {
        if self.channels.len() >= limits::SUBSCRIPTIONS {
            return Err(Refusal::TooManyChannels);
        }
        match (self.who, who) {
            (Some(known), Some(who)) if known.user != who.user => Err(Refusal::OtherPerson),
            _ => Ok(()),
        }
    }
}

impl Tenant {
    /// Takes a connection out of a channel.
    fn remove(&mut self, id: SocketId, name: &ChannelName) -> Option<Part> {
        let channel = self.channels.get_mut(name)?;
        let subscriber = channel.subscribers.remove(&id)?;
        let part = part_of(name, subscriber.member).filter(|part| !channel.has_part(&part.member));
        let empty = channel.subscribers.is_empty();
        if empty {
            self.channels.remove(name);
        }
        if let Some(feed) = name.ours().and_then(crate::Ours::feed) {
            self.stop_hearing(feed);
        }
        part
    }
}

/// What other processes have to know of a subscription: the member of a presence channel, and of the tenant's own channels
/// that somebody hears them.
fn part_of(name: &ChannelName, member: Option<Member>) -> Option<Part> {
    let nobody = || (!name.is_reserved()).then(String::new);
    let member = member.map(|member| member.id).or_else(nobody)?;
    Some(Part { channel: name.clone(), member })
}

#[cfg(test)]
mod tests;
