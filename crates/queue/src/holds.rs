//! Holds: what must not run at the moment. People pause and resume; circuit breakers and connections that need a new
//! authorization hold back by themselves. A lock is a pause of the operator's that a tenant cannot lift.
//!
//! Every claim looks at the holds, so that a pause is everywhere from its commit on. What was set aside meanwhile comes
//! back after the resumption, which is why [`Queue::release`] follows the commit of a [`resume`].

use crate::Queue;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId, job::Lane};
use sqlx::{PgConnection, PgPool};

/// How many jobs come back in one statement, so that no transaction is long.
const BATCH: i32 = 1_000;

/// A hold that people make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Whoever may pause may resume: of a tenant's jobs, its admin and the operator.
    Open,
    /// The operator's, and nobody else's to lift.
    Locked,
}

impl Pause {
    /// Its name as the reason of a hold.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "paused",
            Self::Locked => "locked",
        }
    }
}

/// What is held back: jobs for which all that is named here is so. At least one thing must be named, and the tenant
/// with a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Jobs of this lane.
    pub lane: Option<Lane>,
    /// Jobs of this kind.
    pub kind: Option<String>,
    /// Jobs of this tenant.
    pub tenant: Option<TenantId>,
    /// Jobs that call the provider of this connection.
    pub connection: Option<ConnectionId>,
}

/// A hold that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// One of [`Pause`] by people, `needs_reauth`, or an open circuit `breaker`.
    pub reason: String,
    /// What it holds back.
    pub scope: Scope,
    /// When a breaker lets a probe through.
    pub until: Option<DateTime<Utc>>,
    /// Since when, in database time.
    pub since: DateTime<Utc>,
}

struct Row {
    reason: String,
    lane: Option<String>,
    kind: Option<String>,
    tenant_id: Option<uuid::Uuid>,
    connection_id: Option<uuid::Uuid>,
    until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<Row> for Hold {
    fn from(row: Row) -> Self {
        let scope = Scope {
            // A lane that this version does not know is shown as none: it is a newer version's.
            lane: row.lane.and_then(|lane| lane.parse().ok()),
            kind: row.kind,
            tenant: row.tenant_id.map(TenantId),
            connection: row.connection_id.map(ConnectionId),
        };
        Self { reason: row.reason, scope, until: row.until, since: row.created_at }
    }
}

/// Pauses. Whether it was not paused before. Whoever calls this answers for the tenant in `scope`.
pub async fn pause(conn: &mut PgConnection, pause: Pause, scope: &Scope) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT queue.hold($1, $2, $3, $4, $5) AS "made!""#,
        pause.as_str(),
        scope.lane.map(Lane::as_str),
        scope.kind.as_deref(),
        scope.tenant.map(|id| id.0),
        scope.connection.map(|id| id.0),
    )
    .fetch_one(conn)
    .await
}

/// Lifts a pause of exactly this sort and scope. Whether there was one. After the commit, [`Queue::release`].
pub async fn resume(conn: &mut PgConnection, pause: Pause, scope: &Scope) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT queue.lift($1, $2, $3, $4, $5) AS "lifted!""#,
        pause.as_str(),
        scope.lane.map(Lane::as_str),
        scope.kind.as_deref(),
        scope.tenant.map(|id| id.0),
        scope.connection.map(|id| id.0),
    )
    .fetch_one(conn)
    .await
}

/// What holds back jobs of the transaction's tenant: its own holds, and those that the operator has put on everyone.
pub async fn of_tenant(conn: &mut PgConnection) -> sqlx::Result<Vec<Hold>> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT reason AS "reason!", lane, kind, tenant_id, connection_id, until, created_at AS "created_at!"
        FROM queue.holds_of_tenant()
        "#
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Hold::from).collect())
}

impl Queue {
    /// Every hold there is, at most 10,000: for the operator and the metrics.
    pub async fn holds(&self) -> sqlx::Result<Vec<Hold>> {
        let rows = sqlx::query_as!(
            Row,
            r#"
            SELECT reason AS "reason!", lane, kind, tenant_id, connection_id, until, created_at AS "created_at!"
            FROM queue.current_holds()
            "#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Hold::from).collect())
    }

    /// Brings back what a lifted pause had set aside, and wakes the workers. Returns the lanes that have work now.
    ///
    /// To be called after the commit of [`resume`]. If it is not, the maintenance of the workers does it later.
    pub async fn release(&self, scope: &Scope) -> sqlx::Result<Vec<Lane>> {
        // Jobs that a pause of a whole lane, kind or tenant held back are still in line: only a wake-up is missing.
        let mut lanes = scope.lane.map_or(Lane::ALL.to_vec(), |lane| vec![lane]);
        for &lane in &lanes {
            self.wake(lane);
        }
        for lane in bring_back(self, &self.pool).await? {
            if !lanes.contains(&lane) {
                lanes.push(lane);
            }
        }
        Ok(lanes)
    }
}

/// Brings back all jobs that a hold had set aside which is no more, and wakes the lanes that have work now.
pub(crate) async fn bring_back(queue: &Queue, pool: &PgPool) -> sqlx::Result<Vec<Lane>> {
    let mut lanes = Vec::new();
    loop {
        let freed = sqlx::query!(r#"SELECT lane AS "lane!", jobs AS "jobs!" FROM queue.set_free($1)"#, BATCH)
            .fetch_all(pool)
            .await?;
        // A lane that this version does not know is a newer version's business.
        for lane in freed.iter().filter_map(|row| row.lane.parse().ok()) {
            queue.wake(lane);
            if !lanes.contains(&lane) {
                lanes.push(lane);
            }
        }
        if freed.iter().map(|row| row.jobs).sum::<i64>() < i64::from(BATCH) {
            return Ok(lanes);
        }
    }
}
