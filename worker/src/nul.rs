//! PostgreSQL keeps every character but NUL.

use plugin_sdk::Event;
use serde_json::Value;

/// The event with U+FFFD in the place of every NUL.
pub fn without(event: Event) -> Event {
    let Ok(mut value) = serde_json::to_value(&event) else { return event };
    replace(&mut value);
    serde_json::from_value(value).unwrap_or(event)
}

/// Puts U+FFFD, the replacement character, in the place of every NUL in a value.
pub fn replace(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(items) => items.iter_mut().for_each(replace),
        Value::Object(fields) => {
            if fields.keys().any(|name| name.contains('\0')) {
                let renamed = std::mem::take(fields).into_iter();
                *fields = renamed.map(|(name, value)| (name.replace('\0', "\u{fffd}"), value)).collect();
            }
            fields.values_mut().for_each(replace);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_replaced_wherever_it_stands() {
        let mut value = json!({ "a\u{0}": ["x\u{0}y", 1, { "b": "\u{0}" }] });
        replace(&mut value);
        assert_eq!(value, json!({ "a\u{fffd}": ["x\u{fffd}y", 1, { "b": "\u{fffd}" }] }));
    }
}
