//! How much of everything. Where Channels documents a limit, it is the same here.

use std::time::Duration;

/// Characters in the name of a channel.
pub const CHANNEL_NAME: usize = 164;
/// Characters in the name of an event.
pub const EVENT_NAME: usize = 200;
/// Bytes in the data of a client event, or of an event that a server publishes.
pub const EVENT_DATA: usize = 10 * 1024;
/// Bytes in anything that a client sends at once: an event with its envelope, a signature with what it signs.
pub const INCOMING: usize = 24 * 1024;
/// Bytes in the data of an event of ours. What is larger comes without the message or conversation itself, which is read
/// over REST.
pub const OUTGOING_DATA: usize = 10 * 1024;
/// Client events of one connection within a second.
pub const CLIENT_EVENTS: u32 = 10;
/// Channels that one connection hears.
pub const SUBSCRIPTIONS: usize = 200;
/// Channels that an event of a server goes to.
pub const PUBLISHED_CHANNELS: usize = 100;
/// Events that a server publishes in one batch.
pub const BATCH: usize = 10;
/// People in a presence channel.
pub const MEMBERS: usize = 1000;
/// Bytes in the id of a person of a presence channel.
pub const USER_ID: usize = 128;
/// Bytes of what a person of a presence channel is known by.
pub const USER_INFO: usize = 1024;
/// Missed events that a client gets when it resumes; of more it is told to read anew.
pub const REPLAY: usize = 500;
/// Bytes that wait for one connection. Whoever reads more slowly is cut off, and resumes.
pub const WAITING: usize = 4 * 1024 * 1024;
/// A client that has heard nothing for so long asks whether we are there.
pub const ACTIVITY: Duration = Duration::from_secs(30);
/// How long an answer to a ping may take.
pub const PONG: Duration = Duration::from_secs(15);
/// How long somebody is typing after their last sign of it.
pub const TYPING: Duration = Duration::from_secs(5);
