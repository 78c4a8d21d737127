//! How a customer is reached over an account of ours.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, ContactId, IdentityId, TenantId};
use sqlx::PgConnection;

/// The address under which a contact is written to on a channel: their own before those that came with a merge, a proven
/// one before what somebody says, and of these the oldest.
pub async fn address(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    channel: &str,
) -> Result<Option<IdentityId>> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM identities WHERE tenant_id = $1 AND contact_id = $2 AND channel = $3
          ORDER BY merged_from IS NOT NULL, verified_at IS NULL, id LIMIT 1",
        tenant.0,
        contact.0,
        channel
    );
    Ok(id.fetch_optional(conn).await?.map(Into::into))
}

/// When a contact last wrote to an account from an address, in whatever conversation: a channel's service window is the
/// address's, and stays open when the conversation in which it was opened is closed.
pub async fn last_heard(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    connection: ConnectionId,
    identity: IdentityId,
) -> Result<Option<DateTime<Utc>>> {
    let at = sqlx::query_scalar!(
        "SELECT max(last_inbound_at) FROM conversations
          WHERE tenant_id = $1 AND contact_id = $2 AND connection_id = $3 AND identity_id = $4",
        tenant.0,
        contact.0,
        connection.0,
        identity.0
    );
    Ok(at.fetch_one(conn).await?)
}
