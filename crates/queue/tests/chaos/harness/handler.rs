//! What a run does: it says that it has begun, does what its task is about, and writes its effect.

use super::{
    ledger::{AGAIN, BEGUN, DONE, GIVING_UP, INSIDE, OPEN, REFUSED},
    tasks::{Act, Task},
    worker::DATABASE_PATIENCE,
};
use queue::{FenceError, JobContext, JobError};
use sqlx::{Connection as _, PgConnection, PgPool, Postgres, pool::PoolConnection};
use std::time::Duration;
use tokio::time::{sleep, timeout};

const GATE_LOOK: Duration = Duration::from_millis(20);

#[derive(Clone)]
pub struct Env {
    pub worker: String,
    /// The pool that the product gives its handlers.
    pub product: PgPool,
    /// Beside it, so that the scenario can follow what happens when the other one is used up.
    pub aside: PgPool,
}

impl Env {
    pub async fn run(self, kind: &'static str, task: Task, ctx: JobContext) -> Result<(), JobError> {
        let run = Run { env: &self, kind, task: &task, ctx: &ctx };
        match task.act {
            Act::Hog => {
                let mut conn = self.product.acquire().await?;
                run.write(&mut conn, BEGUN).await?;
                run.gate().await;
                run.write(&mut conn, DONE).await
            }
            act => {
                run.write(&mut run.conn().await?, BEGUN).await?;
                run.act(act).await?;
                run.write(&mut run.conn().await?, DONE).await
            }
        }
    }
}

/// One run of a task.
struct Run<'a> {
    env: &'a Env,
    kind: &'static str,
    task: &'a Task,
    ctx: &'a JobContext,
}

impl Run<'_> {
    async fn act(&self, act: Act) -> Result<(), JobError> {
        match act {
            Act::Work(millis) => sleep(Duration::from_millis(millis)).await,
            Act::SlowOnce(millis) if self.ctx.attempt == 1 => sleep(Duration::from_millis(millis)).await,
            Act::GiveUpOnce(millis) if self.ctx.attempt == 1 => {
                sleep(Duration::from_millis(millis)).await;
                self.note(GIVING_UP).await;
                return Err(JobError::fail("given up by its first run"));
            }
            Act::Gate | Act::GiveUpOnce(_) => self.gate().await,
            Act::SlowOnce(_) | Act::Aside | Act::Hog | Act::StallInside(_) => {}
        }
        if self.ctx.attempt <= self.task.fails {
            return Err(JobError::retry("as the task wants it"));
        }
        Ok(())
    }

    async fn conn(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        if self.task.act == Act::Aside { self.env.aside.acquire().await } else { self.env.product.acquire().await }
    }

    /// Writes what only the owner of the job can write.
    async fn write(&self, conn: &mut PoolConnection<Postgres>, what: &'static str) -> Result<(), JobError> {
        match timeout(DATABASE_PATIENCE, self.fenced(conn, what)).await {
            Ok(Err(FenceError::LeaseLost)) => {
                self.note(REFUSED).await;
                Err(FenceError::LeaseLost.into())
            }
            Ok(written) => Ok(written?),
            Err(_) => {
                // Given back, it would wait for the answer and never be free.
                conn.close_on_drop();
                Err(JobError::retry("the database does not answer"))
            }
        }
    }

    async fn fenced(&self, conn: &mut PgConnection, what: &'static str) -> Result<(), FenceError> {
        let mut tx = conn.begin().await?;
        self.ctx.fence(&mut tx).await?;
        let is_effect = what == DONE;
        if let Act::StallInside(millis) = self.task.act
            && is_effect
            && self.ctx.attempt == 1
        {
            self.note(INSIDE).await;
            sleep(Duration::from_millis(millis)).await;
        }
        // What an earlier run committed is seen here, because no run can be committing it beside this one.
        let what = if is_effect && self.exists(&mut tx, DONE).await? { AGAIN } else { what };
        self.insert(&mut tx, what).await?;
        Ok(tx.commit().await?)
    }

    async fn gate(&self) {
        loop {
            if let Ok(mut conn) = self.env.aside.acquire().await
                && let Ok(Ok(true)) = timeout(DATABASE_PATIENCE, self.exists(&mut conn, OPEN)).await
            {
                return;
            }
            sleep(GATE_LOOK).await;
        }
    }

    /// Tells the scenario, as well as that is possible.
    async fn note(&self, what: &'static str) {
        if let Ok(mut conn) = self.env.aside.acquire().await {
            let _ = timeout(DATABASE_PATIENCE, self.insert(&mut conn, what)).await;
        }
    }

    async fn exists(&self, conn: &mut PgConnection, what: &str) -> sqlx::Result<bool> {
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM chaos_events WHERE n = $1 AND what = $2)")
            .bind(self.task.n)
            .bind(what)
            .fetch_one(conn)
            .await
    }

    async fn insert(&self, conn: &mut PgConnection, what: &str) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO chaos_events (n, key, kind, what, worker, run) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(self.task.n)
            .bind(&self.task.key)
            .bind(self.kind)
            .bind(what)
            .bind(&self.env.worker)
            .bind(self.ctx.run_token.0)
            .execute(conn)
            .await
            .map(drop)
    }
}
