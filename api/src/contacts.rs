//! Contacts: who writes to the tenant.

pub mod block;
pub mod create;
pub mod facts;
mod fields;
pub mod get;
pub mod journey;
pub mod list;
pub mod merge;
pub mod overview;
pub mod suggestions;
pub mod timeline;
pub mod update;

use crate::{
    auth::Granted,
    problem::{Code, Problem},
};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use domain::{CompanyId, ContactId, IdentityId, UserId};
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use store::contacts::list::{self as contacts, Contact, Identity};

/// A contact with its addresses.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Contact)]
pub struct ShownContact {
    #[serde(flatten)]
    contact: ListedContact,
    /// The addresses they are known by.
    identities: Vec<ShownIdentity>,
}

/// A contact, as a list shows it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ListedContact {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: ContactId,
    /// What they are called.
    name: Option<String>,
    /// Their number, in E.164 form. Whether they have proven that it is theirs, their identities say.
    phone: Option<String>,
    /// Their e-mail address.
    email: Option<String>,
    /// Where there is a picture of them.
    avatar_url: Option<String>,
    /// The brand they met first, by its key. Each conversation has its own.
    brand: Option<String>,
    /// Whom they work for.
    company: Option<ContactCompany>,
    /// What the tenant notes about them.
    #[schema(value_type = Object)]
    custom_attributes: Value,
    /// Since when they do not want to be written to.
    opted_out_at: Option<DateTime<Utc>>,
    /// Since when their messages are left out.
    blocked_at: Option<DateTime<Utc>>,
    /// Who said so.
    #[schema(value_type = Option<uuid::Uuid>)]
    blocked_by: Option<UserId>,
    /// The contact that they were merged into.
    #[schema(value_type = Option<uuid::Uuid>)]
    merged_into: Option<ContactId>,
    /// When they last wrote.
    last_activity_at: Option<DateTime<Utc>>,
    /// Since when they are known.
    created_at: DateTime<Utc>,
    /// The last change.
    updated_at: DateTime<Utc>,
}

/// The company of a contact.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ContactCompany {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: CompanyId,
    /// What it is called.
    name: String,
}

/// An address of a contact.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Identity)]
pub struct ShownIdentity {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: IdentityId,
    /// The plugin that speaks for it.
    channel: String,
    /// Such as `bsuid` or `phone`.
    kind: String,
    /// Its value.
    value: String,
    /// When the contact had first proven that it is theirs, by writing from it for example. `null`: somebody says so, and
    /// nobody is joined by it.
    verified_at: Option<DateTime<Utc>>,
    /// The contact that it was of before a merge.
    #[schema(value_type = Option<uuid::Uuid>)]
    merged_from: Option<ContactId>,
}

impl From<Contact> for ListedContact {
    fn from(row: Contact) -> Self {
        Self {
            id: row.id,
            name: row.name,
            phone: row.phone,
            email: row.email,
            avatar_url: row.avatar_url,
            brand: row.brand,
            company: row.company_id.zip(row.company_name).map(|(id, name)| ContactCompany { id, name }),
            custom_attributes: row.custom_attributes,
            opted_out_at: row.opted_out_at,
            blocked_at: row.blocked_at,
            blocked_by: row.blocked_by,
            merged_into: row.merged_into,
            last_activity_at: row.last_activity_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl From<Identity> for ShownIdentity {
    fn from(row: Identity) -> Self {
        Self {
            id: row.id,
            channel: row.channel,
            kind: row.kind,
            value: row.value,
            verified_at: row.verified_at,
            merged_from: row.merged_from,
        }
    }
}

/// A contact that the person may see; anybody else does not exist for them.
pub async fn visible(conn: &mut PgConnection, granted: &Granted, id: ContactId) -> Result<Contact, Problem> {
    contacts::visible(conn, id, &granted.sight).await?.ok_or_else(|| Code::NotFound.into())
}

/// The same for a change: who was merged into another is changed no more.
pub async fn changeable(conn: &mut PgConnection, granted: &Granted, id: ContactId) -> Result<Contact, Problem> {
    let contact = visible(conn, granted, id).await?;
    match contact.merged_into {
        Some(target) => Err(Problem::new(Code::ContactMerged).with("contact_id", target.to_string())),
        None => Ok(contact),
    }
}

/// Where a read of a contact who was merged leads instead; `below` is the rest of the path.
fn led_on(contact: &Contact, below: &str) -> Option<Response> {
    let target = contact.merged_into?;
    let location = [(header::LOCATION, format!("/api/v1/contacts/{target}{below}"))];
    Some((StatusCode::PERMANENT_REDIRECT, location).into_response())
}

/// A contact with its addresses, for who may see it.
pub async fn required(conn: &mut PgConnection, id: ContactId) -> Result<ShownContact, Problem> {
    let contact = contacts::one(conn, id).await?.ok_or(Code::NotFound)?;
    with_identities(conn, contact).await
}

async fn with_identities(conn: &mut PgConnection, contact: Contact) -> Result<ShownContact, Problem> {
    let identities = contacts::identities(conn, contact.id).await?;
    Ok(ShownContact { contact: contact.into(), identities: identities.into_iter().map(ShownIdentity::from).collect() })
}
