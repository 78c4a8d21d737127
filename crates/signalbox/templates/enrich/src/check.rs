//! The connection test of the settings form.

use signalbox_plugin_sdk::http::Request;
use signalbox_plugin_sdk::{Account, Check, CheckReport, Host, PluginError};

/// Asks the provider whose API key it is.
pub fn connection(host: &impl Host) -> Result<CheckReport, PluginError> {
    let request = Request::get("https://api.example.com/account").secret("api_key");
    let response = host.send(request)?;
    if !response.is_success() {
        let message = format!("The provider answered {}: create a new API key.", response.status);
        return Ok(CheckReport::new(None, vec![Check::failed("credentials", message)]));
    }
    let account: Account = response.json()?;
    let message = format!("The API key belongs to {}.", account.name);
    Ok(CheckReport::new(Some(account), vec![Check::passed("credentials", message)]))
}
