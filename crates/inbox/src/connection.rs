//! What a change of a connection's status entails.

use crate::{Error, Transaction};
use domain::{ConnectionId, connection::ConnectionStatus, event::EventKind};
use serde_json::json;
use store::connections;

impl Transaction {
    /// Moves a connection to a status, says so in the event log, and parks or unparks the jobs that call its provider.
    /// `false`: it was there already, or there is no such connection.
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
        Ok(true)
    }

    /// Says in the event log that another version of its plugin speaks for a connection.
    pub fn connection_version_changed(&mut self, id: ConnectionId, from: &str, to: &str) {
        let data = json!({ "connection_id": id, "from": from, "to": to });
        self.emit_apart(EventKind::ConnectionVersionChanged, None, data);
    }
}
