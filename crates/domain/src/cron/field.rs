//! One field of an expression: which values it has, and how its text is read.

use super::Problem;
use std::fmt;

/// A field of an expression, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Field {
    Minute,
    Hour,
    DayOfMonth,
    Month,
    DayOfWeek,
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Field {
    /// All five, in their order.
    pub const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::DayOfMonth, Self::Month, Self::DayOfWeek];

    /// The least and the greatest value that may be written.
    pub const fn bounds(self) -> (u8, u8) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::DayOfWeek => (0, 7),
        }
    }

    /// The names of the values, from the least on.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Month => MONTHS,
            Self::DayOfWeek => WEEKDAYS,
            _ => &[],
        }
    }

    /// Reads the field's text. An error comes with its place, in characters counted from 0.
    pub(super) fn parse(self, text: &str) -> Result<Values, (usize, Problem)> {
        let mut values = 0;
        let mut place = 0;
        for item in text.split(',') {
            let (first, last, step) = self.item(item).map_err(|(within, problem)| (place + within, problem))?;
            values |= (first..=last).step_by(step.into()).fold(0, |bits, value| bits | 1 << value);
            place += item.chars().count() + 1;
        }
        // Both names of Sunday are one day.
        if self == Self::DayOfWeek && values & (1 << 7) != 0 {
            values = values & !(1 << 7) | 1;
        }
        Ok(Values(values))
    }

    /// One item of a list: its first and last value and its step.
    fn item(self, item: &str) -> Result<(u8, u8, u8), (usize, Problem)> {
        let (min, max) = self.bounds();
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        let (first, last) = if range == "*" {
            (min, max)
        } else if let Some((first, last)) = range.split_once('-') {
            let (from, end) = (self.value(first, 0)?, self.value(last, first.chars().count() + 1)?);
            // By its name, Sunday may end a week as well as begin it.
            let to = if self == Self::DayOfWeek && last.eq_ignore_ascii_case("sun") && from > 0 { 7 } else { end };
            if from > to {
                return Err((0, Problem::Backwards { from, to }));
            }
            (from, to)
        } else {
            let value = self.value(range, 0)?;
            if let Some(step) = step {
                let problem = Problem::StepWithoutRange { value: range.to_owned(), step: step.to_owned(), max };
                return Err((range.chars().count(), problem));
            }
            (value, value)
        };
        let Some(step) = step else { return Ok((first, last, 1)) };
        match number(step) {
            Some(count) if (1..=max).contains(&count) => Ok((first, last, count)),
            _ => Err((range.chars().count() + 1, Problem::Step { step: step.to_owned(), max })),
        }
    }

    fn value(self, text: &str, place: usize) -> Result<u8, (usize, Problem)> {
        let (min, max) = self.bounds();
        if text.is_empty() {
            return Err((place, Problem::Missing));
        }
        if let Some(value) = (min..).zip(self.names()).find(|(_, name)| name.eq_ignore_ascii_case(text)) {
            return Ok(value.0);
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err((place, Problem::NotAValue(text.to_owned())));
        }
        number(text)
            .filter(|value| (min..=max).contains(value))
            .ok_or_else(|| (place, Problem::OutOfRange { value: text.to_owned(), min, max }))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::DayOfWeek => "day of week",
        })
    }
}

/// Digits only: the standard parser would also take a sign.
fn number(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The values that a field allows, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Values(u64);

impl Values {
    pub(super) fn contains(self, value: u32) -> bool {
        self.0 >> value & 1 == 1
    }

    /// Those from `first` on, the least first.
    pub(super) fn starting_at(self, first: u32) -> impl Iterator<Item = u32> {
        (first..u64::BITS).filter(move |value| self.contains(*value))
    }

    /// The least of all. A field that was read has one.
    pub(super) fn least(self) -> u32 {
        self.0.trailing_zeros()
    }
}
