//! Whether the other side is still there: who says nothing is asked, and who does not answer is let go.

use crate::limits;
use tokio::time::Instant;

/// How long a client has said nothing.
#[derive(Debug)]
pub struct Silence {
    due: Instant,
    asked: bool,
}

/// What silence calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// A ping.
    Ask,
    /// Nobody is there.
    End,
}

impl Silence {
    /// Since now.
    pub fn since(now: Instant) -> Self {
        Self { due: now + limits::ACTIVITY, asked: false }
    }

    /// When something is due, unless the client says something before.
    pub const fn due(&self) -> Instant {
        self.due
    }

    /// What is due.
    pub fn now_due(&mut self, now: Instant) -> Due {
        if self.asked {
            return Due::End;
        }
        *self = Self { due: now + limits::PONG, asked: true };
        Due::Ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_silent_are_asked_once_and_then_let_go() {
        let start = Instant::now();
        let mut silence = Silence::since(start);
        assert_eq!(silence.due(), start + limits::ACTIVITY);
        assert_eq!(silence.now_due(silence.due()), Due::Ask);
        assert_eq!(silence.due(), start + limits::ACTIVITY + limits::PONG);
        assert_eq!(silence.now_due(silence.due()), Due::End);
    }

    #[test]
    fn whoever_answers_is_asked_again() {
        let start = Instant::now();
        let mut silence = Silence::since(start);
        silence.now_due(silence.due());
        silence = Silence::since(start + limits::ACTIVITY);
        assert_eq!(silence.due(), start + limits::ACTIVITY * 2);
        assert_eq!(silence.now_due(silence.due()), Due::Ask);
    }
}
