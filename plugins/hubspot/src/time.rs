//! HubSpot's times: milliseconds as a number or as text, or UTC in the form of RFC 3339.

/// Milliseconds since the Unix epoch; `None` for anything that is no time in UTC.
pub fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(ms) = text.parse::<i64>() {
        return (ms >= 0).then_some(ms);
    }
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-').map(digits);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut clock = clock.splitn(3, ':').map(digits);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let sane = (1970..3000).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !sane {
        return None;
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(seconds * 1_000 + milliseconds(fraction)?)
}

fn digits(text: &str) -> Option<i64> {
    let are_digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| text.parse().ok()).flatten()
}

/// Of a fraction of a second in digits, of which any number may follow.
fn milliseconds(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = fraction.bytes().chain(*b"00").take(3);
    Some(thousandths.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

/// In the Gregorian calendar, with the year beginning in March so that the leap day is its last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn times_are_read_in_every_form() {
        for (text, time) in [
            ("1752613920733", Some(1_752_613_920_733)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2025-07-15T21:12:00.733Z", Some(1_752_613_920_733)),
            ("2024-02-29T23:59:59.9Z", Some(1_709_251_199_900)),
            ("2000-03-01T00:00:00.000999Z", Some(951_868_800_000)),
            ("2026-12-31T00:00:00Z", Some(1_798_675_200_000)),
            ("2025-07-15T21:12:00+02:00", None),
            ("2025-13-15T21:12:00Z", None),
            ("2025-07-15", None),
            ("2025-07-15T21:12Z", None),
            ("-5", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(read(text), time, "{text}");
        }
    }
}
