//! Contacts: who writes to the tenant.

pub mod facts;
pub mod get;
pub mod list;
pub mod update;

use crate::problem::{Code, Problem};
use chrono::{DateTime, Utc};
use domain::ContactId;
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
    /// Their number, in E.164 form.
    phone: Option<String>,
    /// Their e-mail address.
    email: Option<String>,
    /// What the tenant notes about them.
    #[schema(value_type = Object)]
    custom_attributes: Value,
    /// Since when they do not want to be written to.
    opted_out_at: Option<DateTime<Utc>>,
    /// Since when they are known.
    created_at: DateTime<Utc>,
    /// The last change.
    updated_at: DateTime<Utc>,
}

/// An address of a contact.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Identity)]
pub struct ShownIdentity {
    /// The plugin that speaks for it.
    channel: String,
    /// Such as `bsuid` or `phone`.
    kind: String,
    /// Its value.
    value: String,
}

impl From<Contact> for ListedContact {
    fn from(row: Contact) -> Self {
        Self {
            id: row.id,
            name: row.name,
            phone: row.phone,
            email: row.email,
            custom_attributes: row.custom_attributes,
            opted_out_at: row.opted_out_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl From<Identity> for ShownIdentity {
    fn from(row: Identity) -> Self {
        Self { channel: row.channel, kind: row.kind, value: row.value }
    }
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
