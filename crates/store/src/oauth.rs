//! OAuth 2.0: the tokens of connections, and authorizations that have begun. Tokens are sealed bytes here, as in
//! [`crate::secrets`].

pub mod authorizations;
pub mod tokens;

use crate::{Error, Result};
use domain::{ConnectionId, EndpointId, TenantId, connection::ConnectionStatus};
use serde_json::Value;
use sqlx::PgConnection;

/// What is known of the client that a connection is authorized as: its endpoint's settings and sealed secrets.
pub struct Client {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// Whose it is, which its secrets are sealed for; `None` where it is shared.
    pub tenant_id: Option<TenantId>,
    /// What is no secret of its settings.
    pub settings: Value,
    /// Names and sealed values of its secrets.
    pub secrets: Vec<(String, Vec<u8>)>,
}

/// The client of a connection of the tenant. The endpoint may be shared, whose rows the tenant does not see otherwise.
pub async fn client(conn: &mut PgConnection, connection: ConnectionId) -> Result<Option<Client>> {
    let row = sqlx::query!(
        r#"SELECT endpoint_id AS "endpoint_id!", endpoint_tenant, settings AS "settings!",
                  secret_names AS "secret_names!", secrets AS "secrets!"
             FROM oauth_client($1)"#,
        connection.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Client {
        endpoint_id: row.endpoint_id.into(),
        tenant_id: row.endpoint_tenant.map(TenantId),
        settings: row.settings,
        secrets: row.secret_names.into_iter().zip(row.secrets).collect(),
    }))
}

/// How a connection's own tokens are named in the place that they are sealed for. No secret of a manifest has a colon
/// in its name.
pub const ACCESS_TOKEN: &str = "oauth:access_token";
/// See [`ACCESS_TOKEN`].
pub const REFRESH_TOKEN: &str = "oauth:refresh_token";
/// The name of a proof key's verifier there.
pub const VERIFIER: &str = "oauth:verifier";

/// Where a connection stands, locked until the transaction is over: who decides over its status by its tokens, and who
/// gives it new ones, take turns. `None`: there is no such connection.
pub async fn lock_connection(conn: &mut PgConnection, id: ConnectionId) -> Result<Option<ConnectionStatus>> {
    let status = sqlx::query_scalar!("SELECT status FROM connections WHERE id = $1 FOR UPDATE", id.0)
        .fetch_optional(conn)
        .await?;
    status.map(|name| name.parse().map_err(|error| Error::corrupt("connections.status", error))).transpose()
}
