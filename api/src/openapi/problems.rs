//! How operations fail: each describes what is its own, and what any such operation may meet is added here.

use crate::problem::Code;
use serde_json::{Map, Value, json};

/// A refusal that has nothing to do with what an operation is about.
struct Refusal {
    status: &'static str,
    /// What the document calls it.
    name: &'static str,
    description: &'static str,
    /// Which operations may meet it.
    concerns: fn(&Value) -> bool,
}

const REFUSALS: [Refusal; 10] = [
    Refusal {
        status: "400",
        name: "BadRequest",
        description: "`bad_request`: a parameter or header cannot be read; `malformed_json`",
        concerns: |operation| has_body(operation) || has_parameter(operation, "query"),
    },
    Refusal {
        status: "401",
        name: "Unauthenticated",
        description: "`unauthenticated`",
        concerns: |operation| !is_public(operation),
    },
    Refusal {
        status: "403",
        name: "Forbidden",
        description: "`forbidden`, `second_factor_missing`",
        concerns: |operation| !is_public(operation),
    },
    Refusal {
        status: "404",
        name: "NotFound",
        description: "`not_found`",
        concerns: |operation| has_parameter(operation, "path"),
    },
    Refusal {
        status: "409",
        name: "InProgress",
        description: "`in_progress`: a request with the same `Idempotency-Key` is not done yet",
        concerns: |operation| has_header(operation, "Idempotency-Key"),
    },
    Refusal { status: "413", name: "TooLarge", description: "`too_large`", concerns: has_body },
    Refusal {
        status: "415",
        name: "UnsupportedMediaType",
        description: "`unsupported_media_type`",
        concerns: has_body,
    },
    Refusal { status: "422", name: "Invalid", description: "`invalid`", concerns: has_body },
    Refusal {
        status: "429",
        name: "TooManyRequests",
        description: "`too_many_requests`: wait as long as `Retry-After` says",
        concerns: |_| true,
    },
    Refusal { status: "503", name: "Unavailable", description: "`unavailable`, `timed_out`", concerns: |_| true },
];

fn is_public(operation: &Value) -> bool {
    operation["security"] == json!([{}])
}

fn has_body(operation: &Value) -> bool {
    operation.get("requestBody").is_some()
}

fn has_parameter(operation: &Value, place: &str) -> bool {
    let parameters = operation["parameters"].as_array();
    parameters.is_some_and(|parameters| parameters.iter().any(|parameter| parameter["in"] == place))
}

fn has_header(operation: &Value, name: &str) -> bool {
    let parameters = operation["parameters"].as_array();
    parameters.is_some_and(|parameters| parameters.iter().any(|parameter| parameter["name"] == name))
}

/// Completes what the operations say about failures. All of them have the same body.
pub fn describe(document: &mut Value) {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    if let Some(code) = document.pointer_mut("/components/schemas/Problem/properties/code") {
        code["enum"] = json!(codes);
    }
    document["components"]["responses"] = REFUSALS
        .iter()
        .map(|refusal| (refusal.name.to_owned(), with_body(json!({ "description": refusal.description }))))
        .collect::<Map<_, _>>()
        .into();
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        complete(operation);
    }
}

fn complete(operation: &mut Value) {
    let met: Vec<&Refusal> = REFUSALS.iter().filter(|refusal| (refusal.concerns)(operation)).collect();
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (status, response) in responses.iter_mut() {
        if matches!(status.as_bytes()[0], b'4' | b'5') && response.get("content").is_none() {
            *response = with_body(response.take());
        }
    }
    for refusal in met {
        let described = json!({ "$ref": format!("#/components/responses/{}", refusal.name) });
        responses.entry(refusal.status).or_insert(described);
    }
}

fn with_body(mut response: Value) -> Value {
    response["content"] = json!({
        "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } },
    });
    response
}
