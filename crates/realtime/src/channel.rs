//! The names of channels, and which of them are ours.

use crate::{limits, position::Feed};
use domain::{ConversationId, UserId};
use std::{fmt, sync::Arc};
use uuid::Uuid;

/// The name of a channel, as the protocol allows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelName(Arc<str>);

/// How a channel is guarded; its name says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// For everybody who has the app key.
    Public,
    /// For whoever has a signature.
    Private,
    /// The same, and everybody in it knows who else is.
    Presence,
    /// What servers send to one person who has signed in.
    ToUser,
}

/// A channel that Signalbox itself speaks in; all others are the tenant's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ours {
    /// Everything that happens in a conversation.
    Conversation(ConversationId),
    /// What concerns one person.
    User(UserId),
    /// What changes the lists of conversations, and who has them open.
    Inbox,
    /// Who looks at a conversation, and who is typing.
    Viewers(ConversationId),
}

/// It cannot be the name of a channel.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a channel name: 1 to 164 of a-z A-Z 0-9 _ - = @ , . ;")]
pub struct InvalidName;

const CONVERSATION: &str = "private-conversation-";
const USER: &str = "private-user-";
const INBOX: &str = "presence-inbox";
const VIEWERS: &str = "presence-conversation-";
const TO_USER: &str = "#server-to-user-";

impl ChannelName {
    /// Takes a name as a client or server says it.
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        let plain = name.strip_prefix(TO_USER).unwrap_or(name);
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-=@,.;".contains(&byte);
        let fits = !plain.is_empty() && name.len() <= limits::CHANNEL_NAME;
        if fits && plain.bytes().all(allowed) { Ok(Self(name.into())) } else { Err(InvalidName) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How it is guarded.
    pub fn guard(&self) -> Guard {
        if self.0.starts_with("private-") {
            Guard::Private
        } else if self.0.starts_with("presence-") {
            Guard::Presence
        } else if self.0.starts_with(TO_USER) {
            Guard::ToUser
        } else {
            Guard::Public
        }
    }

    /// Whom a server speaks to in it.
    pub fn addressee(&self) -> Option<&str> {
        self.0.strip_prefix(TO_USER)
    }

    /// Which of ours it is. Names that begin as ours do and go on otherwise are nobody's.
    pub fn ours(&self) -> Option<Ours> {
        let id = |prefix| self.0.strip_prefix(prefix).and_then(hyphenated);
        id(CONVERSATION)
            .map(|id| Ours::Conversation(id.into()))
            .or_else(|| id(USER).map(|id| Ours::User(id.into())))
            .or_else(|| id(VIEWERS).map(|id| Ours::Viewers(id.into())))
            .or_else(|| (&*self.0 == INBOX).then_some(Ours::Inbox))
    }

    /// Whether it is ours, or begins as ours do: nobody else may speak in it.
    pub fn is_reserved(&self) -> bool {
        [CONVERSATION, USER, INBOX, VIEWERS].iter().any(|prefix| self.0.starts_with(prefix))
    }
}

/// Only the one spelling of an id that we use ourselves: two names must not be one channel.
fn hyphenated(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    (id.as_hyphenated().to_string() == text).then_some(id)
}

impl Ours {
    /// Its name.
    pub fn name(self) -> ChannelName {
        let name = match self {
            Self::Conversation(id) => format!("{CONVERSATION}{id}"),
            Self::User(id) => format!("{USER}{id}"),
            Self::Inbox => INBOX.to_owned(),
            Self::Viewers(id) => format!("{VIEWERS}{id}"),
        };
        ChannelName(name.into())
    }

    /// Where what is said in it comes from, if it is in the event log.
    pub const fn feed(self) -> Option<Feed> {
        match self {
            Self::Conversation(id) => Some(Feed::Conversation(id)),
            Self::User(_) | Self::Inbox => Some(Feed::Tenant),
            Self::Viewers(_) => None,
        }
    }

    /// The name of its stream.
    pub fn stream(self) -> Option<String> {
        match self {
            Self::Conversation(id) => Some(format!("conversation-{id}")),
            Self::User(id) => Some(format!("user-{id}")),
            Self::Inbox => Some("inbox".to_owned()),
            Self::Viewers(_) => None,
        }
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_are() {
        let (conversation, user) = (ConversationId::new(), UserId::new());
        for ours in [Ours::Conversation(conversation), Ours::User(user), Ours::Inbox, Ours::Viewers(conversation)] {
            let name = ChannelName::parse(ours.name().as_str()).unwrap();
            assert_eq!(name.ours(), Some(ours));
            assert!(name.is_reserved());
        }
        for (name, guard) in [
            ("news", Guard::Public),
            ("private-orders", Guard::Private),
            ("private-encrypted-orders", Guard::Private),
            ("presence-shop", Guard::Presence),
            ("#server-to-user-7", Guard::ToUser),
        ] {
            let name = ChannelName::parse(name).unwrap();
            assert_eq!((name.guard(), name.ours(), name.is_reserved()), (guard, None, false), "{name}");
        }
    }

    #[test]
    fn one_channel_has_one_name() {
        let id = ConversationId::new().to_string();
        for name in [
            format!("private-conversation-{}", id.to_uppercase()),
            format!("private-conversation-{}", id.replace('-', "")),
            "private-conversation-7".to_owned(),
            "presence-inbox2".to_owned(),
        ] {
            let name = ChannelName::parse(&name).unwrap();
            assert_eq!(name.ours(), None, "{name}");
            assert!(name.is_reserved(), "{name}");
        }
    }

    #[test]
    fn names_have_their_limits() {
        for wrong in ["", "a b", "ä", "a/b", "#", "#server-to-user-", "a#b", &"x".repeat(165)] {
            assert_eq!(ChannelName::parse(wrong), Err(InvalidName), "{wrong}");
        }
        assert!(ChannelName::parse(&"x".repeat(164)).is_ok());
    }
}
