//! Reading JSON that others wrote: a field of the wrong kind is a field that is not there.

use serde_json::Value;

/// A text that is not empty. Numbers count, for ids that Meta sends either way.
pub fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A truth value; absent is false.
pub fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// A number, also when it is written as text.
pub fn number(value: &Value, key: &str) -> Option<f64> {
    match value.get(key)? {
        Value::Number(number) => number.as_f64(),
        // Not by `str::parse`, which would bring 18 KB along.
        Value::String(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

/// An object or array that is not null.
pub fn present(value: &Value, key: &str) -> Option<Value> {
    value.get(key).filter(|value| !value.is_null()).cloned()
}
