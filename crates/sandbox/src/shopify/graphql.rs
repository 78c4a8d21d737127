//! The GraphQL Admin API: what a request costs, whether it may run, and its answer.

mod connection;
mod cost;
mod execute;
mod mutations;
pub(super) mod render;
mod schema;
mod search;
mod suggest;

use super::store::Store;
use super::topics::Change;
use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::{RequestError, coerce_variable_values};
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use chrono::{DateTime, Utc};
use cost::Cost;
use execute::{Call, Object};
use serde::Deserialize;
use serde_json::{Value, json};
use std::cell::RefCell;

/// The most one request may cost.
const MOST_PER_REQUEST: u64 = 1000;
const LIMITS: &str = "https://shopify.dev/api/usage/rate-limits";

/// The body of a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    query: String,
    #[serde(default)]
    variables: Option<JsonMap>,
    #[serde(default)]
    operation_name: Option<String>,
}

/// Answers a request; what it changed is for the webhooks.
pub(super) fn answer(store: &mut Store, request: &Request, version: &str, now: DateTime<Utc>) -> (Value, Vec<Change>) {
    match run(store, request, version, now) {
        Ok(done) => done,
        Err(errors) => (json!({ "errors": errors }), Vec::new()),
    }
}

fn run(
    store: &mut Store,
    request: &Request,
    version: &str,
    now: DateTime<Utc>,
) -> Result<(Value, Vec<Change>), Vec<Value>> {
    let document = schema::document(&request.query)?;
    let failed = |error: RequestError| vec![json!(error.to_graphql_error(&document.sources))];
    let operation = document.operations.get(request.operation_name.as_deref()).map_err(failed)?;
    let variables = request.variables.clone().unwrap_or_default();
    let variables = coerce_variable_values(schema::schema(), operation, &variables).map_err(failed)?;
    check_scopes(&store.shop.scopes, operation, &document)?;

    let cost = Cost { document: &document, operation, variables: &variables };
    let requested = cost.requested();
    if requested > MOST_PER_REQUEST {
        return Err(vec![too_dear(requested)]);
    }
    if !store.points.has(requested, now) {
        let throttled = json!({
            "errors": [{ "message": "Throttled", "extensions": { "code": "THROTTLED", "documentation": LIMITS } }],
            "extensions": { "cost": store.points.status(requested, None) },
        });
        return Ok((throttled, Vec::new()));
    }
    let (mut answer, data, changes) = execute(store, &document, operation, &variables, version, now)?;
    let actual = cost.actual(data.as_ref());
    store.points.take(actual);
    answer["extensions"]["cost"] = store.points.status(requested, Some(actual));
    Ok((answer, changes))
}

fn execute(
    store: &mut Store,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
    version: &str,
    now: DateTime<Utc>,
) -> Result<(Value, Option<JsonMap>, Vec<Change>), Vec<Value>> {
    let call = Call {
        shop: &store.shop,
        records: RefCell::new(&mut store.records),
        settled: RefCell::new(&mut store.settled),
        now,
        version,
        variables,
        changes: RefCell::default(),
        search: RefCell::default(),
    };
    let root = Object::root(&call, operation.object_type());
    let executed = Execution::new(schema::schema(), document)
        .operation(operation)
        .coerced_variable_values(variables)
        .enable_schema_introspection(true)
        .execute_sync(&root)
        .map_err(|error| vec![json!(error.to_graphql_error(&document.sources))])?;
    let mut answer = json!({ "data": executed.data });
    let errors: Vec<Value> = executed.errors.iter().map(|error| refusal(&json!(error))).collect();
    if !errors.is_empty() {
        answer["errors"] = errors.into();
    }
    let (search, changes) = (call.search.take(), call.changes.take());
    if !search.is_empty() {
        answer["extensions"]["search"] = search.into();
    }
    Ok((answer, executed.data, changes))
}

/// An error of a field in Shopify's form.
fn refusal(error: &Value) -> Value {
    let mut error = error.clone();
    let message = error["message"].as_str().unwrap_or_default();
    error["message"] = message.strip_prefix("resolver error: ").unwrap_or(message).into();
    error["extensions"]["code"] = "BAD_REQUEST".into();
    error
}

/// Refuses root fields that the app's scopes do not cover.
fn check_scopes(granted: &[String], operation: &Operation, document: &ExecutableDocument) -> Result<(), Vec<Value>> {
    let mut errors = Vec::new();
    for field in operation.root_fields(document) {
        let needed = match field.name.as_str() {
            "order" | "orders" => "read_orders",
            "customer" | "customers" => "read_customers",
            "location" | "locations" => "read_locations",
            "product" | "products" => "read_products",
            "refundCreate" | "orderCancel" => "write_orders",
            _ => continue,
        };
        // Who may write may read.
        let covers = |scope: &String| scope == needed || *scope == needed.replace("read_", "write_");
        if !granted.iter().any(covers) {
            let access = format!("`{needed}` access scope.");
            errors.push(json!({
                "message": format!("Access denied for {} field. Required access: {access}", field.name),
                "path": [field.response_key().as_str()],
                "extensions": {
                    "code": "ACCESS_DENIED",
                    "documentation": "https://shopify.dev/api/usage/access-scopes",
                    "requiredAccess": access,
                },
            }));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn too_dear(cost: u64) -> Value {
    json!({
        "message": format!("Query cost is {cost}, which exceeds the single query max cost limit ({MOST_PER_REQUEST})."),
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": cost,
            "maxCost": MOST_PER_REQUEST,
            "documentation": LIMITS,
        },
    })
}
