//! Pages: a cursor goes on where the last page ended, however much was added in front.

use crate::problem::{Code, Problem};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many entries a page may have.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub struct Limit(i64);

impl Limit {
    const MAX: i64 = 200;

    /// How many rows to read: one more than is shown tells whether there are further ones.
    pub fn rows(self) -> i64 {
        self.0 + 1
    }

    /// The same, for the queue.
    pub fn rows_u32(self) -> u32 {
        u32::try_from(self.rows()).unwrap_or(u32::MAX)
    }

    /// How many entries are shown.
    pub fn shown(self) -> usize {
        usize::try_from(self.0).unwrap_or_default()
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<i64> for Limit {
    type Error = String;

    fn try_from(limit: i64) -> Result<Self, String> {
        if (1..=Self::MAX).contains(&limit) {
            Ok(Self(limit))
        } else {
            Err(format!("limit must be 1 to {}", Self::MAX))
        }
    }
}

/// The part of a list that is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Paging {
    /// How many entries.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// Where the page begins.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// One page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Whether there are further ones.
    pub has_more: bool,
    /// Where the next page begins, for the parameter `cursor`; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many entries there are in all, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

impl<T> Page<T> {
    /// A page of the rows that were read, of which the one that is too many only says that there are more.
    pub fn of<R>(mut rows: Vec<R>, limit: Limit, cursor: impl Fn(&R) -> String, show: impl FnMut(R) -> T) -> Self {
        let has_more = rows.len() > limit.shown();
        rows.truncate(limit.shown());
        let next_cursor = has_more.then(|| rows.last().map(cursor)).flatten();
        Self { items: rows.into_iter().map(show).collect(), has_more, next_cursor, total: None }
    }

    /// A page of which the one who read it says where the next begins.
    pub fn ending(items: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { items, has_more: next_cursor.is_some(), next_cursor, total: None }
    }
}

/// A cursor that names a row by its id.
pub fn by_id(id: Uuid) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// A cursor that names a row by a time and its id.
pub fn by_time(at: DateTime<Utc>, id: Uuid) -> String {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&at.timestamp_micros().to_be_bytes());
    bytes[8..].copy_from_slice(id.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The id of a cursor made [by id](by_id).
pub fn id_of<T: From<Uuid>>(cursor: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let id = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    id.map(|id| Some(id.into())).ok_or_else(unknown)
}

/// The time and id of a cursor made [by time](by_time).
pub fn time_of<T: From<Uuid>>(cursor: Option<&str>) -> Result<Option<(DateTime<Utc>, T)>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let read = || {
        let bytes: [u8; 24] = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
        let (at, id) = bytes.split_first_chunk::<8>()?;
        let at = DateTime::from_timestamp_micros(i64::from_be_bytes(*at))?;
        // Nothing is older or newer, and PostgreSQL has no word for some of it.
        let at = Some(at).filter(|at| (1..=9999).contains(&at.year()))?;
        Some((at, Uuid::from_slice(id).ok()?.into()))
    };
    read().map(Some).ok_or_else(unknown)
}

/// The answer to a cursor that cannot be read.
pub(crate) fn unknown() -> Problem {
    Problem::new(Code::BadRequest).detail("The cursor is not one that a list has given.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_went() {
        let id = Uuid::now_v7();
        let at = DateTime::from_timestamp_micros(1_750_000_000_123_456).unwrap();
        assert_eq!(id_of::<Uuid>(Some(&by_id(id))).unwrap(), Some(id));
        assert_eq!(time_of::<Uuid>(Some(&by_time(at, id))).unwrap(), Some((at, id)));
        assert!(id_of::<Uuid>(Some("???")).is_err());
        assert!(time_of::<Uuid>(Some(&by_id(id))).is_err());
        for beyond in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(time_of::<Uuid>(Some(&by_time(beyond, id))).is_err(), "{beyond}");
        }
    }

    #[test]
    fn the_row_too_many_is_not_shown() {
        let limit = Limit::try_from(2).unwrap();
        let page = Page::of(vec![1, 2, 3], limit, ToString::to_string, |n| n);
        assert_eq!((page.items, page.has_more, page.next_cursor.as_deref()), (vec![1, 2], true, Some("2")));
        let page = Page::of(vec![1, 2], limit, ToString::to_string, |n| n);
        assert_eq!((page.has_more, page.next_cursor), (false, None));
    }
}
