//! Reading JSON that others wrote: a field of the wrong kind is a field that is not there.

use serde_json::Value;

/// A text that is not empty.
pub fn text(value: &Value, pointer: &str) -> Option<String> {
    str(value, pointer).map(str::to_owned)
}

/// A text that is not empty, borrowed.
pub fn str<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

/// A list; absent is empty.
pub fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A count; absent is none.
pub fn count(value: &Value, pointer: &str) -> u32 {
    let count = value.pointer(pointer).and_then(Value::as_u64);
    count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
}

/// The texts of a list.
pub fn texts(value: &Value, pointer: &str) -> Vec<String> {
    list(value, pointer).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// An amount of money, in the currency the customer paid in.
pub fn amount(bag: &Value, pointer: &str) -> String {
    money(bag, pointer, "amount").unwrap_or_else(|| "0.0".to_owned())
}

/// The currency of an amount.
pub fn currency(bag: &Value, pointer: &str) -> String {
    money(bag, pointer, "currencyCode").unwrap_or_default()
}

fn money(bag: &Value, pointer: &str, field: &str) -> Option<String> {
    text(bag.pointer(pointer)?.get("presentmentMoney")?.get(field)?, "")
}

/// Whether an amount is nothing: `0`, `0.0`, `0.00`.
pub fn is_zero(amount: &str) -> bool {
    amount.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_of_another_kind_are_absent() {
        let value = json!({"a": "", "b": 7, "c": ["x", 1], "d": {"presentmentMoney": {"amount": "1.50", "currencyCode": "EUR"}}});
        assert_eq!(text(&value, "/a"), None);
        assert_eq!(text(&value, "/b"), None);
        assert_eq!(count(&value, "/b"), 7);
        assert_eq!(count(&value, "/a"), 0);
        assert_eq!(texts(&value, "/c"), ["x"]);
        assert_eq!((amount(&value, "/d"), currency(&value, "/d")), ("1.50".to_owned(), "EUR".to_owned()));
        assert_eq!((amount(&value, "/e"), currency(&value, "/e")), ("0.0".to_owned(), String::new()));
    }

    #[test]
    fn nothing_is_written_in_several_ways() {
        assert!(["0", "0.0", "0.00"].into_iter().all(is_zero));
        assert!(!["0.01", "10.00", "1"].into_iter().any(is_zero));
    }
}
