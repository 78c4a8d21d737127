//! Telling the provider where webhooks go.

use serde_json::Value;

use crate::call::Context;
use crate::error::PluginError;
use crate::host::Host;

/// A plugin whose provider takes the address of webhooks over its API.
///
/// ```
/// use serde_json::{Value, json};
/// use signalbox_plugin_sdk::http::Request;
/// use signalbox_plugin_sdk::{Context, Host, PluginError, Setup};
///
/// struct Orders;
///
/// impl Setup for Orders {
///     fn subscribe(_: &Context, host: &impl Host, url: &str) -> Result<Value, PluginError> {
///         let request = Request::post("https://api.example.com/webhooks").secret("token");
///         let response = host.send(request.json(&json!({ "address": url }))?)?;
///         Ok(json!({ "id": response.json::<Value>()?["id"] }))
///     }
///
///     fn unsubscribe(_: &Context, host: &impl Host, registration: &Value) -> Result<(), PluginError> {
///         let id = registration["id"].as_str().unwrap_or_default();
///         host.send(Request::new("DELETE", format!("https://api.example.com/webhooks/{id}")).secret("token"))?;
///         Ok(())
///     }
/// }
/// ```
pub trait Setup {
    /// Registers `url` with the provider, also when that was done before. Returns what
    /// [`unsubscribe`](Self::unsubscribe) needs: any JSON, kept by the host.
    fn subscribe(ctx: &Context, host: &impl Host, url: &str) -> Result<Value, PluginError>;

    /// Takes back what [`subscribe`](Self::subscribe) did. What is gone already is no error.
    fn unsubscribe(ctx: &Context, host: &impl Host, registration: &Value) -> Result<(), PluginError>;
}
