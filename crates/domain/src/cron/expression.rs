//! The five fields together.

use super::{CronError, Field, field::Values};
use std::{fmt, str::FromStr};

/// Five fields of cron, read and known to be possible. Displays as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    source: String,
    pub(super) minutes: Values,
    pub(super) hours: Values,
    pub(super) days_of_month: Values,
    pub(super) months: Values,
    pub(super) days_of_week: Values,
    /// Both day fields are restricted, so that a day needs one of them only.
    pub(super) either_day: bool,
    /// Minute or hour begins with `*`: an interval of real time, not times of the day.
    pub(super) interval: bool,
}

impl Expression {
    /// Whether minute or hour begins with `*`, so that slots follow real time when the clocks change.
    pub fn is_interval(&self) -> bool {
        self.interval
    }

    /// The days that no month of the expression is long enough for, as in 30 February.
    fn is_impossible(&self) -> bool {
        let longest = |month| match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        // A day of the week comes in any month, and in time on any date.
        !self.either_day && self.months.starting_at(1).all(|month| self.days_of_month.least() > longest(month))
    }
}

/// What a short form stands for.
fn written_out(short: &str) -> Option<&'static str> {
    Some(match short.to_ascii_lowercase().as_str() {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        _ => return None,
    })
}

impl FromStr for Expression {
    type Err = CronError;

    fn from_str(source: &str) -> Result<Self, CronError> {
        let short = source.trim();
        let text = if short.starts_with('@') {
            written_out(short).ok_or_else(|| CronError::UnknownShortForm(short.to_owned()))?
        } else {
            source
        };
        let words = words(text);
        let words: [(usize, &str); 5] = words.try_into().map_err(|words: Vec<_>| CronError::FieldCount(words.len()))?;
        let read = |field: Field| {
            let (start, word) = words[field as usize];
            field.parse(word).map_err(|(place, problem)| CronError::Field {
                field,
                position: start + place + 1,
                problem,
            })
        };
        let starred = |field: Field| words[field as usize].1.starts_with('*');

        let expression = Self {
            source: source.to_owned(),
            minutes: read(Field::Minute)?,
            hours: read(Field::Hour)?,
            days_of_month: read(Field::DayOfMonth)?,
            months: read(Field::Month)?,
            days_of_week: read(Field::DayOfWeek)?,
            either_day: !starred(Field::DayOfMonth) && !starred(Field::DayOfWeek),
            interval: starred(Field::Minute) || starred(Field::Hour),
        };
        if expression.is_impossible() { Err(CronError::NoSuchDate) } else { Ok(expression) }
    }
}

