//! What the host tells about a call.

use serde::de::DeserializeOwned;

use crate::error::PluginError;

/// For whom and when a call is made. The same for every function.
///
/// There is no `self` in a plugin's functions: every call runs in a fresh instance, so nothing
/// lives longer than a call. What should be remembered goes into [`State`](crate::state::State).
#[derive(Debug, Clone)]
pub struct Context {
    /// Unique per call.
    pub call_id: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The time the call began, in milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// The connection the call is for.
    pub connection_id: String,
    /// The connection's settings as JSON, without its secrets.
    pub settings: String,
}

impl Context {
    /// The settings as the plugin's own type.
    ///
    /// ```
    /// #[derive(serde::Deserialize)]
    /// struct Settings {
    ///     shop: String,
    /// }
    ///
    /// let ctx = signalbox_plugin_sdk::testing::context(&serde_json::json!({"shop": "kettle"}));
    /// let settings: Settings = ctx.settings()?;
    /// assert_eq!(settings.shop, "kettle");
    /// # Ok::<(), signalbox_plugin_sdk::PluginError>(())
    /// ```
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, PluginError> {
        serde_json::from_str(&self.settings).map_err(|error| PluginError::invalid_config(format!("settings: {error}")))
    }

    /// The time of the call as a signed number, as events carry it.
    pub fn now(&self) -> i64 {
        i64::try_from(self.now_ms).unwrap_or(i64::MAX)
    }
}
