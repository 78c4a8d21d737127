//! Whether a line can be stored, and the one spelling of what can be written in several.

use crate::{
    directory::Directory,
    record::{Address, Attachment, Company, Contact, Conversation, Message, Note, Record, Sender, Way},
    report::Code,
};
use domain::{
    attribute::Owner,
    conversation::{ConversationType, Status},
    handle,
};
use serde_json::{Map, Value};
use url::Url;

/// The most that the fields of one thing take, as JSON.
const LARGEST: usize = 64 * 1024;
/// The most of what a line can have several of.
const MOST: usize = 100;

/// Why a line is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub code: Code,
    /// Where in the line.
    pub place: Option<String>,
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, place: None }
    }
}

pub(crate) fn refusal(code: Code, place: impl Into<String>) -> Refusal {
    Refusal { code, place: Some(place.into()) }
}

fn invalid(place: impl Into<String>) -> Refusal {
    refusal(Code::Invalid, place)
}

/// Checks everything about a line but what it refers to.
pub(crate) fn check(record: &mut Record, directory: &Directory) -> Result<(), Refusal> {
    within(record.id(), 1, 200).ok_or_else(|| invalid("/id"))?;
    match record {
        Record::Company(company) => company_is_fit(company, directory),
        Record::Contact(contact) => contact_is_fit(contact, directory),
        Record::Conversation(conversation) => conversation_is_fit(conversation, directory),
        Record::Message(message) => message_is_fit(message),
        Record::Note(note) => note_is_fit(note),
    }
}

fn company_is_fit(company: &mut Company, directory: &Directory) -> Result<(), Refusal> {
    within(company.name.trim(), 1, 255).ok_or_else(|| invalid("/name"))?;
    for (place, domain) in company.domains.iter_mut().enumerate() {
        *domain = handle::domain(domain).ok_or_else(|| invalid(format!("/domains/{place}")))?;
    }
    // Where anybody can have an address says nothing about an employer.
    company.domains.retain(|domain| !handle::is_free_mail(domain));
    company.domains.sort_unstable();
    company.domains.dedup();
    at_most(&company.domains, "/domains")?;
    attributes_are_fit(&mut company.custom_attributes, Owner::Company, directory)
}

fn contact_is_fit(contact: &mut Contact, directory: &Directory) -> Result<(), Refusal> {
    contact.name = contact.name.take().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    optional(contact.name.as_deref(), 255, "/name")?;
    if let Some(email) = &mut contact.email {
        *email = handle::email(email).ok_or_else(|| invalid("/email"))?;
    }
    if let Some(phone) = &mut contact.phone {
        *phone = handle::phone(phone).ok_or_else(|| invalid("/phone"))?;
    }
    if let Some(url) = contact.avatar_url.as_deref()
        && !is_link(url, &["https"])
    {
        return Err(invalid("/avatar_url"));
    }
    brand_is_known(contact.brand.as_deref(), directory)?;
    at_most(&contact.addresses, "/addresses")?;
    for (place, address) in contact.addresses.iter_mut().enumerate() {
        address_is_fit(address, &format!("/addresses/{place}"))?;
    }
    attributes_are_fit(&mut contact.custom_attributes, Owner::Contact, directory)
}

fn address_is_fit(address: &mut Address, place: &str) -> Result<(), Refusal> {
    within(&address.channel, 1, 50).ok_or_else(|| invalid(format!("{place}/channel")))?;
    within(&address.kind, 1, 50).ok_or_else(|| invalid(format!("{place}/kind")))?;
    let value = match address.kind.as_str() {
        "phone" => handle::phone(&address.value),
        "email" => handle::email(&address.value),
        _ => within(&address.value, 1, 255).map(str::to_owned),
    };
    address.value = value.ok_or_else(|| invalid(format!("{place}/value")))?;
    Ok(())
}

fn conversation_is_fit(conversation: &mut Conversation, directory: &Directory) -> Result<(), Refusal> {
    if !ConversationType::Support.knows(conversation.status) {
        return Err(invalid("/status"));
    }
    if conversation.csat_rating.is_some_and(|rating| !(1..=5).contains(&rating)) {
        return Err(invalid("/csat_rating"));
    }
    optional(conversation.thread.as_deref(), 255, "/thread")?;
    optional(conversation.title.as_deref(), 255, "/title")?;
    optional(conversation.category.as_deref(), 100, "/category")?;
    optional(conversation.close_reason.as_deref(), 100, "/close_reason")?;
    at_most(&conversation.tags, "/tags")?;
    for (place, tag) in conversation.tags.iter().enumerate() {
        within(tag, 1, 100).ok_or_else(|| invalid(format!("/tags/{place}")))?;
    }
    conversation.tags.sort_unstable();
    conversation.tags.dedup();
    // These belong to a status, and mean nothing beside another.
    conversation.snoozed_until = conversation.snoozed_until.filter(|_| conversation.status == Status::Snoozed);
    conversation.close_reason = conversation.close_reason.take().filter(|_| conversation.status == Status::Closed);
    if directory.connection(&conversation.connection).is_none() {
        return Err(refusal(Code::UnknownConnection, "/connection"));
    }
    // Who sees it depends on the team: to leave it out would show it to everybody.
    if conversation.team.as_deref().is_some_and(|team| directory.team(team).is_none()) {
        return Err(refusal(Code::UnknownTeam, "/team"));
    }
    brand_is_known(conversation.brand.as_deref(), directory)?;
    attributes_are_fit(&mut conversation.custom_attributes, Owner::Conversation, directory)
}

