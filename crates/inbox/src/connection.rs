//! What a change of a connection's status entails.

use crate::{Error, Transaction};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ConnectionId, TenantId,
    connection::ConnectionStatus,
    event::EventKind,
    job::Job,
    jobs::{PollTrigger, SetUpWebhooks},
};
use serde_json::json;
use sqlx::PgConnection;
use store::connections::{self, polls, webhooks};

/// How late the job of a poll may be before it counts as lost: longer than all its attempts take.
const LOST: TimeDelta = TimeDelta::minutes(30);

/// Has workers do what follows from what a connection is now, if its plugin does such things: its webhooks are registered
/// with the provider, or taken back, and its triggers are polled. To ask twice does no harm.
pub async fn follow_connection(
    conn: &mut PgConnection,
    tenant_id: TenantId,
    id: ConnectionId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if webhooks::concern(conn, id).await? {
        queue::enqueue(conn, &SetUpWebhooks { tenant_id, connection_id: id }).await?;
    }
    start_polls(conn, tenant_id, id, now).await
}

/// Has the triggers of a connection polled that nobody polls.
pub async fn start_polls(
    conn: &mut PgConnection,
    tenant_id: TenantId,
    id: ConnectionId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for due in polls::start(conn, id, now - LOST, now).await? {
        let job = PollTrigger { tenant_id, connection_id: id, trigger: due.name, round: due.round };
        queue::enqueue(conn, &job).await?;
    }
    Ok(())
}

/// Before when the job of a poll must have been due to count as lost.
pub fn lost_before(now: DateTime<Utc>) -> DateTime<Utc> {
    now - LOST
}

impl Transaction {
    /// Moves a connection to a status, says so in the event log, and parks or unparks the jobs that call its provider.
    /// Whether it has webhooks and is polled follows from the status. `false`: it was there already, or there is no such
    /// connection.
    pub async fn set_connection_status(
        &mut self,
        id: ConnectionId,
        next: ConnectionStatus,
        reason: Option<&str>,
    ) -> Result<bool, Error> {
        let (now, tenant) = (self.now(), self.tenant());
        let before = connections::set_status(self.conn(), id, next, reason, now).await?;
        // Also when it was there already: whoever asks may have seen a job that is not parked.
        if next == ConnectionStatus::NeedsReauth {
            queue::park(self.conn(), tenant, id).await.map_err(store::Error::from)?;
        } else {
            queue::unpark(self.conn(), tenant, id).await.map_err(store::Error::from)?;
        }
        let Some(before) = before else { return Ok(false) };
        let data = json!({ "connection_id": id, "from": before, "to": next });
        self.emit_apart(EventKind::ConnectionStatusChanged, None, data);
        if next != ConnectionStatus::NeedsReauth {
            self.follow_connection(id).await?;
        }
        Ok(true)
    }

    /// Has workers do what follows from what a connection is now: see [`follow_connection`].
    pub async fn follow_connection(&mut self, id: ConnectionId) -> Result<(), Error> {
        let (tenant, now) = (self.tenant(), self.now());
        follow_connection(self.conn(), tenant, id, now).await?;
        self.woke(SetUpWebhooks::LANE);
        self.woke(PollTrigger::LANE);
        Ok(())
    }

    /// Says in the event log that another version of its plugin speaks for a connection.
    pub fn connection_version_changed(&mut self, id: ConnectionId, from: &str, to: &str) {
        let data = json!({ "connection_id": id, "from": from, "to": to });
        self.emit_apart(EventKind::ConnectionVersionChanged, None, data);
    }
}
