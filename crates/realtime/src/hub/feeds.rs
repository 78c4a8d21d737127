//! Telling what the event log says, in its order, without a gap and without a double.
//!
//! A feed knows up to which number this process has told its events. Whoever joins has read up to some number by
//! themselves: they are taken in if that is as far as everybody else is, and otherwise read on. A feed is opened before the
//! reading begins, so that what is said meanwhile is noticed.

use super::{Hub, Socket, Tenant, members::Subscriber};
use crate::{
    ChannelName, Feed, Ours, SocketId,
    frame::{Frame, Members, Refusal},
    hub::Member,
    position::Who,
};
use domain::TenantId;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

#[derive(Debug, Default)]
pub(super) struct FeedState {
    /// Up to which number everybody has been told. `None`: nobody hears it yet.
    delivered: Option<i64>,
    /// How many are about to join.
    opening: usize,
    /// Something was said while they were about to.
    noticed: bool,
    /// How many subscriptions hang on it.
    hearers: usize,
}

/// A feed that somebody is about to join.
#[must_use]
pub struct Opening<'a> {
    hub: &'a Hub,
    tenant: TenantId,
    feed: Feed,
}

/// A wish to hear a channel, once everything about it is known.
pub struct Join<'a> {
    /// Which.
    pub channel: &'a ChannelName,
    /// In whose name.
    pub who: Option<Who>,
    /// As whom, in a presence channel.
    pub member: Option<Member>,
    /// Up to which number of its feed `first` tells.
    pub head: i64,
    /// Everybody in a presence channel, as they are known now.
    pub members: Option<Members>,
    /// What the client is told before anything else: that it hears the channel, and what it missed.
    pub first: Vec<(Frame, i64)>,
}

/// What became of the wish.
#[derive(Debug, PartialEq, Eq)]
pub enum Joined {
    /// They hear it. `read_on`: something was said meanwhile, and nobody has looked yet.
    Now {
        /// Whether the feed is to be read.
        read_on: bool,
    },
    /// Others have been told more already: read up to there, and try again.
    Behind(i64),
    /// Not to be had.
    Refused(Refusal),
    /// The connection has ended.
    Gone,
}

/// An event for a channel.
pub struct Delivery {
    /// Where.
    pub channel: ChannelName,
    /// Its number.
    pub seq: i64,
    /// Whom.
    pub audience: Audience,
    /// What.
    pub frame: Frame,
}

/// Who of those who hear a channel is told.
#[derive(Clone, Debug)]
pub enum Audience {
    /// All of them.
    Everybody,
    /// These, and not the same people by another proof: a key may allow less than its maker may do.
    People(Arc<HashSet<Who>>),
}

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        let mut registry = self.hub.lock();
        let Some(tenant) = registry.tenants.get_mut(&self.tenant) else { return };
        if let Some(state) = tenant.feeds.get_mut(&self.feed) {
            state.opening -= 1;
            state.noticed &= state.opening > 0;
        }
        tenant.forget_if_unheard(self.feed);
        registry.forget_if_idle(self.tenant);
    }
}