fn message_is_fit(message: &Message) -> Result<(), Refusal> {
    let by_contact = message.sender.as_ref().is_none_or(|sender| *sender == Sender::Contact);
    let by_tenant = message.sender.as_ref().is_none_or(|sender| *sender != Sender::Contact);
    match message.direction {
        Way::Inbound if !by_contact => return Err(invalid("/sender")),
        Way::Inbound if message.status.is_some() => return Err(invalid("/status")),
        Way::Outbound if !by_tenant => return Err(invalid("/sender")),
        Way::Inbound | Way::Outbound => {}
    }
    optional(message.external_id.as_deref(), 1000, "/external_id")?;
    optional(message.reply_to.as_deref(), 1000, "/reply_to")?;
    sender_is_fit(message.sender.as_ref())?;
    attachments_are_fit(&message.attachments)
}

fn note_is_fit(note: &Note) -> Result<(), Refusal> {
    if note.sender == Some(Sender::Contact) {
        return Err(invalid("/sender"));
    }
    sender_is_fit(note.sender.as_ref())?;
    attachments_are_fit(&note.attachments)
}

fn sender_is_fit(sender: Option<&Sender>) -> Result<(), Refusal> {
    let (email, name) = match sender {
        Some(Sender::Agent { email, name }) => (email.as_deref(), name.as_deref()),
        Some(Sender::Bot { name }) => (None, name.as_deref()),
        Some(Sender::Contact | Sender::System) | None => (None, None),
    };
    within(email.unwrap_or_default(), 0, 255).ok_or_else(|| invalid("/sender/email"))?;
    within(name.unwrap_or_default(), 0, 255).ok_or_else(|| invalid("/sender/name"))?;
    Ok(())
}

fn attachments_are_fit(attachments: &[Attachment]) -> Result<(), Refusal> {
    if attachments.len() > 50 {
        return Err(invalid("/attachments"));
    }
    for (place, file) in attachments.iter().enumerate() {
        let fault = if !is_link(&file.url, &["https", "http"]) {
            "url"
        } else if within(file.mime_type.as_deref().unwrap_or_default(), 0, 255).is_none() {
            "mime_type"
        } else if within(file.filename.as_deref().unwrap_or_default(), 0, 255).is_none() {
            "filename"
        } else {
            continue;
        };
        return Err(invalid(format!("/attachments/{place}/{fault}")));
    }
    Ok(())
}

/// Those that the tenant has defined must be of their kind; others may be anything, as everywhere.
fn attributes_are_fit(attributes: &mut Map<String, Value>, owner: Owner, directory: &Directory) -> Result<(), Refusal> {
    attributes.retain(|_, value| !value.is_null());
    for field in directory.attributes.iter().filter(|field| field.owner == owner) {
        let Some(value) = attributes.get(&field.key) else { continue };
        if field.kind.objection(value, &field.options).is_some() {
            return Err(refusal(Code::WrongAttribute, format!("/custom_attributes/{}", field.key)));
        }
    }
    let size = serde_json::to_vec(attributes).map_or(usize::MAX, |json| json.len());
    if size > LARGEST { Err(invalid("/custom_attributes")) } else { Ok(()) }
}

fn brand_is_known(brand: Option<&str>, directory: &Directory) -> Result<(), Refusal> {
    match brand {
        Some(brand) if !directory.has_brand(brand) => Err(refusal(Code::UnknownBrand, "/brand")),
        _ => Ok(()),
    }
}

fn is_link(url: &str, schemes: &[&str]) -> bool {
    url.len() <= 2048 && Url::parse(url).is_ok_and(|url| schemes.contains(&url.scheme()) && url.has_host())
}

fn within(text: &str, least: usize, most: usize) -> Option<&str> {
    (least..=most).contains(&text.chars().count()).then_some(text)
}

fn optional(text: Option<&str>, most: usize, place: &str) -> Result<(), Refusal> {
    match text {
        Some(text) => within(text, 1, most).map(drop).ok_or_else(|| invalid(place)),
        None => Ok(()),
    }
}

fn at_most<T>(several: &[T], place: &str) -> Result<(), Refusal> {
    if several.len() > MOST { Err(invalid(place)) } else { Ok(()) }
}

/// PostgreSQL stores every character but this one.
pub(crate) fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
