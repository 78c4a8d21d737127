//! Contacts: found by what they have proven, as everywhere (ADR 0026), and made otherwise.

use super::{Task, Work};
use crate::{
    Error,
    record::{Contact, Kind, Record},
    report::{Code, Outcome},
};
use domain::{CompanyId, ContactId, event::EventKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::contacts::{
    self, Address, Person,
    importing::{self, Known},
};

pub(super) async fn write(work: &mut Work<'_>, tasks: Vec<Task<'_>>) -> Result<(), Error> {
    lock(work, &tasks).await?;
    for task in &tasks {
        let Record::Contact(contact) = &task.fit.record else { continue };
        let attributes = Value::Object(contact.custom_attributes.clone());
        let company = contact.company.as_deref().and_then(|id| work.target(Kind::Company, id));
        let known = Known {
            name: contact.name.as_deref(),
            phone: contact.phone.as_deref(),
            email: contact.email.as_deref(),
            avatar_url: contact.avatar_url.as_deref(),
            brand: contact.brand.as_deref(),
            company_id: company.map(CompanyId),
            custom_attributes: &attributes,
            blocked_at: contact.blocked_at,
            opted_out_at: contact.opted_out_at,
            created_at: contact.created_at,
        };
        if task.last.is_some() {
            refresh(work, task, contact, &known).await?;
        } else {
            create(work, task, contact, &known).await?;
        }
    }
    Ok(())
}

/// All addresses of the batch at once, so that nobody who asks for some of them in their order can wait for us while we
/// wait for them.
async fn lock(work: &mut Work<'_>, tasks: &[Task<'_>]) -> Result<(), Error> {
    let of = |task: &Task<'_>| match &task.fit.record {
        Record::Contact(contact) => contact.addresses.clone(),
        _ => Vec::new(),
    };
    let addresses: Vec<_> = tasks.iter().flat_map(of).collect();
    let addresses: Vec<_> = addresses
        .iter()
        .map(|address| (address.channel.as_str(), address.kind.as_str(), address.value.as_str()))
        .collect();
    Ok(importing::lock(work.batch.conn, work.batch.tenant, &addresses).await?)
}

async fn create(work: &mut Work<'_>, task: &Task<'_>, contact: &Contact, known: &Known<'_>) -> Result<(), Error> {
    let (tenant, now) = (work.batch.tenant, work.batch.now);
    let channels = by_channel(contact);
    let (id, outcome) = find_or_make(work, &channels).await?;
    let notes = attach(work, id, &channels).await?;
    let version = importing::fill(work.batch.conn, tenant, id, known, now).await?;
    work.tell(EventKind::ContactImported, None, Some(id), json!({ "contact_id": id }));
    work.wrote(task, outcome, id.0, Some(version), notes);
    Ok(())
}

async fn refresh(work: &mut Work<'_>, task: &Task<'_>, contact: &Contact, known: &Known<'_>) -> Result<(), Error> {
    let (tenant, now) = (work.batch.tenant, work.batch.now);
    let last = task.last.as_ref().and_then(|item| Some((ContactId(item.target_id), item.version?)));
    let version = match last {
        Some((id, version)) => importing::refresh(work.batch.conn, tenant, id, version, known, now).await?,
        None => None,
    };
    let Some((id, version)) = last.map(|(id, _)| id).zip(version) else {
        work.kept(task);
        return Ok(());
    };
    let notes = attach(work, id, &by_channel(contact)).await?;
    work.tell(EventKind::ContactImported, None, Some(id), json!({ "contact_id": id }));
    work.wrote(task, Outcome::Updated, id.0, Some(version), notes);
    Ok(())
}

/// The contact that a channel knows, or who has proven the same on another one; otherwise a new one. What is only said
/// decides where nothing is proven, and on its own channel: otherwise whoever names another's address would be them.
async fn find_or_make(work: &mut Work<'_>, channels: &[(String, Person)]) -> Result<(ContactId, Outcome), Error> {
    let (tenant, now) = (work.batch.tenant, work.batch.now);
    let is_proven = |(_, person): &&(String, Person)| person.addresses.iter().any(|address| address.verified);
    let mut telling: Vec<_> = channels.iter().filter(is_proven).collect();
    if telling.is_empty() {
        telling.extend(channels);
    }
    for (channel, person) in &telling {
        if let Some(id) = contacts::known(work.batch.conn, tenant, channel, person).await? {
            return Ok((id, Outcome::Joined));
        }
    }
    if let Some((channel, person)) = telling.first() {
        let resolved = contacts::resolve(work.batch.conn, tenant, channel, person, now).await?;
        return Ok((resolved.id, if resolved.created { Outcome::Created } else { Outcome::Joined }));
    }
    let id = ContactId::new();
    importing::insert(work.batch.conn, tenant, id, now).await?;
    Ok((id, Outcome::Created))
}

async fn attach(work: &mut Work<'_>, id: ContactId, channels: &[(String, Person)]) -> Result<Vec<Code>, Error> {
    let (tenant, now) = (work.batch.tenant, work.batch.now);
    let mut notes = Vec::new();
    for (channel, person) in channels {
        if !contacts::attach(work.batch.conn, tenant, channel, id, &person.addresses, now).await? {
            notes = vec![Code::AddressOfAnother];
        }
    }
    Ok(notes)
}

/// What each channel knows the contact by. Fields are not among it: they are filled in afterwards, under the same rules
/// for whoever is found and for whoever is new.
fn by_channel(contact: &Contact) -> Vec<(String, Person)> {
    let mut channels: BTreeMap<&str, Person> = BTreeMap::new();
    for address in &contact.addresses {
        let (kind, value) = (address.kind.clone(), address.value.clone());
        let known = Address { kind, value, verified: address.verified };
        channels.entry(&address.channel).or_default().addresses.push(known);
    }
    channels.into_iter().map(|(channel, person)| (channel.to_owned(), person)).collect()
}
