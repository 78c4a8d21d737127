//! Having plugins asked what they know about a contact.

use crate::{Error, Transaction};
use domain::{ConnectionId, ContactId, jobs::RefreshFacts};
pub use store::contacts::facts::Asking;

impl Transaction {
    /// Has connections asked about a contact whose plugins know something about customers. Which: those that no job is
    /// about to ask anyway.
    pub async fn ask_about(&mut self, contact_id: ContactId, asking: Asking) -> Result<Vec<ConnectionId>, Error> {
        let (tenant_id, now) = (self.tenant(), self.now());
        let asked = store::contacts::facts::ask(self.conn(), tenant_id, contact_id, asking, now).await?;
        for &connection_id in &asked {
            self.enqueue(&RefreshFacts { tenant_id, contact_id, connection_id }).await?;
        }
        Ok(asked)
    }
}
