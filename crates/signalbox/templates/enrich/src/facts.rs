//! Facts about a customer.

use serde_json::{Value, json};
use signalbox_plugin_sdk::http::Request;
use signalbox_plugin_sdk::{ErrorKind, Fact, Host, PluginError, Subject};

/// Asks the provider by e-mail address, or else by telephone number.
pub fn about(host: &impl Host, subject: &Subject) -> Result<Vec<Fact>, PluginError> {
    let query = match (&subject.email, &subject.phone) {
        (Some(email), _) => json!({"email": email}),
        (None, Some(phone)) => json!({"phone": phone}),
        (None, None) => return Ok(Vec::new()),
    };
    let request =
        Request::post("https://api.example.com/customers/search").secret("api_key").json(&query)?;
    let response = host.send(request)?;
    if !response.is_success() {
        let error = PluginError::of_response(&response);
        // Somebody the provider does not know has no facts; that is no error.
        return if error.kind == ErrorKind::NotFound { Ok(Vec::new()) } else { Err(error) };
    }
    let customer: Value = response.json()?;
    let Some(level) = customer["level"].as_str() else {
        return Ok(Vec::new());
    };
    let fact = Fact::new("{{name}}.level", "Loyalty level", level);
    Ok(vec![Fact { data: customer, ..fact }])
}
