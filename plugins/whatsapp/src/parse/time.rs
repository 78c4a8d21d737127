//! Meta's times: a text of seconds as a rule, a number in some fields, milliseconds at times.

use serde_json::Value;

/// Milliseconds since the Unix epoch; `None` for anything that is no time after 1970.
pub fn read(value: Option<&Value>) -> Option<i64> {
    let number = match value? {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    match number {
        // Seconds would be later than the year 5000, so these are milliseconds.
        100_000_000_000..=99_999_999_999_999 => Some(number),
        1..100_000_000_000 => Some(number * 1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn times_come_in_seconds_and_milliseconds_as_text_and_number() {
        for (value, time) in [
            (json!("1749416383"), Some(1_749_416_383_000)),
            (json!(1_749_416_383), Some(1_749_416_383_000)),
            (json!("1749416383123"), Some(1_749_416_383_123)),
            (json!(1_749_416_383_123_i64), Some(1_749_416_383_123)),
            (json!("0"), None),
            (json!("-5"), None),
            (json!("yesterday"), None),
            (json!(i64::MAX), None),
            (json!(1.5), None),
            (json!(null), None),
        ] {
            assert_eq!(read(Some(&value)), time, "{value}");
        }
        assert_eq!(read(None), None);
    }
}
