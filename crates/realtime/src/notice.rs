//! What processes tell each other through the database: hints to look into it, and what is not in it.
//!
//! A notification of PostgreSQL carries less than 8,000 bytes; what is larger goes in pieces.

use domain::{ConversationId, TenantId, UserId};
use std::collections::HashMap;
use uuid::Uuid;

/// The channel on which they tell it.
pub const CHANNEL: &str = "signalbox_realtime";

/// Bytes of one piece.
const PIECE: usize = 7_000;
/// Messages that are not whole yet; of whoever dies in the middle of one the rest never comes.
const UNFINISHED: usize = 1_000;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something happened in these conversations.
    Conversations(TenantId, Vec<ConversationId>),
    /// The order of what happened in the tenant is settled up to this number.
    Settled(TenantId, i64),
    /// What a person may see or do has changed, or of everybody.
    Access(TenantId, Option<UserId>),
    /// How a person is there has changed.
    Presence(TenantId, UserId),
    /// Who is in this channel has changed.
    Members(TenantId, String),
    /// The app of the tenant has another secret.
    App(TenantId),
    /// A message for those who hear a channel, from this process: `body` is for whoever sends and receives it.
    Message {
        /// Who sent it; it has told its own already.
        origin: Uuid,
        /// What.
        body: String,
    },
}

impl Notice {
    /// Reads what the database or another process says. Pieces of messages are put together in `pieces`; what is not
    /// understood is of a later version.
    pub fn read(payload: &str, pieces: &mut Pieces) -> Option<Self> {
        let (kind, rest) = payload.split_once(' ')?;
        match kind {
            "c" => {
                let (tenant, ids) = rest.split_once(' ')?;
                let ids: Option<Vec<_>> = ids.split(',').map(|id| id.parse().ok().map(ConversationId)).collect();
                Some(Self::Conversations(id(tenant)?.into(), ids?))
            }
            "o" => {
                let (tenant, seq) = rest.split_once(' ')?;
                Some(Self::Settled(id(tenant)?.into(), seq.parse().ok()?))
            }
            "a" => {
                let (tenant, user) = rest.split_once(' ').unwrap_or((rest, ""));
                let user = if user.is_empty() { None } else { Some(id(user)?.into()) };
                Some(Self::Access(id(tenant)?.into(), user))
            }
            "p" => {
                let (tenant, user) = rest.split_once(' ')?;
                Some(Self::Presence(id(tenant)?.into(), id(user)?.into()))
            }
            "m" => {
                let (tenant, channel) = rest.split_once(' ')?;
                Some(Self::Members(id(tenant)?.into(), channel.to_owned()))
            }
            "k" => Some(Self::App(id(rest)?.into())),
            "e" => pieces.add(rest),
            _ => None,
        }
    }
}

fn id(text: &str) -> Option<Uuid> {
    text.parse().ok()
}

/// A message as notifications, in pieces that fit: `number` tells it from others of the same origin.
pub fn message(origin: Uuid, number: u64, body: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = body;
    loop {
        let end = rest.floor_char_boundary(PIECE);
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    let count = parts.len();
    let piece = |(place, part)| format!("e {} {number} {place} {count} {part}", origin.simple());
    parts.into_iter().enumerate().map(piece).collect()
}

/// Messages of which pieces are missing.
#[derive(Debug, Default)]
pub struct Pieces(HashMap<(Uuid, u64), (usize, String)>);

impl Pieces {
    /// The pieces of one message come in order: whoever sends them does it in one transaction.
    fn add(&mut self, piece: &str) -> Option<Notice> {
        let mut fields = piece.splitn(5, ' ');
        let origin = id(fields.next()?)?;
        let number: u64 = fields.next()?.parse().ok()?;
        let place: usize = fields.next()?.parse().ok()?;
        let count: usize = fields.next()?.parse().ok()?;
        let part = fields.next()?;
        if count == 1 {
            return Some(Notice::Message { origin, body: part.to_owned() });
        }
        if place == 0 {
            if self.0.len() >= UNFINISHED {
                self.0.clear();
            }
            self.0.insert((origin, number), (0, String::new()));
        }
        let (next, body) = self.0.get_mut(&(origin, number))?;
        if *next != place {
            self.0.remove(&(origin, number));
            return None;
        }
        *next += 1;
        body.push_str(part);
        if place + 1 < count {
            return None;
        }
        let (_, body) = self.0.remove(&(origin, number))?;
        Some(Notice::Message { origin, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hints_are_read() {
        let mut pieces = Pieces::default();
        let (tenant, conversation, user) = (TenantId::new(), ConversationId::new(), UserId::new());
        for (payload, notice) in [
            (format!("c {tenant} {conversation}"), Notice::Conversations(tenant, vec![conversation])),
            (format!("o {tenant} 17"), Notice::Settled(tenant, 17)),
            (format!("a {tenant}"), Notice::Access(tenant, None)),
            (format!("a {tenant} {user}"), Notice::Access(tenant, Some(user))),
            (format!("p {tenant} {user}"), Notice::Presence(tenant, user)),
            (format!("m {tenant} presence-inbox"), Notice::Members(tenant, "presence-inbox".to_owned())),
            (format!("k {tenant}"), Notice::App(tenant)),
        ] {
            assert_eq!(Notice::read(&payload, &mut pieces), Some(notice), "{payload}");
        }
        for unknown in ["", "c", "c x y", "z later", "e x", "o 7", "ping "] {
            assert_eq!(Notice::read(unknown, &mut pieces), None, "{unknown}");
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_in_pieces_arrives_whole(body in proptest::collection::vec(any::<char>(), 0..6000)) {
            let body: String = body.into_iter().collect();
            let (origin, mut pieces) = (Uuid::new_v4(), Pieces::default());
            let sent = message(origin, 7, &body);
            let mut received: Vec<Notice> = Vec::new();
            for piece in &sent {
                prop_assert!(piece.len() < 8000);
                received.extend(Notice::read(piece, &mut pieces));
            }
            prop_assert_eq!(received, vec![Notice::Message { origin, body }]);
            prop_assert!(pieces.0.is_empty());
        }
    }
}
