//! Jobs of a connection that needs to be authorized anew wait for it: they use up no attempts, and go on in their order.

use domain::{ConnectionId, TenantId};
use sqlx::PgConnection;

/// Holds back the jobs that call the connection's provider, from the commit of the transaction on.
pub async fn park(conn: &mut PgConnection, tenant: TenantId, connection: ConnectionId) -> sqlx::Result<()> {
    sqlx::query!("SELECT queue.hold('needs_reauth', NULL, NULL, $1, $2)", tenant.0, connection.0)
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// Lets them go: within a second of the commit, the oldest first.
pub async fn unpark(conn: &mut PgConnection, tenant: TenantId, connection: ConnectionId) -> sqlx::Result<()> {
    sqlx::query!("SELECT queue.lift('needs_reauth', NULL, NULL, $1, $2)", tenant.0, connection.0)
        .fetch_one(conn)
        .await?;
    Ok(())
}
