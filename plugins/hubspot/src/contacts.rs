//! Finding, creating and changing contacts.

use plugin_sdk::http::Http;
use plugin_sdk::{ErrorKind, Host, PluginError};
use serde_json::{Value, json};

use crate::create::{self, Draft, Mark};
use crate::model::contact::{Contact, ContactFields, CreatedContact, FindContact, FoundContact, UpdateContact};
use crate::search::{Search, filter};
use crate::settings::Settings;
use crate::{api, json, links};

/// The properties that are read of a contact.
pub const PROPERTIES: &[&str] = &[
    "email",
    "phone",
    "mobilephone",
    "firstname",
    "lastname",
    "company",
    "lifecyclestage",
    "hubspot_owner_id",
    "lastmodifieddate",
];

/// The properties in which people write a telephone number.
const PHONES: &[&str] = &["phone", "mobilephone", "hs_whatsapp_phone_number"];
/// The properties in which HubSpot writes it in E.164 form, however people wrote it.
const CALCULATED_PHONES: &[&str] = &["hs_calculated_phone_number", "hs_calculated_mobile_number"];

/// Finds a contact. Nobody found is no error.
pub fn find(settings: &Settings, http: &dyn Http, input: &FindContact) -> Result<FoundContact, PluginError> {
    let (matches, record) = match (&input.id, &input.email, &input.phone) {
        (Some(id), None, None) => one(by_id(http, id, "")?),
        (None, Some(email), None) => one(by_email(http, email, "")?),
        (None, None, Some(phone)) => by_phone(http, phone)?,
        _ => return Err(PluginError::invalid_input("give exactly one of id, email and phone")),
    };
    Ok(FoundContact { matches, contact: record.map(|record| contact(settings, &record)) })
}

fn one(record: Option<Value>) -> (u64, Option<Value>) {
    (u64::from(record.is_some()), record)
}

/// A contact by its id; `more` is added to the query.
pub fn by_id(http: &dyn Http, id: &str, more: &str) -> Result<Option<Value>, PluginError> {
    let (id, properties) = (api::encode(id), PROPERTIES.join(","));
    api::find(http, api::get(api::objects(&format!("contacts/{id}?properties={properties}{more}"))))
}

/// A contact by its e-mail address; `more` is added to the query. Unlike a search it finds what was
/// just written.
pub fn by_email(http: &dyn Http, email: &str, more: &str) -> Result<Option<Value>, PluginError> {
    let (email, properties) = (api::encode(email), PROPERTIES.join(","));
    let url = api::objects(&format!("contacts/{email}?idProperty=email&properties={properties}{more}"));
    api::find(http, api::get(url))
}

/// How many contacts have a telephone number, and the one that was changed last: those in which it is
/// written like this, or else in any other way.
pub fn by_phone(http: &dyn Http, phone: &str) -> Result<(u64, Option<Value>), PluginError> {
    let written = with_phone(http, PHONES, phone)?;
    if written.1.is_some() {
        return Ok(written);
    }
    match with_phone(http, CALCULATED_PHONES, phone) {
        // An account that does not know the properties has nobody with them.
        Err(error) if error.kind == ErrorKind::InvalidInput => Ok((0, None)),
        calculated => calculated,
    }
}

fn with_phone(http: &dyn Http, properties: &[&str], phone: &str) -> Result<(u64, Option<Value>), PluginError> {
    let search = Search {
        records: "contacts",
        groups: properties.iter().map(|property| vec![filter(property, "EQ", phone)]).collect(),
        sort: ("lastmodifieddate", "DESCENDING"),
        properties: PROPERTIES,
        limit: 1,
        after: 0,
    };
    let answer = search.run(http)?;
    let record = json::items(&answer, "results").next().cloned();
    let total = answer.get("total").and_then(Value::as_u64).unwrap_or(0);
    Ok((total.max(u64::from(record.is_some())), record))
}

/// Creates a contact. One that has the e-mail address already is returned as it is: that there is a
/// contact with it was what was wanted.
pub fn create(
    settings: &Settings,
    host: &impl Host,
    key: &str,
    now_ms: i64,
    input: ContactFields,
) -> Result<CreatedContact, PluginError> {
    let mut properties = input.into_properties();
    let is_named = |name: &str| properties.get(name).is_some_and(|value| !value.is_empty());
    // <https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide>: one of these is required.
    if !["email", "firstname", "lastname"].into_iter().any(is_named) {
        return Err(PluginError::invalid_input("HubSpot takes a contact with an e-mail address or a name only"));
    }
    let has_email = is_named("email");
    if let Some(owner) = settings.owner_id() {
        properties.entry("hubspot_owner_id".to_owned()).or_insert_with(|| owner.to_owned());
    }
    let draft = |_| Draft {
        records: "contacts",
        properties: properties.clone(),
        links: Vec::new(),
        mark: if has_email {
            Mark::Unique("email")
        } else {
            Mark::Alike(&["phone", "firstname", "lastname"], "createdate")
        },
    };
    match create::once(host, key, now_ms, &draft) {
        Ok(created) => Ok(CreatedContact { created: created.new, contact: contact(settings, &created.record) }),
        Err(error) => match conflict(&error).map(|id| by_id(host, id, "")).transpose()?.flatten() {
            Some(existing) => Ok(CreatedContact { created: false, contact: contact(settings, &existing) }),
            None => Err(error),
        },
    }
}

/// The id of the record that is in the way.
fn conflict(error: &PluginError) -> Option<&str> {
    error.code.as_deref().and_then(|code| code.strip_prefix("conflict:"))
}

/// Changes properties of a contact. To do so twice changes nothing more.
pub fn update(settings: &Settings, http: &dyn Http, input: UpdateContact) -> Result<Contact, PluginError> {
    let place = match (&input.id, &input.email) {
        (Some(id), None) => api::encode(id),
        (None, Some(email)) => format!("{}?idProperty=email", api::encode(email)),
        _ => return Err(PluginError::invalid_input("give either id or email")),
    };
    let properties = input.set.into_properties();
    if properties.is_empty() {
        return Err(PluginError::invalid_input("`set` holds nothing to change"));
    }
    let url = api::objects(&format!("contacts/{place}"));
    let request = api::with_body("PATCH", url, &json!({ "properties": properties }))?;
    let record = api::call(http, request).map_err(|error| match error.kind {
        ErrorKind::NotFound => PluginError { message: "HubSpot has no such contact".to_owned(), ..error },
        _ => error,
    })?;
    Ok(contact(settings, &record))
}

fn contact(settings: &Settings, record: &Value) -> Contact {
    let property = |name| json::property(record, name);
    Contact {
        id: json::text(record, "id").unwrap_or_default(),
        email: property("email"),
        phone: property("phone").or_else(|| property("mobilephone")),
        first_name: property("firstname"),
        last_name: property("lastname"),
        company: property("company"),
        lifecycle_stage: property("lifecyclestage"),
        owner_id: property("hubspot_owner_id"),
        url: links::record(&settings.portal_id, links::CONTACT, record),
    }
}
