//! How a connection ends: the codes of the protocol.
//!
//! 4000–4099: the client shall not connect again with what it has; 4100–4199: it shall, after a second; 4200–4299: it
//! shall at once. Source: <https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/>, "Error
//! codes"; what 4300–4399 mean is said in an error that leaves the connection as it is.

use std::fmt;

/// Why a connection ends, or why something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// No tenant has this app key.
    UnknownApp,
    /// More connections than this process takes.
    OverQuota,
    /// The address names no app.
    PathNotFound,
    /// The query names no protocol.
    NoVersion,
    /// The query names a protocol that is not spoken here.
    UnsupportedVersion,
    /// Whoever was connected has signed out, was deactivated, or may no longer be here.
    Unauthorised,
    /// The client reads more slowly than there is something to tell.
    OverCapacity,
    /// The process ends, or asks to connect again for another reason.
    Reconnect,
    /// No pong.
    Silent,
    /// More client events than 10 a second.
    TooManyClientEvents,
    /// What came was no message of the protocol.
    Malformed,
}

impl Close {
    /// The code of the close frame, or of the error.
    pub const fn code(self) -> u16 {
        match self {
            Self::UnknownApp => 4001,
            Self::OverQuota => 4004,
            Self::PathNotFound => 4005,
            Self::Malformed => 4006,
            Self::UnsupportedVersion => 4007,
            Self::NoVersion => 4008,
            Self::Unauthorised => 4009,
            Self::OverCapacity => 4100,
            Self::Reconnect => 4200,
            Self::Silent => 4201,
            Self::TooManyClientEvents => 4301,
        }
    }

    /// What it says, in words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::UnknownApp => "There is no app with this key",
            Self::OverQuota => "Too many connections",
            Self::PathNotFound => "There is nothing at this path",
            Self::Malformed => "Not a message of the protocol",
            Self::UnsupportedVersion => "Only version 7 of the protocol is spoken here",
            Self::NoVersion => "The query names no version of the protocol",
            Self::Unauthorised => "The connection is not authorised, or no longer",
            Self::OverCapacity => "The connection was too slow; connect again and resume",
            Self::Reconnect => "Please connect again",
            Self::Silent => "No pong was received",
            Self::TooManyClientEvents => "At most 10 client events a second",
        }
    }
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code(), self.reason())
    }
}
