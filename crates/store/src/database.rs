//! The connection pool, the tenant of a transaction, and the refusal of a role that could look past it.

use crate::Result;
use domain::TenantId;
use sqlx::{
    Executor, PgConnection, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

/// The pool that the product works with.
#[derive(Clone, Debug)]
pub struct Database {
    pool: PgPool,
}

/// Nearly every statement looks a few rows up by their keys and has one good plan, which PostgreSQL would find too late:
/// for statements that take arrays it makes a plan per call, and while tables are small it prefers to read them whole,
/// in a plan that then stays. Lists ask for plans of their own: [`plan_for_filters`].
const BY_KEY: [(&str, &str); 6] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
    // A process that is frozen within a transaction must not keep its locks, and the jobs behind them, for ever.
    ("idle_in_transaction_session_timeout", "30s"),
];

/// A transaction that sees the rows of one tenant.
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    tenant: TenantId,
}

/// The role must not be used: row-level security would not hold it.
#[derive(Debug, thiserror::Error)]
pub enum UnsafeRole {
    /// It could read across tenants.
    #[error(
        "the database role `{role}` {why}, so row-level security would not separate tenants. \
         Connect as `signalbox_app`, the role that `signalbox migrate` makes for the product."
    )]
    Bypasses {
        /// The role's name.
        role: String,
        /// What it can do.
        why: &'static str,
    },
    /// The question could not be asked.
    #[error(transparent)]
    Database(#[from] crate::Error),
}

impl Database {
    /// A pool of at most `max_connections`, opened as they are needed: the database may still be starting. Who finds
    /// none free waits for `patience`.
    pub fn connect_lazy(options: PgConnectOptions, max_connections: u32, patience: Duration) -> Self {
        let options = options.options(BY_KEY);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(patience)
            // Dead connections are noticed by the statement that fails; a ping before each use doubles the round trips.
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Self { pool }
    }

    /// Wraps a pool that exists.
    pub fn from_pool(pool: PgPool) -> Self {
        Self { pool }
    }

    /// The same database through at most so many connections of its own: for what is asked by callers that hold a
    /// transaction. If all connections of one pool were theirs, each would wait for another to let go.
    #[must_use]
    pub fn aside(&self, max_connections: u32) -> Self {
        let options = self.pool.options().clone().min_connections(0).max_connections(max_connections);
        Self { pool: options.connect_lazy_with(self.pool.connect_options().as_ref().clone()) }
    }

    /// The same database for workers: their commits do not wait for the disk, because a crash that forgets one forgets
    /// the acknowledgement of its job as well, and the job runs again. What must not be forgotten is fenced.
    #[must_use]
    pub fn for_workers(&self, max_connections: u32) -> Self {
        let connect = self.pool.connect_options().as_ref().clone().options([("synchronous_commit", "off")]);
        let options = self.pool.options().clone().max_connections(max_connections);
        Self { pool: options.connect_lazy_with(connect) }
    }

    /// The pool, for the queue and for the few functions that cross tenants.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Begins a transaction that sees `tenant`, and nothing of any other.
    pub async fn begin(&self, tenant: TenantId) -> Result<TenantTx> {
        // Both in one round trip: this begins everything that the product does. An id has no quote in it.
        let statement = format!("BEGIN; SET LOCAL signalbox.tenant = '{tenant}'");
        let tx = self.pool.begin_with(sqlx::AssertSqlSafe(statement)).await?;
        Ok(TenantTx { tx, tenant })
    }

    /// Refuses a role that bypasses row-level security: superusers, BYPASSRLS, owners of the tables, and members of
    /// a role that is one of these or may act for the definer functions.
    pub async fn refuse_unsafe_role(&self) -> Result<(), UnsafeRole> {
        let row = sqlx::query!(
            r#"SELECT current_user::text AS "role!",
                      bool_or(r.rolsuper) AS "superuser!",
                      bool_or(r.rolbypassrls) AS "bypass!",
                      EXISTS (SELECT FROM pg_class c
                               WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
                                 AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS "owner!",
                      coalesce((SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles
                                 WHERE rolname = 'signalbox_definer'), false) AS "definer!"
                 FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')"#
        )
        .fetch_one(&self.pool)
        .await
        .map_err(crate::Error::from)?;
        let why = match (row.superuser, row.bypass, row.owner, row.definer) {
            (true, ..) => "is a superuser, or a member of one",
            (_, true, ..) => "has BYPASSRLS, or is a member of a role that has it",
            (_, _, true, _) => "owns the tables, or is a member of their owner",
            (.., true) => "is a member of `signalbox_definer`",
            _ => return Ok(()),
        };
        Err(UnsafeRole::Bypasses { role: row.role, why })
    }

    /// Whether a statement gets through.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query!("SELECT 1 AS one").fetch_one(&self.pool).await?;
        Ok(())
    }
}

/// Lets the rest of the transaction's statements have plans for their very values: which index serves a list best
/// depends on what it is narrowed to. Reading here and there is hardly dearer than reading on, in memory or on an SSD:
/// PostgreSQL's own estimate, of a disk that turns, would have it go through all of history instead.
pub(crate) async fn plan_for_filters(conn: &mut PgConnection) -> Result<()> {
    conn.execute(
        "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = on;
         SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on; SET LOCAL random_page_cost = 1.1",
    )
    .await?;
    Ok(())
}

impl TenantTx {
    /// Whose transaction this is.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Makes everything durable; a transaction that is dropped instead leaves nothing behind.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

impl Deref for TenantTx {
    type Target = PgConnection;

    fn deref(&self) -> &Self::Target {
        &self.tx
    }
}

impl DerefMut for TenantTx {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tx
    }
}
