//! The connection test: does the token open this shop, and for what?

use plugin_sdk::{Account, Check, CheckReport, ErrorKind, PluginError};
use serde_json::json;

use crate::graphql::{Answer, Client};
use crate::json;
use crate::settings::Settings;

const SHOP: &str = "{ shop { name myshopifyDomain } currentAppInstallation { accessScopes { handle } } }";

/// The scopes that are needed, and what does not work without each. Writing includes reading.
const SCOPES: [(&str, &str); 6] = [
    ("read_orders", "orders, carts and checkouts are neither told nor found"),
    ("write_orders", "orders cannot be refunded or cancelled"),
    ("read_customers", "customers are neither told nor found"),
    ("write_customers", "customers cannot be tagged"),
    ("read_products", "products cannot be found"),
    ("read_locations", "the location for returns cannot be chosen"),
];

/// Asks Shopify for the shop and the app's scopes. What is wrong with the settings is a report,
/// trouble on the way an error.
pub fn connection(client: &Client<'_>, settings: &Settings) -> Result<CheckReport, PluginError> {
    match client.ask(SHOP, json!({})) {
        Ok(answer) => Ok(opened(settings, &answer)),
        Err(error) => refused(settings, error),
    }
}

fn opened(settings: &Settings, answer: &Answer) -> CheckReport {
    let name = json::text(&answer.data, "/shop/name").unwrap_or_else(|| settings.shop.clone());
    let domain = json::text(&answer.data, "/shop/myshopifyDomain").unwrap_or_default();
    let mut checks = vec![
        Check::passed("credentials", "Shopify accepts the access token."),
        shop(settings, &name, &domain),
        version(settings, answer.version.as_deref()),
    ];
    let scopes = json::list(&answer.data, "/currentAppInstallation/accessScopes");
    let scopes: Vec<&str> = scopes.iter().filter_map(|scope| json::str(scope, "/handle")).collect();
    checks.extend(scope_checks(&scopes));
    CheckReport::new(Some(Account { id: domain, name }), checks)
}

fn shop(settings: &Settings, name: &str, domain: &str) -> Check {
    if domain == settings.shop_domain {
        return Check::passed("shop", format!("The token opens {name}."));
    }
    let message = format!(
        "Shopify calls this shop {domain}, and so do its webhooks: enter that as the shop domain, and the part before \
         .myshopify.com as the shop name."
    );
    Check::failed("shop", message)
}

/// Shopify answers with the oldest version it still serves when it serves the wanted one no more.
fn version(settings: &Settings, answered: Option<&str>) -> Check {
    let wanted = settings.api_version.as_str();
    match answered {
        Some(other) if other != wanted => Check::failed(
            "api_version",
            format!("Shopify does not serve {wanted} and answered as {other}: choose another version."),
        ),
        _ => Check::passed("api_version", format!("API version {wanted}.")),
    }
}

fn scope_checks(granted: &[&str]) -> Vec<Check> {
    let has = |scope: &str| {
        let writing = scope.strip_prefix("read_").map(|what| format!("write_{what}"));
        granted.contains(&scope) || writing.is_some_and(|writing| granted.contains(&writing.as_str()))
    };
    let missing: Vec<Check> = SCOPES
        .into_iter()
        .filter(|(scope, _)| !has(scope))
        .map(|(scope, lost)| {
            let advice = "give it to the app in its Admin API configuration and install the app again";
            Check::failed(format!("scope_{scope}"), format!("The app lacks the scope {scope}, so {lost}: {advice}."))
        })
        .collect();
    if missing.is_empty() { vec![Check::passed("scopes", "The app has every scope it needs.")] } else { missing }
}

fn refused(settings: &Settings, error: PluginError) -> Result<CheckReport, PluginError> {
    let (name, advice) = match error.kind {
        ErrorKind::AuthRequired => (
            "credentials",
            "Shopify does not accept the access token: it is not complete, belongs to another shop or was revoked when \
             the app was removed. Install the app again and enter its new token."
                .to_owned(),
        ),
        ErrorKind::InvalidConfig => (
            "shop",
            format!("There is no shop {}, or it has no API version {}.", settings.shop_domain, settings.api_version),
        ),
        ErrorKind::PermissionDenied | ErrorKind::Permanent if error.remote_status.is_some() => {
            ("shop", "Shopify does not let the app into the shop.".to_owned())
        }
        _ => return Err(error),
    };
    Ok(CheckReport::new(None, vec![Check::failed(name, format!("{advice} {}", error.message))]))
}
