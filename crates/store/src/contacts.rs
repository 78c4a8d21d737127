//! Contacts and the addresses they are known by.

pub mod facts;
pub mod importing;
pub mod journey;
pub mod list;
pub mod merging;
pub mod profile;
pub mod record;
mod resolving;
pub mod suggestions;
pub mod timeline;

pub use resolving::{attach, known, move_addresses, resolve};

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, ContactId, IdentityId, TenantId};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// One address on a channel, in the channel's words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Address {
    /// Such as `bsuid` or `phone`.
    pub kind: String,
    /// Its value, in the form that the channel's plugin made canonical.
    pub value: String,
    /// Whether the person has proven that it is theirs, by writing from it for example; otherwise somebody says so.
    #[serde(default)]
    pub verified: bool,
}

/// Who a channel says wrote something: the strongest address first.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Every address known, the strongest first; never empty.
    pub addresses: Vec<Address>,
    /// The name the channel shows.
    pub name: Option<String>,
    /// E.164, where the channel told it.
    pub phone: Option<String>,
    /// In lower case, where the channel told it.
    pub email: Option<String>,
    /// Over which account they are met. A new contact is of its brand.
    pub connection: Option<ConnectionId>,
}

/// Kinds of addresses that mean the same person in every channel.
const PHONE: &str = "phone";
const EMAIL: &str = "email";

/// The contact behind a person.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Which.
    pub id: ContactId,
    /// The address that they are here under.
    pub identity_id: IdentityId,
    /// Whether their messages are left out.
    pub blocked: bool,
    /// Whether it did not exist before.
    pub created: bool,
    /// Whether the channel knows it since just now: it did not exist before, or was known by other channels only.
    pub new_here: bool,
    /// The name it goes by.
    pub name: Option<String>,
    /// Whether the channel's name was taken over just now.
    pub renamed: bool,
    /// The contact that the address was of before a merge: new ones beside it are of the same.
    merged_from: Option<ContactId>,
}

/// What rules may know of a contact.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The name it goes by.
    pub name: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// What plugins know about it: name and data of each fact, the most telling first.
    pub facts: Vec<(String, serde_json::Value)>,
    /// Attributes that the tenant has defined.
    pub custom_attributes: serde_json::Value,
    /// When it was first seen.
    pub created_at: DateTime<Utc>,
}

/// An address from which somebody wrote.
#[derive(Clone, Debug)]
pub struct Writer {
    /// Which.
    pub address: Address,
    /// When they last did.
    pub at: DateTime<Utc>,
}

/// Who wrote on a channel since then, under every address they have.
pub async fn wrote_since(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    since: DateTime<Utc>,
) -> Result<Vec<Writer>> {
    let rows = sqlx::query!(
        r#"SELECT i.kind, i.value, max(v.last_inbound_at) AS "at!"
             FROM conversations v
             JOIN identities i ON i.tenant_id = v.tenant_id AND i.contact_id = v.contact_id AND i.channel = v.channel
            WHERE v.tenant_id = $1 AND v.channel = $2 AND v.last_inbound_at > $3
            GROUP BY i.kind, i.value"#,
        tenant.0,
        channel,
        since
    )
    .fetch_all(conn)
    .await?;
    let writer = |kind, value, at| Writer { address: Address { kind, value, verified: false }, at };
    Ok(rows.into_iter().map(|row| writer(row.kind, row.value, row.at)).collect())
}

/// Notes that the contact does not want to be written to any more (`Some`), or does again (`None`).
pub async fn set_opted_out(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE contacts SET opted_out_at = $3, version = version + 1, updated_at = $4
          WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        contact.0,
        at,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Waits for every other transaction that is making a contact of one of these addresses.
///
/// The locks are taken in one order, so that two transactions cannot wait for each other.
async fn lock_addresses<'a>(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    addresses: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<()> {
    lock_each(conn, addresses.map(|(kind, value)| lock_number(tenant, channel, kind, value)).collect()).await
}

async fn lock_each(conn: &mut PgConnection, mut locks: Vec<i64>) -> Result<()> {
    locks.sort_unstable();
    sqlx::query!("SELECT pg_advisory_xact_lock(n) FROM unnest($1::bigint[]) AS n", &locks).execute(conn).await?;
    Ok(())
}

fn lock_number(tenant: TenantId, channel: &str, kind: &str, value: &str) -> i64 {
    // Two channels that meet the same number at the same moment wait for each other, too; so does who enters it by hand.
    let channel = if [PHONE, EMAIL].contains(&kind) { "" } else { channel };
    let mut digest = Sha256::new();
    for part in [tenant.to_string().as_str(), channel, kind, value] {
        digest.update(part);
        digest.update([0]);
    }
    let bytes = digest.finalize();
    i64::from_be_bytes(std::array::from_fn(|i| bytes[i]))
}
