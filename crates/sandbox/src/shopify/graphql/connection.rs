//! Pages of a connection, after the Relay specification.

use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::{JsonMap, JsonValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The most that `first` or `last` may ask for.
const LARGEST_PAGE: usize = 250;

/// The page of these nodes that the arguments ask for.
pub(super) fn page(mut nodes: Vec<Value>, arguments: &JsonMap) -> Result<Value, FieldError> {
    if arguments.get("reverse").and_then(JsonValue::as_bool) == Some(true) {
        nodes.reverse();
    }
    let (first, last) = (size("first", arguments)?, size("last", arguments)?);
    if first.is_none() && last.is_none() {
        return Err(refused("you must provide one of first or last"));
    }
    if first.is_some() && last.is_some() {
        return Err(refused("providing both first and last is not supported"));
    }
    let mut start = place("after", arguments, &nodes)?.map_or(0, |place| place + 1);
    let mut end = place("before", arguments, &nodes)?.unwrap_or(nodes.len()).max(start);
    if let Some(first) = first {
        end = end.min(start + first);
    }
    if let Some(last) = last {
        start = start.max(end.saturating_sub(last));
    }
    let edges: Vec<Value> =
        nodes[start..end].iter().map(|node| json!({ "cursor": cursor(node), "node": node })).collect();
    Ok(json!({
        "pageInfo": {
            "hasPreviousPage": start > 0,
            "hasNextPage": end < nodes.len(),
            "startCursor": edges.first().map(|edge| &edge["cursor"]),
            "endCursor": edges.last().map(|edge| &edge["cursor"]),
        },
        "nodes": &nodes[start..end],
        "edges": edges,
    }))
}

fn size(name: &str, arguments: &JsonMap) -> Result<Option<usize>, FieldError> {
    let Some(size) = arguments.get(name).and_then(JsonValue::as_i64) else {
        return Ok(None);
    };
    match usize::try_from(size) {
        Ok(size) if size <= LARGEST_PAGE => Ok(Some(size)),
        Ok(_) => Err(refused(&format!("{name} cannot exceed {LARGEST_PAGE}"))),
        Err(_) => Err(refused(&format!("{name} cannot be negative"))),
    }
}

/// Where the node of a cursor stands.
fn place(name: &str, arguments: &JsonMap, nodes: &[Value]) -> Result<Option<usize>, FieldError> {
    let Some(wanted) = arguments.get(name).and_then(JsonValue::as_str) else {
        return Ok(None);
    };
    match nodes.iter().position(|node| cursor(node) == wanted) {
        Some(place) => Ok(Some(place)),
        None => Err(refused(&format!("Invalid cursor for current pagination sort: {name}"))),
    }
}

fn cursor(node: &Value) -> String {
    STANDARD.encode(node["id"].as_str().unwrap_or_default())
}

pub(super) fn refused(message: &str) -> FieldError {
    FieldError { message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(page: &Value) -> Vec<&str> {
        page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect()
    }

    fn ask(arguments: Value) -> Result<Value, String> {
        let nodes = ["a", "b", "c", "d"].map(|id| json!({ "id": id })).to_vec();
        page(nodes, JsonValue::from(arguments).as_object().unwrap()).map_err(|error| error.message)
    }

    #[test]
    fn pages_follow_one_another_in_both_directions() {
        let one = ask(json!({ "first": 3 })).unwrap();
        assert_eq!((names(&one), &one["pageInfo"]["hasNextPage"]), (vec!["a", "b", "c"], &json!(true)));
        let two = ask(json!({ "first": 3, "after": one["pageInfo"]["endCursor"] })).unwrap();
        assert_eq!((names(&two), &two["pageInfo"]["hasNextPage"]), (vec!["d"], &json!(false)));
        assert_eq!(two["pageInfo"]["hasPreviousPage"], true);
        let back = ask(json!({ "last": 2, "before": two["pageInfo"]["startCursor"] })).unwrap();
        assert_eq!(names(&back), ["b", "c"]);
        assert_eq!(names(&ask(json!({ "first": 1, "reverse": true })).unwrap()), ["d"]);
    }

    #[test]
    fn a_page_without_a_size_or_with_a_wrong_one_is_refused() {
        for arguments in [
            json!({}),
            json!({ "first": 1, "last": 1 }),
            json!({ "first": 251 }),
            json!({ "last": -1 }),
            json!({ "first": 1, "after": "nonsense" }),
        ] {
            assert!(ask(arguments.clone()).is_err(), "{arguments}");
        }
    }
}
