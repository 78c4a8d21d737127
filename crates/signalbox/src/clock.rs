//! The time of the installation: that of the database, so that many machines agree on what is due.

use chrono::{DateTime, TimeDelta, Utc};
use domain::Clock;
use sqlx::PgPool;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// How often the database is asked again.
const EVERY: Duration = Duration::from_mins(1);

/// This machine's clock, corrected by how far the database's is ahead.
#[derive(Debug, Default)]
pub struct DatabaseClock {
    ahead_micros: AtomicI64,
}

impl Clock for DatabaseClock {
    fn now(&self) -> DateTime<Utc> {
        let ahead = TimeDelta::microseconds(self.ahead_micros.load(Ordering::Relaxed));
        let now = Utc::now() + ahead;
        // PostgreSQL keeps microseconds: what is written is what is read.
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}

impl DatabaseClock {
    /// Asks the database now, and from time to time.
    pub async fn start(pool: PgPool) -> sqlx::Result<Arc<Self>> {
        let clock = Arc::new(Self::default());
        clock.correct(&pool).await?;
        let (task, weak) = (pool, Arc::downgrade(&clock));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(EVERY).await;
                let Some(clock) = weak.upgrade() else { return };
                if let Err(error) = clock.correct(&task).await {
                    tracing::debug!(%error, "the database's time could not be read; the last correction stays");
                }
            }
        });
        Ok(clock)
    }

    /// Half of the way there and back is taken for the way there.
    async fn correct(&self, pool: &PgPool) -> sqlx::Result<()> {
        let asked = Utc::now();
        let database: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(pool).await?;
        let answered = Utc::now();
        let ahead = database - (asked + (answered - asked) / 2);
        self.ahead_micros.store(ahead.num_microseconds().unwrap_or_default(), Ordering::Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_far_ahead_as_the_database() {
        let clock = DatabaseClock { ahead_micros: AtomicI64::new(3_600_000_000) };
        let ahead = clock.now() - Utc::now();
        assert!(ahead > TimeDelta::minutes(59) && ahead < TimeDelta::minutes(61), "{ahead}");
        assert_eq!(clock.now().timestamp_subsec_nanos() % 1000, 0);
    }
}
