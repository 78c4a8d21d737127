//! The settings of a connection, as `manifest.json` declares them. Secrets are not among them.

use plugin_sdk::{Context, PluginError};
use serde::Deserialize;

/// One business phone number.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Settings {
    /// Meta's id of the number. Only a webhook is read without it.
    #[serde(default)]
    pub phone_number_id: String,
    /// The WhatsApp Business Account, for templates.
    #[serde(default)]
    pub waba_id: Option<String>,
    /// Graph API version.
    #[serde(default = "default_api_version")]
    pub api_version: String,
}

fn default_api_version() -> String {
    "v26.0".to_owned()
}

impl Settings {
    /// The settings of a call to Meta: complete, and safe to build a URL with.
    pub fn of(ctx: &Context) -> Result<Self, PluginError> {
        let settings: Self = ctx.settings()?;
        require_id("phone_number_id", &settings.phone_number_id)?;
        if let Some(waba_id) = settings.waba_id() {
            require_id("waba_id", waba_id)?;
        }
        if !is_version(&settings.api_version) {
            return Err(PluginError::invalid_config("api_version must look like `v26.0`"));
        }
        Ok(settings)
    }

    /// The business account, if one is set: a form sends the empty text for an empty field.
    pub fn waba_id(&self) -> Option<&str> {
        self.waba_id.as_deref().filter(|id| !id.is_empty())
    }
}

fn require_id(name: &str, value: &str) -> Result<(), PluginError> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PluginError::invalid_config(format!(
            "{name} must be the number that Meta's WhatsApp Manager shows under this name"
        )));
    }
    Ok(())
}

fn is_version(version: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    version
        .strip_prefix('v')
        .and_then(|version| version.split_once('.'))
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

#[cfg(test)]
mod tests {
    use plugin_sdk::ErrorKind;
    use plugin_sdk::testing::context;
    use serde_json::json;

    use super::Settings;

    #[test]
    fn settings_are_complete_or_refused() {
        let settings = Settings::of(&context(&json!({"phone_number_id": "1", "waba_id": ""}))).unwrap();
        assert_eq!(settings.api_version, "v26.0");
        assert_eq!(settings.waba_id(), None);

        for bad in [
            json!({}),
            json!({"phone_number_id": ""}),
            json!({"phone_number_id": "1/../2"}),
            json!({"phone_number_id": "1", "waba_id": "x"}),
            json!({"phone_number_id": "1", "api_version": "latest"}),
            json!({"phone_number_id": "1", "api_version": "v1.0/me?"}),
        ] {
            let error = Settings::of(&context(&bad)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidConfig, "{bad}");
        }
    }
}
