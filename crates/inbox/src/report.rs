//! How far messages have come.
//!
//! Three of four webhooks are reports of this, so reports that come alone are applied together, in one statement that is
//! a transaction of its own.

use crate::{Error, Inbox, Transaction};
use domain::{
    TenantId,
    job::{Job, Lane},
    jobs::EvaluateRules,
};
use store::streams::Committed;

pub use store::messages::report::{Report, Reported};

const RULES: Lane = EvaluateRules::LANE;

impl Inbox {
    /// Applies reports at once, all or none. The answers are in the same order.
    ///
    /// `None`: an earlier one of these reports is about the same message, and this one has to be made once more.
    pub async fn report(&self, tenant: TenantId, reports: &[Report]) -> Result<Vec<Option<Reported>>, Error> {
        let reported = store::messages::report::apply(self.db.pool(), tenant, reports, self.now()).await?;
        if reported.iter().flatten().any(|reported| reported.rules_asked) {
            self.queue.wake(RULES);
        }
        self.announcer.say(tenant, moved(&reported), false);
        Ok(reported)
    }
}

impl Transaction {
    /// Applies a report with the change, after everything that the change did before.
    pub async fn report(&mut self, report: Report) -> Result<(), Error> {
        self.flush().await?;
        let (tenant, now) = (self.tenant(), self.now());
        let reported = store::messages::report::apply(self.conn(), tenant, &[report], now).await?;
        if reported.iter().flatten().any(|reported| reported.rules_asked) {
            self.woke(RULES);
        }
        for event in moved(&reported) {
            self.will_commit(event);
        }
        Ok(())
    }
}

/// The events of reports that brought something new.
fn moved(reported: &[Option<Reported>]) -> Vec<Committed> {
    reported
        .iter()
        .flatten()
        .filter(|reported| reported.moved)
        .map(|reported| Committed::Event(reported.event.0))
        .collect()
}
