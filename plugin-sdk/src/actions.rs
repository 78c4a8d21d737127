//! What rules and people can ask a plugin to do.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::call::Context;
use crate::error::PluginError;
use crate::host::Host;

/// A plugin with actions. The manifest lists them with the schemas of what they take and give;
/// the host holds both against them.
///
/// ```
/// use serde::Deserialize;
/// use serde_json::{Value, json};
/// use signalbox_plugin_sdk::actions::{Actions, Call};
/// use signalbox_plugin_sdk::{Context, Host, PluginError};
///
/// #[derive(Deserialize)]
/// struct Greeting {
///     name: String,
/// }
///
/// struct Greeter;
///
/// impl Actions for Greeter {
///     fn invoke(_: &Context, _: &impl Host, call: &Call) -> Result<Value, PluginError> {
///         match call.name.as_str() {
///             "greet" => Ok(json!({ "text": format!("Hello, {}!", call.input::<Greeting>()?.name) })),
///             _ => Err(call.unknown()),
///         }
///     }
/// }
/// ```
pub trait Actions {
    /// Runs an action of the manifest.
    fn invoke(ctx: &Context, host: &impl Host, call: &Call) -> Result<Value, PluginError>;
}

/// An action that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its name in the manifest.
    pub name: String,
    /// As the manifest's schema says.
    pub input: Value,
    /// The same for every attempt of one call, and for no other: what a provider that knows such
    /// keys gets, so that an action whose answer was lost is not done twice.
    pub idempotency_key: String,
}

impl Call {
    /// The input as the action's own type.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, PluginError> {
        T::deserialize(&self.input).map_err(|error| PluginError::invalid_input(format!("input: {error}")))
    }

    /// The answer to a name that is no action.
    pub fn unknown(&self) -> PluginError {
        PluginError::unsupported(format!("no action `{}`", self.name))
    }
}
