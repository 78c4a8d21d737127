//! Contacts, with the companies that are named in them and the addresses by which channels that we know know them.

use super::{ConvertError, Export, Lines, pages};
use crate::record::{Address, Company, Contact, Record};
use domain::handle;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Facts about a contact that Chatwoot keeps beside its custom attributes.
const KEPT: [&str; 3] = ["city", "country", "description"];

pub(super) fn write(export: &Export, lines: &mut Lines<'_>) -> Result<(), ConvertError> {
    let companies: BTreeSet<_> = export.contacts.values().filter_map(company_of).collect();
    for name in companies {
        lines.write(&Record::Company(Company { id: name.clone(), name, ..Company::default() }))?;
    }
    let met = met(export);
    for (id, contact) in &export.contacts {
        lines.write(&Record::Contact(converted(export, *id, contact, met.get(id))))?;
    }
    Ok(())
}

/// By contact: the inboxes over which there is a conversation with them, and whether they wrote in one.
fn met(export: &Export) -> HashMap<i64, HashMap<i64, bool>> {
    let mut met: HashMap<i64, HashMap<i64, bool>> = HashMap::new();
    for (id, conversation) in &export.conversations {
        let contact = conversation.pointer("/meta/sender/id").and_then(Value::as_i64);
        let Some((contact, inbox)) = contact.zip(pages::number(conversation, "inbox_id")) else { continue };
        *met.entry(contact).or_default().entry(inbox).or_default() |= export.written_to.contains(id);
    }
    met
}

fn converted(export: &Export, id: i64, contact: &Value, met: Option<&HashMap<i64, bool>>) -> Contact {
    let mut custom_attributes = match contact.get("custom_attributes") {
        Some(Value::Object(attributes)) => attributes.clone(),
        _ => Map::new(),
    };
    let more = contact.get("additional_attributes").unwrap_or(&Value::Null);
    let kept = KEPT.into_iter().filter_map(|key| Some((key, pages::text(more, key)?)));
    let identifier = pages::text(contact, "identifier").map(|text| ("identifier", text));
    for (key, value) in kept.chain(identifier) {
        custom_attributes.entry(key).or_insert_with(|| value.into());
    }
    let is_blocked = contact.get("blocked").and_then(Value::as_bool).unwrap_or_default();
    Contact {
        id: id.to_string(),
        name: pages::text(contact, "name").map(|name| pages::at_most(name, 255)),
        // What is no address would have the whole contact refused, with all that it wrote.
        email: pages::text(contact, "email").and_then(handle::email),
        phone: pages::text(contact, "phone_number").and_then(handle::phone),
        avatar_url: pages::text(contact, "thumbnail").filter(|url| is_picture(url)).map(str::to_owned),
        brand: None,
        company: company_of(contact),
        addresses: addresses(export, contact, met),
        custom_attributes,
        // Chatwoot does not say since when.
        blocked_at: pages::time(contact, "updated_at").or(pages::time(contact, "created_at")).filter(|_| is_blocked),
        opted_out_at: None,
        created_at: pages::time(contact, "created_at"),
    }
}

fn is_picture(url: &str) -> bool {
    url.starts_with("https://") && url.len() <= 2048
}

fn company_of(contact: &Value) -> Option<String> {
    let name = pages::text(contact.get("additional_attributes")?, "company_name")?;
    Some(pages::at_most(name.trim(), 200))
}

/// What the contact is known by on channels that we know; proven where they wrote from it.
fn addresses(export: &Export, contact: &Value, met: Option<&HashMap<i64, bool>>) -> Vec<Address> {
    let mut sources: Vec<(i64, Option<&str>)> = pages::array(contact, "contact_inboxes")
        .iter()
        .filter_map(|one| Some((one.pointer("/inbox/id")?.as_i64()?, pages::text(one, "source_id"))))
        .collect();
    // Conversations say over which inbox, not under which address: of a telephone that is the contact's own.
    sources.extend(met.into_iter().flatten().map(|(inbox, _)| (*inbox, None)));
    sources.sort_unstable();
    let (mut addresses, mut known) = (Vec::<Address>::new(), HashSet::new());
    for (inbox, source) in sources {
        let channel_type = export.inboxes.get(&inbox).and_then(|inbox| inbox.channel_type.as_deref());
        let Some((channel, kind, value)) = address(channel_type, source, contact) else { continue };
        let verified = met.is_some_and(|met| met.get(&inbox).copied().unwrap_or_default());
        if known.insert((channel, value.clone())) {
            addresses.push(Address { channel: channel.to_owned(), kind: kind.to_owned(), value, verified });
        } else if verified {
            addresses.iter_mut().filter(|one| one.channel == channel && one.value == value).for_each(|one| {
                one.verified = true;
            });
        }
    }
    addresses
}

/// An address in the words of our channels. Others' (ids of widgets, of pages) mean nothing here.
fn address(
    channel_type: Option<&str>,
    source: Option<&str>,
    contact: &Value,
) -> Option<(&'static str, &'static str, String)> {
    match channel_type? {
        "Channel::Whatsapp" => {
            // The number as WhatsApp writes it: digits, without a plus.
            let own = source.filter(|source| source.bytes().all(|byte| byte.is_ascii_digit()));
            let number = own.map(|digits| format!("+{digits}")).as_deref().and_then(handle::phone);
            let number = number.or_else(|| pages::text(contact, "phone_number").and_then(handle::phone));
            Some(("whatsapp", "phone", number?))
        }
        "Channel::Email" => {
            let address = source.and_then(handle::email);
            let address = address.or_else(|| pages::text(contact, "email").and_then(handle::email));
            Some(("email", "email", address?))
        }
        _ => None,
    }
}
