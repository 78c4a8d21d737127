use super::*;
use crate::{
    Ours,
    frame::{self, Frame, Members},
    outbox::{Waiting, outbox},
    position::Proof,
};
use domain::{ConversationId, SessionId, UserId};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{collections::HashSet, sync::Arc};

fn frame(seq: i64) -> Frame {
    Frame::from(seq.to_string())
}

fn seqs(waiting: &mut Waiting) -> Vec<i64> {
    let mut seen = Vec::new();
    while let Some(out) = waiting.next_now() {
        seen.push(out.at.expect("it has a number").1);
    }
    seen
}

fn texts(waiting: &mut Waiting) -> Vec<Value> {
    let mut seen = Vec::new();
    while let Some(out) = waiting.next_now() {
        seen.push(serde_json::from_slice(&out.frame).unwrap());
    }
    seen
}

struct Stand {
    hub: Hub,
    tenant: TenantId,
    next: u64,
}

impl Stand {
    fn new() -> Self {
        Self { hub: Hub::default(), tenant: TenantId::new(), next: 1 }
    }

    fn connect(&mut self) -> (SocketId, Waiting) {
        let id = SocketId::from_bits(self.next);
        self.next += 1;
        let (outbox, waiting) = outbox();
        self.hub.connect(id, self.tenant, outbox, 1000).unwrap();
        (id, waiting)
    }

    fn deliver(&self, channel: &ChannelName, seqs: &[i64]) {
        let feed = channel.ours().and_then(Ours::feed).unwrap();
        let delivery = |seq: &i64| Delivery {
            channel: channel.clone(),
            seq: *seq,
            audience: Audience::Everybody,
            frame: frame(*seq),
        };
        let deliveries: Vec<_> = seqs.iter().map(delivery).collect();
        self.hub.deliver(self.tenant, feed, *seqs.last().unwrap(), &deliveries);
    }
}

fn plain(channel: &ChannelName, head: i64) -> Join<'_> {
    Join { channel, who: None, member: None, head, members: None, first: Vec::new() }
}

fn who() -> Who {
    Who { user: UserId::new(), by: Proof::Session(SessionId::new()) }
}

#[test]
fn whoever_joins_late_reads_on_and_misses_nothing() {
    let mut stand = Stand::new();
    let channel = Ours::Conversation(ConversationId::new()).name();
    let feed = channel.ours().and_then(Ours::feed).unwrap();
    let (early, mut of_early) = stand.connect();
    let (late, mut of_late) = stand.connect();
    assert!(!stand.hub.notice(stand.tenant, feed), "nobody hears it");
    assert_eq!(stand.hub.join(early, plain(&channel, 3)), Joined::Now { read_on: false });

    let opening = stand.hub.open(stand.tenant, feed);
    assert!(stand.hub.notice(stand.tenant, feed));
    stand.deliver(&channel, &[4, 5]);
    assert_eq!(stand.hub.join(late, plain(&channel, 4)), Joined::Behind(5));
    let first = vec![(frame(4), 4), (frame(5), 5)];
    assert_eq!(stand.hub.join(late, Join { first, ..plain(&channel, 5) }), Joined::Now { read_on: true });
    drop(opening);
    // Somebody read from an older place: those who have it are not told again.
    stand.deliver(&channel, &[5, 6]);
    assert_eq!(seqs(&mut of_early), [4, 5, 6]);
    assert_eq!(seqs(&mut of_late), [4, 5, 6]);
}

#[test]
fn whoever_has_read_further_is_not_told_what_others_still_are() {
    let mut stand = Stand::new();
    let channel = Ours::Conversation(ConversationId::new()).name();
    let (one, mut of_one) = stand.connect();
    let (two, mut of_two) = stand.connect();
    stand.hub.join(one, plain(&channel, 1));
    stand.hub.join(two, plain(&channel, 3));
    stand.deliver(&channel, &[2, 3, 4]);
    assert_eq!(seqs(&mut of_one), [2, 3, 4]);
    assert_eq!(seqs(&mut of_two), [4]);
}

#[test]
fn an_event_goes_to_those_whom_it_is_for() {
    let mut stand = Stand::new();
    let channel = Ours::Inbox.name();
    let (seeing, blind) = (who(), who());
    let (one, mut of_one) = stand.connect();
    let (two, mut of_two) = stand.connect();
    stand.hub.join(one, Join { who: Some(seeing), ..plain(&channel, 0) });
    stand.hub.join(two, Join { who: Some(blind), ..plain(&channel, 0) });
    let people = Audience::People(Arc::new(HashSet::from([seeing])));
    let delivery = Delivery { channel: channel.clone(), seq: 1, audience: people, frame: frame(1) };
    stand.hub.deliver(stand.tenant, Feed::Tenant, 1, &[delivery]);
    assert_eq!(seqs(&mut of_one), [1]);
    assert_eq!(seqs(&mut of_two), Vec::<i64>::new());
}

#[test]
fn tenants_do_not_meet() {
    let mut stand = Stand::new();
    let channel = ChannelName::parse("news").unwrap();
    let (id, mut waiting) = stand.connect();
    stand.hub.join(id, plain(&channel, 0));
    stand.hub.tell(TenantId::new(), &channel, &frame::ping(), None);
    assert!(waiting.next_now().is_none());
    stand.hub.tell(stand.tenant, &channel, &frame::ping(), Some(id));
    assert!(waiting.next_now().is_none(), "it came from there");
    stand.hub.tell(stand.tenant, &channel, &frame::ping(), None);
    assert!(waiting.next_now().is_some());
}

