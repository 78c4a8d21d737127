//! People who may no longer hear what they hear.

use super::{Hub, Part};
use crate::{ChannelName, Close, Ours, frame, position::Who};
use domain::{TenantId, UserId};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

impl Hub {
    /// In whose names something is heard, of a tenant.
    pub fn people(&self, tenant: TenantId) -> HashSet<Who> {
        let registry = self.lock();
        registry.sockets.values().filter(|socket| socket.tenant == tenant).filter_map(|socket| socket.who).collect()
    }

    /// In whose names a channel is heard.
    pub fn hearers(&self, tenant: TenantId, channel: &ChannelName) -> HashSet<Who> {
        let registry = self.lock();
        let channel = registry.tenants.get(&tenant).and_then(|tenant| tenant.channels.get(channel));
        let subscribers = channel.into_iter().flat_map(|channel| channel.subscribers.values());
        subscribers.filter_map(|subscriber| subscriber.who).collect()
    }

    /// Who has the inbox open, and how long ago their clients were last heard of.
    pub fn heard_from(&self, tenant: TenantId) -> HashMap<UserId, Duration> {
        let registry = self.lock();
        let inbox = Ours::Inbox.name();
        let mut latest: HashMap<UserId, Duration> = HashMap::new();
        for socket in registry.sockets.values().filter(|socket| socket.tenant == tenant) {
            if let Some(who) = socket.who.filter(|_| socket.channels.contains(&inbox)) {
                let ago = socket.heard.elapsed();
                latest.entry(who.user).and_modify(|known| *known = ago.min(*known)).or_insert(ago);
            }
        }
        latest
    }

    /// The channels of a tenant that this person hears.
    pub fn heard_by(&self, tenant: TenantId, user: UserId) -> HashSet<ChannelName> {
        let registry = self.lock();
        let channels = registry.tenants.get(&tenant).into_iter().flat_map(|tenant| &tenant.channels);
        let hears = |subscriber: &super::members::Subscriber| subscriber.who.is_some_and(|who| who.user == user);
        channels.filter(|(_, channel)| channel.subscribers.values().any(hears)).map(|(name, _)| name.clone()).collect()
    }

    /// Ends the connections of those who are nobody any more.
    pub fn end(&self, tenant: TenantId, gone: &HashSet<Who>) {
        let registry = self.lock();
        for socket in registry.sockets.values().filter(|socket| socket.tenant == tenant) {
            if socket.who.is_some_and(|who| gone.contains(&who)) {
                socket.outbox.end(Close::Unauthorised);
            }
        }
    }

    /// Lets these hear a channel no longer, and tells them so.
    pub fn expel(&self, tenant: TenantId, name: &ChannelName, people: &HashSet<Who>) -> Vec<Part> {
        let mut registry = self.lock();
        let registry = &mut *registry;
        let Some(tenant) = registry.tenants.get_mut(&tenant) else { return Vec::new() };
        let Some(channel) = tenant.channels.get(name) else { return Vec::new() };
        let expelled = |who: Option<Who>| who.is_some_and(|who| people.contains(&who));
        let ids: Vec<_> =
            channel.subscribers.iter().filter(|(_, subscriber)| expelled(subscriber.who)).map(|(id, _)| *id).collect();
        let mut parts = Vec::new();
        for id in ids {
            if let Some(socket) = registry.sockets.get_mut(&id) {
                socket.channels.remove(name);
                socket.outbox.tell(frame::unsubscribed(name), None);
            }
            parts.extend(tenant.remove(id, name));
        }
        parts
    }
}
