//! The apps and numbers that exist.

use crate::config::Secret;
use crate::whatsapp::traffic::Line;
use serde::Deserialize;
use url::Url;

/// A Meta app: it signs webhooks and has one callback URL for all its numbers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Names the app towards the control API.
    pub id: String,
    /// Signs the webhooks.
    pub app_secret: Secret,
    /// Where webhooks go; without it none are sent.
    #[serde(default)]
    pub callback_url: Option<Url>,
    /// The numbers that report to this app.
    #[serde(default)]
    pub numbers: Vec<Number>,
}

/// A business phone number.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// The id in Graph paths and webhook metadata.
    pub phone_number_id: String,
    /// The WhatsApp Business Account it belongs to.
    pub waba_id: String,
    /// Digits only, as in webhook metadata.
    pub display_phone_number: String,
    /// The business name shown to customers.
    #[serde(default = "default_verified_name")]
    pub verified_name: String,
    /// The bearer token that may use this number.
    pub access_token: Secret,
}

fn default_verified_name() -> String {
    "Sandbox Business".to_owned()
}

impl Number {
    /// The number as webhooks name it.
    pub fn line(&self) -> Line {
        Line {
            phone_number_id: self.phone_number_id.clone(),
            waba_id: self.waba_id.clone(),
            display_phone_number: self.display_phone_number.clone(),
        }
    }
}
