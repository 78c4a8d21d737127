//! What changes a shop.
//!
//! Input that is valid under the schema and still makes no sense is answered with `userErrors` beside an empty result,
//! in an answer of HTTP 200 without `errors`.

mod cancel;
mod refund;
mod subscriptions;
mod tags;

use super::connection::refused;
use super::execute::Call;
use apollo_compiler::resolvers::{FieldError, ResolveInfo};
use serde_json::{Value, json};

/// The first version in which a refund needs an idempotency key.
const KEYS_REQUIRED_SINCE: &str = "2026-04";

/// The payload of a mutation, or what is wrong with its input.
type Outcome = Result<Value, UserError>;

/// An error of the input.
#[derive(Debug)]
struct UserError {
    field: Vec<String>,
    message: String,
}

impl UserError {
    fn new(field: &[&str], message: impl Into<String>) -> Self {
        Self { field: field.iter().map(|part| (*part).to_owned()).collect(), message: message.into() }
    }

    fn json(&self) -> Value {
        json!({ "field": self.field, "message": self.message })
    }
}

pub(super) fn run(call: &Call<'_>, info: &ResolveInfo<'_>) -> Result<Value, FieldError> {
    let arguments = serde_json::to_value(info.arguments()).unwrap_or_default();
    let name = info.field_name();
    if name != "refundCreate" {
        return once(call, name, &arguments);
    }
    // A key that was seen before has the answer of that time.
    let key = match idempotency_key(call, info) {
        Some(key) => key,
        None if call.version >= KEYS_REQUIRED_SINCE => {
            return Err(refused("The @idempotent directive is required for this mutation but was not provided."));
        }
        None => return once(call, name, &arguments),
    };
    if let Some((before, answer)) = call.settled.borrow().get(&key) {
        if *before == arguments {
            return Ok(answer.clone());
        }
        return Err(refused("The same idempotency key cannot be used with different operation parameters."));
    }
    let answer = once(call, name, &arguments)?;
    call.settled.borrow_mut().insert(key, (arguments, answer.clone()));
    Ok(answer)
}

fn once(call: &Call<'_>, name: &str, arguments: &Value) -> Result<Value, FieldError> {
    let outcome = match name {
        "orderCancel" => return Ok(cancel::run(call, arguments)),
        "refundCreate" => refund::run(call, arguments),
        "tagsAdd" => tags::add(call, arguments),
        "tagsRemove" => tags::remove(call, arguments),
        "webhookSubscriptionCreate" => subscriptions::create(call, arguments),
        "webhookSubscriptionDelete" => subscriptions::delete(call, arguments),
        other => return Err(refused(&format!("the simulator does not answer {other}"))),
    };
    Ok(match outcome {
        Ok(mut answer) => {
            answer["userErrors"] = json!([]);
            answer
        }
        Err(error) => json!({ "userErrors": [error.json()] }),
    })
}

fn idempotency_key(call: &Call<'_>, info: &ResolveInfo<'_>) -> Option<String> {
    let directive = info.field_selections()[0].directives.get("idempotent")?;
    let key = directive.specified_argument_by_name("key")?;
    let key = match key.as_variable() {
        Some(variable) => call.variables.get(variable.as_str())?.as_str()?,
        None => key.as_str()?,
    };
    Some(key.to_owned()).filter(|key| !key.trim().is_empty())
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}