#[test]
fn members_are_told_of_each_other_once() {
    let mut stand = Stand::new();
    let channel = ChannelName::parse("presence-room").unwrap();
    let member = |id: &str| Member { id: id.to_owned(), info: json!({}) };
    let all = |ids: &[&str]| -> Members { ids.iter().map(|id| ((*id).to_owned(), json!({}))).collect() };
    let (one, mut of_one) = stand.connect();
    let (two, _of_two) = stand.connect();
    let (three, _of_three) = stand.connect();
    let join = |id: &str, members: &[&str]| Join {
        member: Some(member(id)),
        members: Some(all(members)),
        ..plain(&channel, 0)
    };
    stand.hub.join(one, join("a", &["a"]));
    stand.hub.join(two, join("b", &["a", "b"]));
    stand.hub.join(three, join("b", &["a", "b"]));
    stand.hub.meet(stand.tenant, &channel, all(&["a", "b"]));
    let said: Vec<_> = texts(&mut of_one).into_iter().map(|text| text["event"].clone()).collect();
    assert_eq!(said, ["pusher_internal:member_added"]);
    assert_eq!(stand.hub.disconnect(two), [], "the same person is still there");
    let part = Part { channel: channel.clone(), member: "b".to_owned() };
    assert_eq!(stand.hub.leave(three, &channel), Some(part));
    stand.hub.meet(stand.tenant, &channel, all(&["a"]));
    let said: Vec<_> = texts(&mut of_one).into_iter().map(|text| text["event"].clone()).collect();
    assert_eq!(said, ["pusher_internal:member_removed"]);
}

#[test]
fn a_connection_is_one_persons() {
    let mut stand = Stand::new();
    let (first, second) = (Ours::Inbox.name(), Ours::User(UserId::new()).name());
    let (id, _waiting) = stand.connect();
    let me = who();
    stand.hub.join(id, Join { who: Some(me), ..plain(&first, 0) });
    let other = stand.hub.join(id, Join { who: Some(who()), ..plain(&second, 0) });
    assert_eq!(other, Joined::Refused(Refusal::OtherPerson));
    assert_eq!(stand.hub.people(stand.tenant), HashSet::from([me]));
}

#[test]
fn whoever_loses_a_channel_is_told_and_hears_no_more() {
    let mut stand = Stand::new();
    let channel = Ours::Conversation(ConversationId::new()).name();
    let me = who();
    let (id, mut waiting) = stand.connect();
    stand.hub.join(id, Join { who: Some(me), ..plain(&channel, 0) });
    stand.hub.expel(stand.tenant, &channel, &HashSet::from([me]));
    stand.deliver(&channel, &[1]);
    let said: Vec<_> = texts(&mut waiting).into_iter().map(|text| text["event"].clone()).collect();
    assert_eq!(said, ["signalbox:unsubscribed"]);
}

#[test]
fn nothing_is_left_of_ten_thousand_connections() {
    let mut stand = Stand::new();
    for round in 0..10_000 {
        let (id, _waiting) = stand.connect();
        for channel in [Ours::Inbox.name(), Ours::Conversation(ConversationId::new()).name()] {
            let feed = channel.ours().and_then(Ours::feed).unwrap();
            let opening = stand.hub.open(stand.tenant, feed);
            let joined = stand.hub.join(id, Join { who: Some(who()), ..plain(&channel, round) });
            // A connection is one person's, so the second channel is refused.
            assert!(matches!(joined, Joined::Now { .. } | Joined::Refused(_)));
            drop(opening);
        }
        stand.hub.disconnect(id);
    }
    let registry = stand.hub.lock();
    assert!(registry.sockets.is_empty() && registry.tenants.is_empty());
}

proptest! {
    /// A writer, a reader of the feed that looks now and then, and clients that come and go where they were: each has
    /// everything, in order, once.
    #[test]
    fn nothing_is_lost_and_nothing_comes_twice(steps in proptest::collection::vec(0_u8..5, 1..200)) {
        let mut stand = Stand::new();
        let channel = Ours::Conversation(ConversationId::new()).name();
        let feed = channel.ours().and_then(Ours::feed).unwrap();
        let mut log = 0_i64;
        let mut seen: Vec<i64> = Vec::new();
        let mut connected: Option<(SocketId, Waiting)> = None;
        let other = stand.connect();
        stand.hub.join(other.0, plain(&channel, 0));
        for step in steps {
            match step {
                0 | 1 => log += 1,
                2 => {
                    let told = stand.hub.told(stand.tenant, None)[&feed];
                    let news: Vec<i64> = (told + 1..=log).collect();
                    if !news.is_empty() { stand.deliver(&channel, &news); }
                }
                3 => {
                    if let Some((id, mut waiting)) = connected.take() {
                        // What was on its way is lost with the connection, from some place on.
                        seen.extend(seqs(&mut waiting).into_iter().take(usize::try_from(log % 3).unwrap()));
                        stand.hub.disconnect(id);
                    }
                }
                _ => if connected.is_none() {
                    let (id, waiting) = stand.connect();
                    let from = seen.last().copied().unwrap_or(0);
                    let mut head = log;
                    loop {
                        let first = (from + 1..=head).map(|seq| (frame(seq), seq)).collect();
                        match stand.hub.join(id, Join { first, ..plain(&channel, head) }) {
                            Joined::Behind(told) => head = told,
                            _ => break,
                        }
                    }
                    connected = Some((id, waiting));
                }
            }
        }
        if let Some((_, mut waiting)) = connected {
            seen.extend(seqs(&mut waiting));
        }
        let expected: Vec<i64> = (1..=seen.last().copied().unwrap_or(0)).collect();
        prop_assert_eq!(seen, expected);
    }
}
