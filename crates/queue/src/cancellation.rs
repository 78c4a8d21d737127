//! Interrupting runs whose jobs were cancelled.

use crate::{JobId, RunToken, WorkerId, claim::JobRun};
use domain::TenantId;
use sqlx::PgPool;
use std::{collections::HashMap, sync::Arc};
use tokio::sync::watch;

/// The cancelled runs of this process that have not ended yet, with the reasons.
#[derive(Clone, Debug)]
pub(crate) struct Cancellations(watch::Sender<Arc<HashMap<JobRun, String>>>);

impl Default for Cancellations {
    fn default() -> Self {
        Self(watch::Sender::new(Arc::default()))
    }
}

impl Cancellations {
    /// Asks the database.
    pub(crate) async fn look(&self, pool: &PgPool, worker: WorkerId) -> sqlx::Result<()> {
        let rows = sqlx::query!(
            r#"
            SELECT tenant_id AS "tenant!", id AS "id!", run_token AS "token!", reason AS "reason!"
            FROM queue.cancelled_runs($1)
            "#,
            worker.0
        )
        .fetch_all(pool)
        .await?;
        let run = |row| {
            let (tenant, id, token, reason) = row;
            (JobRun { tenant: TenantId(tenant), id: JobId(id), token: RunToken(token) }, reason)
        };
        let cancelled: HashMap<_, _> =
            rows.into_iter().map(|row| run((row.tenant, row.id, row.token, row.reason))).collect();
        self.0.send_if_modified(|known| {
            let news = **known != cancelled;
            if news {
                *known = Arc::new(cancelled);
            }
            news
        });
        Ok(())
    }

    /// Waits until the run is cancelled, and says why.
    pub(crate) async fn of(&self, run: JobRun) -> String {
        let mut seen = self.0.subscribe();
        loop {
            if let Some(reason) = seen.borrow_and_update().get(&run) {
                return reason.clone();
            }
            if seen.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