impl Hub {
    /// Notices from now on what is said in a feed, for somebody who is about to join.
    pub fn open(&self, tenant: TenantId, feed: Feed) -> Opening<'_> {
        let mut registry = self.lock();
        registry.tenants.entry(tenant).or_default().feeds.entry(feed).or_default().opening += 1;
        drop(registry);
        Opening { hub: self, tenant, feed }
    }

    /// Takes a connection into a channel.
    pub fn join(&self, id: SocketId, join: Join<'_>) -> Joined {
        let mut registry = self.lock();
        let registry = &mut *registry;
        let Some(socket) = registry.sockets.get_mut(&id) else { return Joined::Gone };
        if let Err(refusal) = socket.may_join(join.who) {
            return Joined::Refused(refusal);
        }
        let tenant = registry.tenants.entry(socket.tenant).or_default();
        let mut read_on = false;
        if let Some(feed) = join.channel.ours().and_then(Ours::feed) {
            let state = tenant.feeds.entry(feed).or_default();
            match state.delivered {
                Some(delivered) if delivered > join.head => return Joined::Behind(delivered),
                Some(_) => {}
                None => state.delivered = Some(join.head),
            }
            read_on = state.noticed;
            if !socket.channels.contains(join.channel) {
                state.hearers += 1;
            }
        }
        socket.who = socket.who.or(join.who);
        tenant.take_in(id, socket, join);
        Joined::Now { read_on }
    }

    /// Something was said in a feed. Whether somebody hears it here, so that it is to be read.
    pub fn notice(&self, tenant: TenantId, feed: Feed) -> bool {
        let mut registry = self.lock();
        let state = registry.tenants.get_mut(&tenant).and_then(|tenant| tenant.feeds.get_mut(&feed));
        state.is_some_and(|state| {
            state.noticed |= state.opening > 0;
            state.delivered.is_some()
        })
    }

    /// Up to where these feeds are told; of all that are heard, without `only`.
    pub fn told(&self, tenant: TenantId, only: Option<&HashSet<Feed>>) -> HashMap<Feed, i64> {
        let registry = self.lock();
        let feeds = registry.tenants.get(&tenant).into_iter().flat_map(|tenant| &tenant.feeds);
        feeds
            .filter(|(feed, _)| only.is_none_or(|only| only.contains(feed)))
            .filter_map(|(feed, state)| Some((*feed, state.delivered?)))
            .collect()
    }

    /// Tenants of which somebody is connected.
    pub fn tenants(&self) -> Vec<TenantId> {
        self.lock().tenants.keys().copied().collect()
    }

    /// Tells the events of a feed up to a number. Whoever has one of them already is not told again.
    pub fn deliver(&self, tenant: TenantId, feed: Feed, up_to: i64, deliveries: &[Delivery]) {
        let mut registry = self.lock();
        let Some(tenant) = registry.tenants.get_mut(&tenant) else { return };
        let Some(state) = tenant.feeds.get_mut(&feed) else { return };
        let Some(delivered) = state.delivered.as_mut() else { return };
        let told = *delivered;
        *delivered = up_to.max(told);
        for delivery in deliveries.iter().filter(|delivery| delivery.seq > told) {
            let Some(channel) = tenant.channels.get_mut(&delivery.channel) else { continue };
            for subscriber in channel.subscribers.values_mut() {
                if delivery.seq <= subscriber.after || !delivery.audience.has(subscriber.who) {
                    continue;
                }
                subscriber.after = delivery.seq;
                subscriber.outbox.tell(delivery.frame.clone(), Some((delivery.channel.clone(), delivery.seq)));
            }
        }
    }
}

impl Delivery {
    /// Whether this person is told.
    pub fn is_for(&self, who: Who) -> bool {
        self.audience.has(Some(who))
    }
}

impl Audience {
    fn has(&self, who: Option<Who>) -> bool {
        match self {
            Self::Everybody => true,
            Self::People(people) => who.is_some_and(|who| people.contains(&who)),
        }
    }
}

impl Tenant {
    fn take_in(&mut self, id: SocketId, socket: &mut Socket, join: Join<'_>) {
        let channel = self.channels.entry(join.channel.clone()).or_default();
        if let Some(members) = join.members {
            channel.meet(join.channel, members);
        }
        let subscriber =
            Subscriber { who: join.who, member: join.member, after: join.head, outbox: socket.outbox.clone() };
        for (frame, seq) in join.first {
            socket.outbox.tell(frame, Some((join.channel.clone(), seq)));
        }
        channel.subscribers.insert(id, subscriber);
        socket.channels.insert(join.channel.clone());
    }

    pub(super) fn stop_hearing(&mut self, feed: Feed) {
        if let Some(state) = self.feeds.get_mut(&feed) {
            state.hearers -= 1;
            if state.hearers == 0 {
                state.delivered = None;
            }
        }
        self.forget_if_unheard(feed);
    }

    fn forget_if_unheard(&mut self, feed: Feed) {
        if self.feeds.get(&feed).is_some_and(|state| state.hearers == 0 && state.opening == 0) {
            self.feeds.remove(&feed);
        }
    }
}
