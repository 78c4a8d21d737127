//! The action `find_customer`.

use serde_json::Value;
use signalbox_plugin_sdk::http::Request;
use signalbox_plugin_sdk::{ErrorKind, Host, PluginError};

use crate::shapes::{FindCustomer, FoundCustomer};

/// Asks the provider.
pub fn run(host: &impl Host, input: &FindCustomer) -> Result<Value, PluginError> {
    let request =
        Request::post("https://api.example.com/customers/search").secret("api_key").json(input)?;
    let response = host.send(request)?;
    let found = if response.is_success() {
        response.json()?
    } else {
        let error = PluginError::of_response(&response);
        // Nobody has the address: that is an answer.
        if error.kind != ErrorKind::NotFound {
            return Err(error);
        }
        FoundCustomer { id: None, name: None }
    };
    serde_json::to_value(found).map_err(|error| PluginError::internal(error.to_string()))
}
