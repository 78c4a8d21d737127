//! JSON without a lost digit.
//!
//! Shopify's ids are numbers of 64 bits, of which a JavaScript reader of the event log keeps 53, and
//! nobody promises that there will not be longer ones. So ids become texts.

use std::borrow::Cow;

use serde_json::{Error, Value};

/// Integers of this many digits may exceed what every reader keeps exactly: 2^53 has as many.
const LONG: usize = 16;

/// Reads JSON in which whole numbers of 16 digits or more, and every number that is an id by its
/// name, become texts.
pub(super) fn read(body: &[u8]) -> Result<Value, Error> {
    let mut value = serde_json::from_slice(&quote_long_numbers(body))?;
    write_ids_as_text(&mut value);
    Ok(value)
}

/// The same JSON with quotation marks around long numbers; what is no JSON does not become any.
fn quote_long_numbers(body: &[u8]) -> Cow<'_, [u8]> {
    let mut quoted = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'"' => at = end_of_text(body, at),
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(body, at);
                if is_long_integer(&body[at..end]) {
                    quoted.extend_from_slice(&body[copied..at]);
                    quoted.push(b'"');
                    quoted.extend_from_slice(&body[at..end]);
                    quoted.push(b'"');
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(body);
    }
    quoted.extend_from_slice(&body[copied..]);
    Cow::Owned(quoted)
}

/// Behind the text that begins at `start`.
fn end_of_text(body: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < body.len() {
        match body[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    body.len()
}

/// Behind the number that begins at `start`.
fn end_of_number(body: &[u8], start: usize) -> usize {
    let rest = &body[start..];
    let length = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
    start + length.unwrap_or(rest.len())
}

/// As JSON writes integers: no zero in front.
fn is_long_integer(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    digits.len() >= LONG && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit)
}

/// Also short ids are texts, so that an id has the same type in every shop.
fn write_ids_as_text(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_id(name) { write_as_text(member) } else { write_ids_as_text(member) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(write_ids_as_text),
        _ => {}
    }
}

fn is_id(name: &str) -> bool {
    let lists_of_ids = ["orders_requested", "orders_to_redact"];
    name == "id" || name.ends_with("_id") || name.ends_with("_ids") || lists_of_ids.contains(&name)
}

fn write_as_text(id: &mut Value) {
    match id {
        Value::Number(number) => *id = Value::String(number.to_string()),
        Value::Array(ids) => ids.iter_mut().for_each(write_as_text),
        other => write_ids_as_text(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn no_digit_is_lost() {
        let body = br#"{"id":820982911946154508,"count":12345678901234567890123,"small":12,"n":-9007199254740993,
            "user_id":7,"receipt":{"ids":[1],"order_ids":[1,2],"orders_to_redact":[299938]},"rate":0.0625,"total":"12.50"}"#;
        assert_eq!(
            read(body).unwrap(),
            json!({"id": "820982911946154508", "count": "12345678901234567890123", "small": 12, "n": "-9007199254740993",
                "user_id": "7", "receipt": {"ids": [1], "order_ids": ["1", "2"], "orders_to_redact": ["299938"]},
                "rate": 0.0625, "total": "12.50"})
        );
    }

    #[test]
    fn digits_inside_texts_stay_as_they_are() {
        let body =
            br#"{"a":"1234567890123456789","b":"x\"1234567890123456789","c\\":1234567890123456789,"d":"\/\u0026"}"#;
        assert_eq!(
            read(body).unwrap(),
            json!({"a": "1234567890123456789", "b": "x\"1234567890123456789", "c\\": "1234567890123456789", "d": "/&"})
        );
    }

    #[test]
    fn decimals_stay_numbers() {
        assert_eq!(read(b"[45.41634029999999, 1e20, 0]").unwrap(), json!([45.416_340_299_999_99, 1e20, 0]));
    }

    #[test]
    fn what_is_no_json_does_not_become_any() {
        for body in
            [&b"01234567890123456789"[..], b"--1234567890123456789", b"1234567890123456789x", b"\"", b"\"\\", b"", b"-"]
        {
            assert!(read(body).is_err(), "{body:?}");
        }
    }
}
