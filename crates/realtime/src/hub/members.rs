//! Who is in a presence channel, as those who hear it have been told.

use super::Hub;
use crate::{
    ChannelName, Outbox, SocketId,
    frame::{self, Members},
    position::Who,
};
use domain::TenantId;
use serde_json::Value;
use std::collections::HashMap;

/// Somebody in a presence channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Their id; of our channels the person's.
    pub id: String,
    /// What others are shown of them.
    pub info: Value,
}

/// Somebody's part in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The channel.
    pub channel: ChannelName,
    /// The member's id; of channels without members nothing.
    pub member: String,
}

#[derive(Debug, Default)]
pub(super) struct Channel {
    pub(super) subscribers: HashMap<SocketId, Subscriber>,
    /// Who is in it, of all processes, as its subscribers have been told.
    pub(super) members: Members,
}

#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) who: Option<Who>,
    pub(super) member: Option<Member>,
    /// The number of the last event that it was told.
    pub(super) after: i64,
    pub(super) outbox: Outbox,
}

impl Channel {
    pub(super) fn has_part(&self, id: &str) -> bool {
        if id.is_empty() {
            return !self.subscribers.is_empty();
        }
        self.subscribers.values().any(|subscriber| subscriber.member.as_ref().is_some_and(|member| member.id == id))
    }

    pub(super) fn tell(&self, frame: &frame::Frame) {
        for subscriber in self.subscribers.values() {
            subscriber.outbox.tell(frame.clone(), None);
        }
    }

    /// Tells what differs from what was told, but for what is shown of somebody: that is told by events of its own.
    pub(super) fn meet(&mut self, name: &ChannelName, now: Members) {
        for id in self.members.keys().filter(|id| !now.contains_key(*id)) {
            self.tell(&frame::member_removed(name, id));
        }
        for (id, info) in now.iter().filter(|(id, _)| !self.members.contains_key(*id)) {
            self.tell(&frame::member_added(name, id, info));
        }
        self.members = now;
    }
}

impl Hub {
    /// Whether a part in a channel is played by a connection to this process.
    pub fn has_part(&self, tenant: TenantId, part: &Part) -> bool {
        let registry = self.lock();
        let channel = registry.tenants.get(&tenant).and_then(|tenant| tenant.channels.get(&part.channel));
        channel.is_some_and(|channel| channel.has_part(&part.member))
    }

    /// Tells those who hear a presence channel who came and who went since they were last told.
    pub fn meet(&self, tenant: TenantId, name: &ChannelName, now: Members) {
        let mut registry = self.lock();
        let channel = registry.tenants.get_mut(&tenant).and_then(|tenant| tenant.channels.get_mut(name));
        if let Some(channel) = channel {
            channel.meet(name, now);
        }
    }

    /// The presence channels of a tenant that are heard here.
    pub fn presence_channels(&self, tenant: TenantId) -> Vec<ChannelName> {
        let registry = self.lock();
        let channels = registry.tenants.get(&tenant).into_iter().flat_map(|tenant| tenant.channels.keys());
        channels.filter(|name| name.guard() == crate::channel::Guard::Presence).cloned().collect()
    }

    /// Whether somebody hears the channel here.
    pub fn is_heard(&self, tenant: TenantId, name: &ChannelName) -> bool {
        self.lock().tenants.get(&tenant).is_some_and(|tenant| tenant.channels.contains_key(name))
    }
}
