//! The settings of a connection and of an endpoint; `build.rs` makes the forms out of them.

use plugin_sdk::schemars::{self, JsonSchema};
use plugin_sdk::settings::SecretRef;
use plugin_sdk::{Context, PluginError};
use serde::Deserialize;

/// One HubSpot account.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(
    deny_unknown_fields,
    // The form has to have the token, which the plugin is never given.
    extend("required" = ["portal_id", "access_token"], "x-test-connection" = true)
)]
pub struct Settings {
    /// # HubSpot account ID
    ///
    /// The number beside the account's name in HubSpot, also called portal or hub ID.
    #[schemars(
        regex(pattern = "^[0-9]{1,20}$"),
        extend(
            "x-order" = 1,
            "examples" = ["48807704"],
            "x-help-url" = "https://knowledge.hubspot.com/account-management/manage-multiple-hubspot-accounts"
        )
    )]
    pub portal_id: String,
    /// # Access token
    ///
    /// Of a private app or service key with the scopes crm.objects.contacts.read,
    /// crm.objects.contacts.write and tickets; for facts also crm.objects.companies.read and
    /// crm.objects.deals.read, for choosing an owner crm.objects.owners.read.
    #[serde(default)]
    #[schemars(
        extend(
            "x-order" = 2,
            "x-help-url" = "https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview"
        )
    )]
    pub access_token: SecretRef,
    /// # Ticket pipeline
    ///
    /// Where new tickets go. Without it, HubSpot's support pipeline.
    #[schemars(
        length(max = 100),
        extend("x-order" = 3, "x-group" = "Tickets", "x-options" = {"call": "ticket_pipelines"})
    )]
    pub ticket_pipeline: Option<String>,
    /// # Ticket stage
    ///
    /// The stage in which new tickets begin.
    #[schemars(
        length(max = 100),
        extend(
            "x-order" = 4,
            "x-group" = "Tickets",
            "x-options" = {"call": "ticket_stages", "depends-on": ["ticket_pipeline"]}
        )
    )]
    pub ticket_stage: Option<String>,
    /// # Owner
    ///
    /// Who owns new contacts, tickets and engagements. Without it, nobody.
    #[schemars(length(max = 100), extend("x-order" = 5, "x-options" = {"call": "owners"}))]
    pub owner_id: Option<String>,
}

impl Settings {
    /// The settings of a call.
    pub fn of(ctx: &Context) -> Result<Self, PluginError> {
        let settings: Self = ctx.settings()?;
        if settings.portal_id.is_empty() || !settings.portal_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PluginError::invalid_config("portal_id must be the number of the HubSpot account"));
        }
        Ok(settings)
    }

    /// The owner of what is made. A form sends the empty text for an empty field.
    pub fn owner_id(&self) -> Option<&str> {
        filled(self.owner_id.as_ref())
    }

    /// The pipeline of new tickets.
    pub fn ticket_pipeline(&self) -> Option<&str> {
        filled(self.ticket_pipeline.as_ref())
    }

    /// The stage of new tickets.
    pub fn ticket_stage(&self) -> Option<&str> {
        filled(self.ticket_stage.as_ref())
    }
}

fn filled(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}

/// What receives the webhooks of one HubSpot app.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EndpointSettings {
    /// # Client secret
    ///
    /// Signs HubSpot's webhooks; on the app's Auth page.
    #[schemars(extend("x-order" = 1))]
    pub client_secret: SecretRef,
}

#[cfg(test)]
mod tests {
    use plugin_sdk::ErrorKind;
    use plugin_sdk::testing::context;
    use serde_json::json;

    use super::Settings;

    #[test]
    fn settings_are_complete_or_refused() {
        let settings =
            Settings::of(&context(&json!({"portal_id": "62515", "owner_id": "", "ticket_stage": "2"}))).unwrap();
        assert_eq!((settings.owner_id(), settings.ticket_pipeline(), settings.ticket_stage()), (None, None, Some("2")));
        for bad in [json!({}), json!({"portal_id": ""}), json!({"portal_id": "62515/x"}), json!({"portal_id": 62515})] {
            assert_eq!(Settings::of(&context(&bad)).unwrap_err().kind, ErrorKind::InvalidConfig, "{bad}");
        }
    }
}
