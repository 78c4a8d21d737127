//! Shopify's times: RFC 3339, with an offset and any number of decimals.

/// Milliseconds since the Unix epoch; `None` for anything else than a time from 1970 to 9999.
pub fn read(text: &str) -> Option<i64> {
    let bytes = text.trim().as_bytes();
    let (date, rest) = bytes.split_at_checked(19)?;
    let is_separated = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')].into_iter().all(|(at, mark)| date[at] == mark);
    if !is_separated || !matches!(date[10], b'T' | b't' | b' ') {
        return None;
    }
    let (year, month, day) = (digits(&date[0..4])?, digits(&date[5..7])?, digits(&date[8..10])?);
    let (hour, minute, second) = (digits(&date[11..13])?, digits(&date[14..16])?, digits(&date[17..19])?);
    let is_time = (1970..=9999).contains(&year) && hour < 24 && minute < 60 && second <= 60;
    if !is_time || !(1..=12).contains(&month) || !(1..=days_of_month(year, month)).contains(&day) {
        return None;
    }
    let (milliseconds, zone) = fraction(rest);
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some((seconds - offset(zone)?) * 1_000 + milliseconds).filter(|time| *time >= 0)
}

/// The decimals at the start of `text`, in milliseconds, and what follows them.
fn fraction(text: &[u8]) -> (i64, &[u8]) {
    let Some(decimals) = text.strip_prefix(b".") else {
        return (0, text);
    };
    let length = decimals.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let place = |index: usize| if index < length { i64::from(decimals[index] - b'0') } else { 0 };
    (place(0) * 100 + place(1) * 10 + place(2), &decimals[length..])
}

/// Seconds east of Greenwich.
fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, clock) = match zone {
        [b'Z' | b'z'] => return Some(0),
        [b'+', clock @ ..] => (1, clock),
        [b'-', clock @ ..] => (-1, clock),
        _ => return None,
    };
    let (hours, minutes) = match clock {
        [hours @ .., b':', a, b] if hours.len() == 2 => (digits(hours)?, digits(&[*a, *b])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// In the Gregorian calendar.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let days_before_year = before * 365 + before / 4 - before / 100 + before / 400;
    let days_before_month: i64 = (1..month).map(|month| days_of_month(year, month)).sum();
    // 719,162 days lie before 1970.
    days_before_year + days_before_month + day - 1 - 719_162
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn times_have_offsets_and_decimals() {
        for (text, time) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-05-28T20:26:40Z", 1_780_000_000_000),
            ("2026-05-28T16:26:40-04:00", 1_780_000_000_000),
            ("2026-05-29T01:56:40+05:30", 1_780_000_000_000),
            ("2026-05-28T20:26:40.5Z", 1_780_000_000_500),
            ("2026-05-28T20:26:40.123456789Z", 1_780_000_000_123),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000),
            ("9999-12-31T23:59:60Z", 253_402_300_800_000),
        ] {
            assert_eq!(read(text), Some(time), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2026-05-28",
            "2026-05-28T20:26:40",
            "2026-05-28T20:26:40+0530",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-05-28T24:00:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "2026-05-28T20:26:40.Zx",
            "２０２６-05-28T20:26:40Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
