//! Amounts as Shopify writes them: decimal strings, never numbers.

/// The amount as the GraphQL API writes a `Decimal`: `39.9`, `40.0`.
pub(crate) fn decimal(minor: i64) -> String {
    let text = fixed(minor);
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

/// The amount as REST bodies and webhooks write it: `39.90`.
pub(crate) fn fixed(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}

/// Minor units of an amount that a client wrote, as a string or a number; `None` if it is no amount.
pub(crate) fn minor(value: &serde_json::Value) -> Option<i64> {
    let text = match value {
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.trim_end_matches('0').len() > 2 {
        return None;
    }
    let cents = format!("{fraction:0<2}")[..2].parse::<i64>().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_are_written_as_shopify_writes_them() {
        let cases = [(3990, "39.9", "39.90"), (4000, "40.0", "40.00"), (5, "0.05", "0.05"), (0, "0.0", "0.00")];
        for (amount, graphql, rest) in cases {
            assert_eq!((decimal(amount).as_str(), fixed(amount).as_str()), (graphql, rest));
        }
        assert_eq!(fixed(-150), "-1.50");
    }

    #[test]
    fn amounts_are_read_from_strings_and_numbers() {
        for (value, expected) in [
            (json!("39.9"), Some(3990)),
            (json!("39.90"), Some(3990)),
            (json!("40"), Some(4000)),
            (json!("40.000"), Some(4000)),
            (json!(12.5), Some(1250)),
            (json!(7), Some(700)),
            (json!("0.015"), None),
            (json!("-1"), None),
            (json!("1,50"), None),
            (json!(""), None),
            (json!("."), None),
            (json!(null), None),
        ] {
            assert_eq!(minor(&value), expected, "{value}");
        }
    }
}
