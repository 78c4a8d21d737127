//! The service window: how long after the contact's last message a channel lets a business write freely.

use crate::Say;
use chrono::{DateTime, Duration, Utc};
use plugin_sdk::OutboundContent;

/// What a channel allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceWindow {
    /// How long it stays open after a message of the contact. WhatsApp: 24 hours.
    pub length: Duration,
}

/// Only a template may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the contact has not written within the channel's service window; only a template may be sent")]
pub struct WindowClosed {
    /// When it closed; `None` if the contact never wrote.
    pub closed_at: Option<DateTime<Utc>>,
}

impl ServiceWindow {
    /// The window that `content` needs on a channel whose manifest names `hours`. Templates are approved for writing
    /// at any time.
    pub fn needed_by<'a>(content: impl Into<Say<'a>>, hours: Option<u16>) -> Option<Self> {
        match content.into() {
            Say::Plain(OutboundContent::Template { .. }) => None,
            _ => hours.map(|hours| Self { length: Duration::hours(hours.into()) }),
        }
    }

    /// Whether something that needs the window may be sent at `now`.
    pub fn check(self, last_inbound_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), WindowClosed> {
        let closed_at = last_inbound_at.map(|at| at + self.length);
        match closed_at {
            Some(closed_at) if now < closed_at => Ok(()),
            _ => Err(WindowClosed { closed_at }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: ServiceWindow = ServiceWindow { length: Duration::hours(24) };

    #[test]
    fn it_is_open_for_its_length_and_not_a_second_longer() {
        let last = DateTime::from_timestamp(1_750_000_000, 0);
        let now = last.unwrap();
        assert_eq!(DAY.check(last, now + Duration::hours(24) - Duration::minutes(1)), Ok(()));
        let closed = WindowClosed { closed_at: Some(now + Duration::hours(24)) };
        assert_eq!(DAY.check(last, now + Duration::hours(24) + Duration::seconds(1)), Err(closed));
    }

    #[test]
    fn a_template_needs_none_and_neither_does_a_channel_without() {
        let text = OutboundContent::Text { text: "hi".to_owned(), preview_url: false };
        let template =
            OutboundContent::Template { name: "a".to_owned(), language: "en".to_owned(), components: Vec::new() };
        assert_eq!(ServiceWindow::needed_by(&text, Some(24)), Some(DAY));
        assert_eq!(ServiceWindow::needed_by(&template, Some(24)), None);
        assert_eq!(ServiceWindow::needed_by(&text, None), None);
    }

    #[test]
    fn a_contact_who_never_wrote_opened_none() {
        assert_eq!(DAY.check(None, DateTime::UNIX_EPOCH), Err(WindowClosed { closed_at: None }));
    }
}
