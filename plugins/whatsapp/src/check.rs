//! The connection test: does the token open this number?

use plugin_sdk::http::Http;
use plugin_sdk::{Account, Check, CheckReport, ErrorKind, PluginError};
use serde_json::Value;

use crate::settings::Settings;
use crate::{graph, json};

const FIELDS: &str = "display_phone_number,verified_name,quality_rating";

/// Asks Meta for the number. What is wrong with the settings is a report, trouble on the way an
/// error.
pub fn connection(settings: &Settings, http: &dyn Http) -> Result<CheckReport, PluginError> {
    let path = format!("{}?fields={FIELDS}", settings.phone_number_id);
    match graph::get(http, graph::url(&settings.api_version, &path)) {
        Ok(number) => Ok(opened(settings, &number)),
        Err(error) => refused(error),
    }
}

fn opened(settings: &Settings, number: &Value) -> CheckReport {
    let phone = json::text(number, "display_phone_number");
    let name = json::text(number, "verified_name");
    let label = match (name, phone) {
        (Some(name), Some(phone)) => format!("{name} ({phone})"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => settings.phone_number_id.clone(),
    };
    let quality = match json::text(number, "quality_rating").as_deref() {
        Some("RED") => "low: Meta may limit or restrict this number; review what is sent and to whom".to_owned(),
        Some(rating) => rating.to_ascii_lowercase(),
        None => "not rated yet".to_owned(),
    };
    CheckReport::new(
        Some(Account { id: settings.phone_number_id.clone(), name: label.clone() }),
        vec![
            Check::passed("credentials", "Meta accepts the access token."),
            Check::passed("phone_number", format!("The token opens {label}.")),
            Check::passed("quality", format!("Quality rating: {quality}.")),
        ],
    )
}

fn refused(error: PluginError) -> Result<CheckReport, PluginError> {
    let (name, advice) = match error.kind {
        ErrorKind::AuthRequired => (
            "credentials",
            "Meta does not accept the access token: it has expired, was revoked or is not \
             complete. Create a token for a system user of your business, with the permissions \
             whatsapp_business_messaging and whatsapp_business_management, and enter it again.",
        ),
        ErrorKind::PermissionDenied if error.remote_status.is_some() => (
            "permissions",
            "The access token is valid but may not use this number. Give its system user access \
             to the WhatsApp account, and the permissions whatsapp_business_messaging and \
             whatsapp_business_management.",
        ),
        ErrorKind::InvalidConfig | ErrorKind::NotFound | ErrorKind::InvalidInput => (
            "phone_number",
            "Meta knows no number with this phone number ID, or the token may not see it. Copy \
             the ID (not the number itself) from WhatsApp Manager, API setup.",
        ),
        _ => return Err(error),
    };
    let message = format!("{advice} Meta says: {}", error.message);
    Ok(CheckReport::new(None, vec![Check::failed(name, message)]))
}

#[cfg(test)]
mod tests {
    use plugin_sdk::ErrorKind;
    use plugin_sdk::http::{Failure, FailureKind};
    use plugin_sdk::testing::MockHost;
    use serde_json::json;

    use super::connection;
    use crate::settings::Settings;

    fn settings() -> Settings {
        Settings { phone_number_id: "106540352242922".to_owned(), waba_id: None, api_version: "v26.0".to_owned() }
    }

    #[test]
    fn an_open_number_is_shown() {
        let http = MockHost::new().json(200, &json!({
            "display_phone_number": "+1 555-078-3881", "verified_name": "Lucky Shrub", "quality_rating": "GREEN", "id": "106540352242922",
        }));
        let report = connection(&settings(), &http).unwrap();
        assert!(report.ok);
        assert_eq!(report.account.unwrap().name, "Lucky Shrub (+1 555-078-3881)");
        assert_eq!(
            http.requests()[0].url,
            "https://graph.facebook.com/v26.0/106540352242922?fields=display_phone_number,verified_name,quality_rating"
        );
    }

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn what_is_wrong_is_reported_with_advice() {
        for (status, error, check) in [
            (401, json!({"code": 190, "message": "Error validating access token"}), "credentials"),
            (403, json!({"code": 200, "message": "Permissions error"}), "permissions"),
            (400, json!({"code": 100, "error_subcode": 33, "message": "Unsupported get request"}), "phone_number"),
        ] {
            let http = MockHost::new().json(status, &json!({ "error": error }));
            let report = connection(&settings(), &http).unwrap();
            assert!(!report.ok);
            assert_eq!(report.checks[0].name, check);
            assert!(
                report.checks[0]
                    .message
                    .contains(error["message"].as_str().unwrap())
            );
        }
    }

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn trouble_on_the_way_is_an_error() {
        for (failure, kind) in [
            (Failure::unsent(FailureKind::Connect, "refused"), ErrorKind::Transient),
            (Failure::unsent(FailureKind::Denied, "policy"), ErrorKind::PermissionDenied),
        ] {
            let error = connection(&settings(), &MockHost::new().fail(failure)).unwrap_err();
            assert_eq!(error.kind, kind);
        }
    }
}
