//! How far messages have come.
//!
//! Three of four webhooks are reports of this, so a report that comes alone is one statement and a transaction of its
//! own.

use crate::{Error, Inbox, Transaction};
use domain::{
    TenantId,
    job::{Job, Lane},
    jobs::EvaluateRules,
};
pub use store::messages::report::{Report, Reported};

const RULES: Lane = EvaluateRules::LANE;

impl Inbox {
    /// Applies a report at once.
    pub async fn report(
        &self,
        tenant: TenantId,
        report: &Report<'_>,
        trace_id: Option<&str>,
    ) -> Result<Reported, Error> {
        let reported = store::messages::report::apply(self.db.pool(), tenant, report, trace_id, self.now()).await?;
        if reported.rules_asked {
            self.queue.wake(RULES);
        }
        Ok(reported)
    }
}

impl Transaction {
    /// Applies a report with the change, after everything that the change did before.
    pub async fn report(&mut self, report: &Report<'_>) -> Result<Reported, Error> {
        self.flush().await?;
        let (tenant, now, trace_id) = (self.tenant(), self.now(), self.cause().trace_id.clone());
        let reported = store::messages::report::apply(self.conn(), tenant, report, trace_id.as_deref(), now).await?;
        if reported.rules_asked {
            self.woke(RULES);
        }
        Ok(reported)
    }
}
