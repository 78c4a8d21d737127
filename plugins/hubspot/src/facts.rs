//! What HubSpot knows about a customer: the contact, its company, open deals and open tickets.

mod records;

use plugin_sdk::http::Http;
use plugin_sdk::{Fact, PluginError, Subject};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::{contacts, json, links, person};

/// Facts about a customer, who is looked up by HubSpot id, then by e-mail address, then by telephone
/// number. Of records that the access token may not read there are none.
pub fn about(settings: &Settings, http: &dyn Http, subject: &Subject) -> Result<Vec<Fact>, PluginError> {
    let Some(contact) = find(http, subject)? else {
        return Ok(Vec::new());
    };
    let mut facts = vec![of_contact(settings, &contact)];
    facts.extend(of_lifecycle(settings, &contact));
    facts.extend(records::company(settings, http, &contact)?);
    facts.extend(records::open_deals(settings, http, &contact)?);
    facts.extend(records::open_tickets(settings, http, &contact)?);
    Ok(facts)
}

/// The contact with the ids of what it is associated with.
fn find(http: &dyn Http, subject: &Subject) -> Result<Option<Value>, PluginError> {
    let id = |kind| plugin_sdk::sender::find(&subject.ids, kind);
    if let Some(id) = id(person::CONTACT)
        && let Some(contact) = contacts::by_id(http, id, ASSOCIATIONS)?
    {
        return Ok(Some(contact));
    }
    let email = subject.email.as_deref().or_else(|| id("email"));
    if let Some(email) = email.filter(|email| !email.is_empty())
        && let Some(contact) = contacts::by_email(http, email, ASSOCIATIONS)?
    {
        return Ok(Some(contact));
    }
    let phone = subject.phone.as_deref().or_else(|| id(plugin_sdk::SenderId::PHONE));
    let Some(phone) = phone.filter(|phone| !phone.is_empty()) else {
        return Ok(None);
    };
    // A search tells no associations.
    let (_, found) = contacts::by_phone(http, phone)?;
    match found.and_then(|contact| json::text(&contact, "id")) {
        Some(id) => contacts::by_id(http, &id, ASSOCIATIONS),
        None => Ok(None),
    }
}

/// What is added to the query of a contact.
const ASSOCIATIONS: &str = "&associations=companies,deals,tickets";

fn of_contact(settings: &Settings, contact: &Value) -> Fact {
    let property = |name| json::property(contact, name);
    let phone = property("phone").or_else(|| property("mobilephone"));
    let parts = [person::name(contact), property("email"), phone, property("company")];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    let text = if known.is_empty() { "without a name".to_owned() } else { known.join(", ") };
    Fact {
        url: Some(links::record(&settings.portal_id, links::CONTACT, contact)),
        data: json!({
            "id": json::text(contact, "id"),
            "ids": { person::CONTACT: json::text(contact, "id") },
            "owner_id": property("hubspot_owner_id"),
        }),
        profile: contact.get("properties").and_then(Value::as_object).map(person::profile),
        ..Fact::new("hubspot.contact", "HubSpot contact", text)
    }
}

fn of_lifecycle(settings: &Settings, contact: &Value) -> Option<Fact> {
    let stage = json::property(contact, "lifecyclestage")?;
    Some(Fact {
        url: Some(links::record(&settings.portal_id, links::CONTACT, contact)),
        data: json!({ "stage": stage }),
        ..Fact::new("hubspot.lifecycle_stage", "Lifecycle stage", stage)
    })
}