/// The words of a text, each with its place in characters.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut place = 0;
    for word in text.split(char::is_whitespace) {
        if !word.is_empty() {
            words.push((place, word));
        }
        place += word.chars().count() + 1;
    }
    words
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cron::Problem;

    fn values(values: Values) -> Vec<u32> {
        values.starting_at(0).collect()
    }

    fn parse(text: &str) -> Expression {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refused(text: &str) -> String {
        text.parse::<Expression>().expect_err(text).to_string()
    }

    #[test]
    fn lists_ranges_steps_and_names_are_read() {
        let all = parse("5,10-12,40-50/5 */6 1,15-16 jan-MAR,12 Mon-fri");
        assert_eq!(values(all.minutes), [5, 10, 11, 12, 40, 45, 50]);
        assert_eq!(values(all.hours), [0, 6, 12, 18]);
        assert_eq!(values(all.days_of_month), [1, 15, 16]);
        assert_eq!(values(all.months), [1, 2, 3, 12]);
        assert_eq!(values(all.days_of_week), [1, 2, 3, 4, 5]);
        assert_eq!(values(parse("* * */10 * *").days_of_month), [1, 11, 21, 31]);
    }

    #[test]
    fn sunday_is_0_and_7_and_ends_a_week_by_its_name() {
        for (field, days) in [
            ("0", vec![0]),
            ("7", vec![0]),
            ("sun", vec![0]),
            ("5-7", vec![0, 5, 6]),
            ("fri-SUN", vec![0, 5, 6]),
            ("sun-tue", vec![0, 1, 2]),
            ("0-7", (0..7).collect()),
            ("*", (0..7).collect()),
            ("*/2", vec![0, 2, 4, 6]),
            ("1-7/2", vec![0, 1, 3, 5]),
        ] {
            assert_eq!(values(parse(&format!("0 0 * * {field}")).days_of_week), days, "{field}");
        }
    }

    #[test]
    fn short_forms_are_what_they_stand_for_and_display_as_written() {
        for (short, long) in [
            ("@hourly", "0 * * * *"),
            ("@Daily", "0 0 * * *"),
            ("@midnight", "0 0 * * *"),
            (" @weekly ", "0 0 * * 0"),
            ("@monthly", "0 0 1 * *"),
            ("@yearly", "0 0 1 1 *"),
            ("@annually", "0 0 1 1 *"),
        ] {
            let read = parse(short);
            assert_eq!(read.to_string(), short);
            assert_eq!(Expression { source: long.into(), ..read }, parse(long));
        }
    }

    #[test]
    fn a_leading_star_decides_about_days_and_intervals() {
        for (text, either_day, interval) in [
            ("0 0 1 * 1", true, false),
            ("0 0 1-31 * 1", true, false),
            ("0 0 */2 * 1", false, false),
            ("0 0 1 * *", false, false),
            ("*/5 2 * * *", false, true),
            ("0 */2 * * *", false, true),
            ("0-59 0-23 * * *", false, false),
        ] {
            let read = parse(text);
            assert_eq!((read.either_day, read.is_interval()), (either_day, interval), "{text}");
        }
    }

    #[test]
    fn a_refusal_names_the_field_the_place_and_the_reason() {
        for (text, says) in [
            ("", "expected five fields (minute, hour, day of month, month, day of week), found 0"),
            ("0 0 * * * *", "expected five fields (minute, hour, day of month, month, day of week), found 6"),
            ("@reboot", "`@reboot` is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually"),
            ("60 0 * * *", "minute, character 1: 60 is not between 0 and 59"),
            ("0  1,24 * * *", "hour, character 6: 24 is not between 0 and 23"),
            ("0 0 0 * *", "day of month, character 5: 0 is not between 1 and 31"),
            ("0 0 * 13 *", "month, character 7: 13 is not between 1 and 12"),
            ("0 0 * * 8", "day of week, character 9: 8 is not between 0 and 7"),
            ("0 0 * * 1-8", "day of week, character 11: 8 is not between 0 and 7"),
            ("99999999999 0 * * *", "minute, character 1: 99999999999 is not between 0 and 59"),
            ("1,,2 0 * * *", "minute, character 3: a value is missing"),
            ("1- 0 * * *", "minute, character 3: a value is missing"),
            ("0 0 * may-jun-jul *", "month, character 11: `jun-jul` is not a value of this field"),
            ("0 0 ? * *", "day of month, character 5: `?` is not a value of this field"),
            ("0 0 L * *", "day of month, character 5: `L` is not a value of this field"),
            ("+5 0 * * *", "minute, character 1: `+5` is not a value of this field"),
            ("ä,é 0 * * *", "minute, character 1: `ä` is not a value of this field"),
            ("0 0 * mon *", "month, character 7: `mon` is not a value of this field"),
            ("0 17-9 * * *", "hour, character 3: the range runs backwards, from 17 to 9"),
            ("0 0 * * 5-0", "day of week, character 9: the range runs backwards, from 5 to 0"),
            ("*/0 0 * * *", "minute, character 3: `0` is not a step between 1 and 59"),
            ("*/90 0 * * *", "minute, character 3: `90` is not a step between 1 and 59"),
            ("*/ 0 * * *", "minute, character 3: `` is not a step between 1 and 59"),
            ("5/10 0 * * *", "minute, character 2: a step needs a range: write `*/10` or `5-59/10`"),
        ] {
            assert_eq!(refused(text), says, "{text}");
        }
    }

    #[test]
    fn a_date_that_never_comes_is_refused_unless_the_weekday_may_do() {
        for text in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 30-31 feb */2"] {
            assert_eq!(text.parse::<Expression>(), Err(CronError::NoSuchDate), "{text}");
        }
        for text in ["0 0 29 2 *", "0 0 30 2 1", "0 0 31 2,3 *", "0 0 31 * *", "0 0 */30 2 *"] {
            parse(text);
        }
    }

    #[test]
    fn problems_can_be_told_apart() {
        let problem = Problem::OutOfRange { value: "60".into(), min: 0, max: 59 };
        assert_eq!(
            "60 0 * * *".parse::<Expression>(),
            Err(CronError::Field { field: Field::Minute, position: 1, problem })
        );
    }
}
