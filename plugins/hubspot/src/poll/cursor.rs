//! How far the polls got.

use plugin_sdk::{PluginError, log};
use serde::{Deserialize, Serialize};

use crate::search::{LAG_MS, OFFSET_MAX};

/// Contacts on a page.
pub const PAGE: usize = 100;

/// How far pages go on where they have to count: not a whole page, for a contact that is changed
/// meanwhile goes to the end, and the others move up.
const STEP: usize = PAGE - 10;

/// Most contacts that are remembered; beyond them some may be reported twice, never left out.
const SEEN_MAX: usize = 2_000;

/// A place among all changes, as text that the host keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Changes of this time and later are next, in milliseconds since the Unix epoch. Whatever was
    /// changed before can be found, and was.
    pub from_ms: i64,
    /// How many of them to leave out.
    #[serde(default)]
    pub offset: usize,
    /// Contacts that were reported, with the time of their change: those that may be found again,
    /// in the order in which they were.
    #[serde(default)]
    seen: Vec<(String, i64)>,
}

impl Cursor {
    /// From now on.
    pub fn begin(now_ms: i64) -> Self {
        Self { from_ms: now_ms, offset: 0, seen: Vec::new() }
    }

    /// Reads it. One that is not ours cannot be gone on from.
    pub fn of_text(text: &str) -> Result<Self, PluginError> {
        serde_json::from_str(text).map_err(|error| PluginError::invalid_input(format!("the cursor: {error}")))
    }

    /// Writes it.
    pub fn to_text(&self) -> Result<String, PluginError> {
        serde_json::to_string(self).map_err(|error| PluginError::internal(format!("the cursor: {error}")))
    }

    /// Notes a change. `false`: it was reported before.
    pub fn remember(&mut self, id: &str, modified_ms: i64) -> bool {
        match self.seen.iter().position(|(known, _)| known == id) {
            Some(at) if self.seen[at].1 == modified_ms => return false,
            Some(at) => drop(self.seen.remove(at)),
            None => {}
        }
        self.seen.push((id.to_owned(), modified_ms));
        true
    }

    /// Goes on behind a page that was not the last, whose last change was at `last_ms`.
    ///
    /// The next page begins at that time, except among changes that are so new that more of their
    /// time may be found yet, or that all have the same time, as of an import: there it counts on.
    pub fn advance(&mut self, last_ms: i64, now_ms: i64) {
        let settled_ms = last_ms.min(now_ms - LAG_MS);
        if settled_ms > self.from_ms {
            self.move_to(settled_ms);
        } else if self.offset + STEP + PAGE <= OFFSET_MAX {
            self.offset += STEP;
            self.forget();
        } else {
            log::warn("more contacts were changed at once than HubSpot lets be read: some are left out");
            self.move_to(last_ms.max(self.from_ms + 1));
        }
    }

    /// Everything that is found now was read. The next poll begins where more may be found yet.
    pub fn rest(&mut self, now_ms: i64) {
        let newest_ms = self.seen.iter().map(|(_, modified_ms)| *modified_ms).max();
        let settled_ms = newest_ms.map_or(self.from_ms, |newest_ms| (newest_ms + 1).min(now_ms - LAG_MS));
        self.move_to(settled_ms.max(self.from_ms));
    }

    fn move_to(&mut self, from_ms: i64) {
        self.from_ms = from_ms;
        self.offset = 0;
        self.forget();
    }

    /// Forgets the changes that cannot be found again, then the oldest of too many.
    fn forget(&mut self) {
        self.seen.retain(|(_, modified_ms)| *modified_ms >= self.from_ms);
        let too_many = self.seen.len().saturating_sub(SEEN_MAX);
        self.seen.drain(..too_many);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_780_000_000_000;

    #[test]
    fn a_change_is_reported_once_and_a_later_one_again() {
        let mut cursor = Cursor::begin(NOW);
        assert!(cursor.remember("7", NOW + 1));
        assert!(!cursor.remember("7", NOW + 1));
        assert!(cursor.remember("7", NOW + 2));
        let mut read = Cursor::of_text(&cursor.to_text().unwrap()).unwrap();
        assert_eq!(read, cursor);
        assert!(!read.remember("7", NOW + 2));
    }

    #[test]
    fn a_rest_looks_back_and_remembers_what_is_there() {
        let mut cursor = Cursor::begin(NOW);
        cursor.remember("1", NOW + 10);
        cursor.remember("2", NOW + 10 * LAG_MS);
        cursor.rest(NOW + 10 * LAG_MS + 5);
        assert_eq!(cursor.from_ms, NOW + 9 * LAG_MS + 5);
        assert!(!cursor.remember("2", NOW + 10 * LAG_MS));
        assert!(cursor.remember("1", NOW + 10), "long gone by");
    }

    #[test]
    fn a_rest_long_after_the_last_change_does_not_read_it_again() {
        let mut cursor = Cursor::begin(NOW);
        cursor.remember("1", NOW + 10);
        cursor.rest(NOW + 10 * LAG_MS);
        assert_eq!(cursor, Cursor::begin(NOW + 11));
    }

    #[test]
    fn a_rest_without_news_stays_and_never_goes_back() {
        let mut cursor = Cursor::begin(NOW);
        cursor.rest(NOW + 10 * LAG_MS);
        assert_eq!(cursor.from_ms, NOW);
        cursor.remember("1", NOW + 1);
        cursor.rest(NOW + 2);
        assert_eq!(cursor.from_ms, NOW);
    }

    #[test]
    fn pages_go_on_by_time_and_count_on_only_among_the_newest() {
        let mut cursor = Cursor::begin(NOW);
        cursor.advance(NOW + 10, NOW + 10 * LAG_MS);
        assert_eq!((cursor.from_ms, cursor.offset), (NOW + 10, 0));
        cursor.advance(NOW + 10, NOW + 10 * LAG_MS);
        assert_eq!((cursor.from_ms, cursor.offset), (NOW + 10, 90));
        cursor.advance(NOW + 10 * LAG_MS, NOW + 10 * LAG_MS);
        assert_eq!((cursor.from_ms, cursor.offset), (NOW + 9 * LAG_MS, 0));
        cursor.advance(NOW + 10 * LAG_MS, NOW + 10 * LAG_MS);
        assert_eq!((cursor.from_ms, cursor.offset), (NOW + 9 * LAG_MS, 90));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut cursor = Cursor::begin(NOW);
        for number in 0..3_000 {
            cursor.remember(&number.to_string(), NOW + number);
        }
        cursor.rest(NOW);
        assert_eq!(cursor.seen.len(), SEEN_MAX);
        assert!(cursor.remember("0", NOW));
        assert!(!cursor.remember("2999", NOW + 2_999));
    }

    #[test]
    fn a_strange_cursor_is_refused() {
        for text in ["", "12", "{}", r#"{"from_ms":"x"}"#] {
            assert!(Cursor::of_text(text).is_err(), "{text}");
        }
    }
}
