//! The connection test: is the token valid, does it belong to this account, what may it read?

use plugin_sdk::http::Http;
use plugin_sdk::{Account, Check, CheckReport, ErrorKind, PluginError};
use serde_json::Value;

use crate::settings::Settings;
use crate::{api, json};

/// What is read for a test: its name, the place, and the scope that opens it.
struct Probe {
    name: &'static str,
    api: &'static str,
    path: &'static str,
    scope: &'static str,
    /// What does not work without it; nothing works without the one that has no such text.
    without: Option<&'static str>,
}

const PROBES: &[Probe] = &[
    Probe {
        name: "contacts",
        api: "crm/objects",
        path: "/contacts?limit=1",
        scope: "crm.objects.contacts.read",
        without: None,
    },
    Probe {
        name: "tickets",
        api: "crm/objects",
        path: "/tickets?limit=1",
        scope: "tickets",
        without: Some("tickets can neither be created nor shown"),
    },
    Probe {
        name: "companies",
        api: "crm/objects",
        path: "/companies?limit=1",
        scope: "crm.objects.companies.read",
        without: Some("companies are not shown"),
    },
    Probe {
        name: "deals",
        api: "crm/objects",
        path: "/deals?limit=1",
        scope: "crm.objects.deals.read",
        without: Some("open deals are not shown"),
    },
    Probe {
        name: "owners",
        api: "crm/owners",
        path: "?limit=1",
        scope: "crm.objects.owners.read",
        without: Some("owners cannot be chosen"),
    },
];

/// Asks HubSpot whose token it is and tries what it opens. What is wrong with the settings is a
/// report, trouble on the way an error. Whether the token may write shows only when it does.
pub fn connection(settings: &Settings, http: &dyn Http) -> Result<CheckReport, PluginError> {
    let details = match api::call(http, api::get(api::url("account-info", "/details"))) {
        Ok(details) => details,
        Err(error) => return refused(error),
    };
    let portal = json::text(&details, "portalId").unwrap_or_default();
    let account = Account { id: portal.clone(), name: name(&portal, &details) };
    let mut checks =
        vec![Check::passed("credentials", "HubSpot accepts the access token."), of_portal(settings, &portal)];
    for probe in PROBES {
        checks.push(of_scope(probe, http)?);
    }
    Ok(CheckReport::new(Some(account), checks))
}

fn refused(error: PluginError) -> Result<CheckReport, PluginError> {
    let advice = match error.kind {
        ErrorKind::AuthRequired => {
            "It has expired, was revoked or is not complete: copy the access token of the private app or service key \
             again, or connect the account anew."
        }
        ErrorKind::PermissionDenied if error.remote_status.is_some() => "Grant the app its scopes again.",
        _ => return Err(error),
    };
    let message = format!("{}. {advice}", sentence(&error.message));
    Ok(CheckReport::new(None, vec![Check::failed("credentials", message)]))
}

/// HubSpot tells no name of an account, but what kind it is: a sandbox should be seen to be one.
fn name(portal: &str, details: &Value) -> String {
    match json::text(details, "accountType").as_deref() {
        None | Some("STANDARD") => format!("HubSpot account {portal}"),
        Some(kind) => format!("HubSpot account {portal} ({})", kind.to_ascii_lowercase().replace('_', " ")),
    }
}

fn of_portal(settings: &Settings, portal: &str) -> Check {
    if portal == settings.portal_id {
        return Check::passed("account", format!("The token belongs to account {portal}."));
    }
    Check::failed(
        "account",
        format!(
            "The token belongs to account {portal}, the settings name {}: its webhooks would not be recognised. Correct \
             one of them.",
            settings.portal_id
        ),
    )
}

fn of_scope(probe: &Probe, http: &dyn Http) -> Result<Check, PluginError> {
    let Err(error) = api::call(http, api::get(api::url(probe.api, probe.path))) else {
        return Ok(Check::passed(probe.name, format!("The token may read {}.", probe.name)));
    };
    let is_refused = matches!(error.kind, ErrorKind::PermissionDenied | ErrorKind::NotFound);
    if !is_refused || error.remote_status.is_none() {
        return Err(error);
    }
    let advice = format!("add the scope {} to the app", probe.scope);
    Ok(match probe.without {
        None => Check::failed(probe.name, format!("{}: {advice}.", sentence(&error.message))),
        Some(without) => Check::passed(probe.name, format!("Not granted, so {without}. If they are wanted, {advice}.")),
    })
}

fn sentence(message: &str) -> String {
    let mut sentence = message.trim_end_matches('.').to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}
