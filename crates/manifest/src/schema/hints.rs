//! The `x-` hints: what a form shows beyond what a schema can say.

use serde_json::Value;
use url::Url;

use crate::error::Fault;

/// The hints there are.
pub(super) const NAMES: &[&str] = &["x-secret", "x-order", "x-group", "x-options", "x-test-connection", "x-help-url"];

/// What is wrong with a hint.
pub(super) fn fault(hint: &str, value: &Value) -> Option<Fault> {
    let (fits, expected) = match hint {
        "x-secret" => (value == &Value::Bool(true), "`true`"),
        "x-order" => (value.is_i64(), "a whole number"),
        "x-group" => (is_text(value), "a text of 1 to 100 characters"),
        "x-options" => (is_options(value), "an object with `call`, and optionally the list `depends-on`"),
        // On a field: the connection test needs it. At the root: there is a test.
        "x-test-connection" => (value.is_boolean(), "a boolean"),
        "x-help-url" => (is_https(value), "an https URL"),
        _ => {
            let hint = hint.to_owned();
            return Some(Fault::Hint { hint });
        }
    };
    (!fits).then_some(Fault::HintShape { expected })
}

fn is_text(value: &Value) -> bool {
    let text = value.as_str();
    text.is_some_and(|text| (1..=100).contains(&text.chars().count()))
}

/// Choices that the plugin offers: which list, and the fields it depends on.
fn is_options(value: &Value) -> bool {
    let Some(options) = value.as_object() else {
        return false;
    };
    options.contains_key("call")
        && options.iter().all(|(name, value)| match name.as_str() {
            "call" => is_text(value),
            "depends-on" => value.as_array().is_some_and(|n| n.iter().all(is_text)),
            _ => false,
        })
}

fn is_https(value: &Value) -> bool {
    let url = value.as_str().and_then(|text| Url::parse(text).ok());
    url.is_some_and(|url| url.scheme() == "https" && url.has_host())
}
