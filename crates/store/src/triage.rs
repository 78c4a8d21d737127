//! What new conversations are asked, and how far each is.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ConversationId, TeamId, TenantId,
    triage::{Flow, Reason, State},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Whose conversations are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those over a connection.
    Connection(ConnectionId),
    /// Those of a brand whose connection has no flow of its own.
    Brand(String),
}

impl Scope {
    fn columns(&self) -> (Option<Uuid>, Option<&str>) {
        match self {
            Self::Connection(id) => (Some(id.0), None),
            Self::Brand(key) => (None, Some(key)),
        }
    }
}

/// How a conversation's triage stands, or what came of it.
#[derive(Clone, Debug)]
pub struct Run {
    /// What is asked.
    pub flow: Flow,
    /// What was asked last; `None`: it is over.
    pub state: Option<State>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When nobody is waited for any longer.
    pub deadline: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// The team that came of it.
    pub team_id: Option<TeamId>,
    /// Why that one.
    pub reason: Option<Reason>,
}

struct Row {
    flow: Value,
    state: Option<Value>,
    started_at: DateTime<Utc>,
    deadline: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    team_id: Option<Uuid>,
    reason: Option<String>,
}

impl TryFrom<Row> for Run {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let reason = row.reason.map(|reason| reason.parse()).transpose();
        Ok(Self {
            flow: read("triage_runs.flow", row.flow)?,
            state: row.state.map(|state| read("triage_runs.state", state)).transpose()?,
            started_at: row.started_at,
            deadline: row.deadline,
            ended_at: row.ended_at,
            team_id: row.team_id.map(Into::into),
            reason: reason.map_err(|error| Error::corrupt("triage_runs.reason", error))?,
        })
    }
}

fn read<T: DeserializeOwned>(column: &'static str, value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::corrupt(column, error))
}

/// Every flow of the tenant, those of connections first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<(Scope, Flow)>> {
    let rows = sqlx::query!(
        "SELECT connection_id, brand, definition FROM triage_flows
          WHERE tenant_id = current_tenant() ORDER BY connection_id, brand"
    );
    let rows = rows.fetch_all(conn).await?.into_iter();
    rows.map(|row| {
        let scope = match (row.connection_id, row.brand) {
            (Some(id), _) => Scope::Connection(id.into()),
            (None, Some(brand)) => Scope::Brand(brand),
            (None, None) => return Err(Error::corrupt("triage_flows", "of neither a connection nor a brand")),
        };
        Ok((scope, read("triage_flows.definition", row.definition)?))
    })
    .collect()
}

/// One flow, if there is one for exactly this.
pub async fn load(conn: &mut PgConnection, scope: &Scope) -> Result<Option<Flow>> {
    let (connection, brand) = scope.columns();
    let definition = sqlx::query_scalar!(
        "SELECT definition FROM triage_flows
          WHERE tenant_id = current_tenant() AND (connection_id = $1 OR brand = $2)",
        connection,
        brand
    );
    definition.fetch_optional(conn).await?.map(|flow| read("triage_flows.definition", flow)).transpose()
}

/// What a new conversation over a connection is asked: by the connection's flow, or else by its brand's.
pub async fn flow_for(
    conn: &mut PgConnection,
    tenant: TenantId,
    connection: ConnectionId,
    brand: Option<&str>,
) -> Result<Option<Flow>> {
    let definition = sqlx::query_scalar!(
        "SELECT definition FROM triage_flows
          WHERE tenant_id = $1 AND (connection_id = $2 OR brand = $3) ORDER BY connection_id IS NULL LIMIT 1",
        tenant.0,
        connection.0,
        brand
    );
    definition.fetch_optional(conn).await?.map(|flow| read("triage_flows.definition", flow)).transpose()
}

/// Sets a flow.
pub async fn put(
    conn: &mut PgConnection,
    tenant: TenantId,
    scope: &Scope,
    flow: &Flow,
    now: DateTime<Utc>,
) -> Result<()> {
    delete(&mut *conn, tenant, scope).await?;
    let (connection, brand) = scope.columns();
    sqlx::query!(
        "INSERT INTO triage_flows (tenant_id, id, connection_id, brand, definition, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        tenant.0,
        Uuid::now_v7(),
        connection,
        brand,
        json!(flow),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a flow. What has begun goes on.
pub async fn delete(conn: &mut PgConnection, tenant: TenantId, scope: &Scope) -> Result<bool> {
    let (connection, brand) = scope.columns();
    let done = sqlx::query!(
        "DELETE FROM triage_flows WHERE tenant_id = $1 AND (connection_id = $2 OR brand = $3)",
        tenant.0,
        connection,
        brand
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}

/// Begins the triage of a conversation, which must be locked.
pub async fn begin(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    flow: &Flow,
    state: &State,
    times: [DateTime<Utc>; 2],
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO triage_runs (tenant_id, conversation_id, flow, state, started_at, deadline)
         VALUES ($1, $2, $3, $4, $5, $6)",
        tenant.0,
        conversation.0,
        json!(flow),
        json!(state),
        times[0],
        times[1]
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How the triage of a conversation stands, or what came of it.
pub async fn of_conversation(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
) -> Result<Option<Run>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT flow, state, started_at, deadline, ended_at, team_id, reason FROM triage_runs
          WHERE tenant_id = $1 AND conversation_id = $2",
        tenant.0,
        conversation.0
    );
    row.fetch_optional(conn).await?.map(TryInto::try_into).transpose()
}

/// Notes what was asked last.
pub async fn asked(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    state: &State,
) -> Result<()> {
    sqlx::query!(
        "UPDATE triage_runs SET state = $3 WHERE tenant_id = $1 AND conversation_id = $2 AND ended_at IS NULL",
        tenant.0,
        conversation.0,
        json!(state)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes what came of it.
pub async fn end(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    (team, reason): (Option<TeamId>, Reason),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE triage_runs SET state = NULL, ended_at = $5, team_id = $3, reason = $4
          WHERE tenant_id = $1 AND conversation_id = $2 AND ended_at IS NULL",
        tenant.0,
        conversation.0,
        team.map(Uuid::from),
        reason.as_str(),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}
