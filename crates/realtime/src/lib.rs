//! The Pusher protocol (version 7) and who hears what, without HTTP and without a database.
//!
//! - [`channel`]: the names of channels, and which of them are ours
//! - [`incoming`], [`frame`], [`close`]: what clients say, what they are told, and how a connection ends
//! - [`signature`]: who may subscribe, and who may publish
//! - [`limits`]: how much of everything
//! - [`position`]: places in a stream, from which a client goes on
//! - [`notice`]: what processes tell each other
//! - [`outbox`]: what waits for one connection, bounded
//! - [`hub`]: who is connected to this process and hears which channel

#![deny(missing_docs)]

pub mod channel;
pub mod close;
pub mod frame;
pub mod hub;
pub mod incoming;
pub mod limits;
pub mod notice;
pub mod outbox;
pub mod position;
pub mod signature;
pub mod silence;
pub mod socket_id;

pub use channel::{ChannelName, Ours};
pub use close::Close;
pub use hub::Hub;
pub use outbox::Outbox;
pub use position::{Feed, Position, Resume};
pub use socket_id::SocketId;
