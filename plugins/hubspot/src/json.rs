//! Reading JSON that others wrote: a field of the wrong kind is a field that is not there.

use serde_json::Value;

/// A text that is not empty. Numbers count, for ids that HubSpot writes either way.
pub fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A property of a record, if it has a value.
pub fn property(record: &Value, name: &str) -> Option<String> {
    text(record.get("properties")?, name)
}

/// Items by their keys, the smallest first. They are few: to insert one by one is less code in the
/// plugin than to sort.
pub fn in_order<T>(items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> i64) -> Vec<T> {
    let mut ordered: Vec<T> = Vec::new();
    for item in items {
        let place = key(&item);
        ordered.insert(ordered.partition_point(|other| key(other) <= place), item);
    }
    ordered
}

/// The items of a list; none if there is no list.
pub fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn items_of_equal_keys_keep_their_order() {
        let items = [(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        assert_eq!(in_order(items, |item| item.0), [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
    }
}
