//! What this process has done in the minutes of now, and how the database gets to know.

use super::{Ended, Fate, histogram::Histogram, minute_of};
use crate::{Queue, control::Control};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{TenantId, job::Lane};
use serde::Serialize;
use sqlx::PgPool;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::sleep;
use uuid::Uuid;

/// How often what has changed is written down.
const WRITE_EVERY: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(30);
/// Rows that one statement writes at most.
const BATCH: usize = 1_000;

/// Shared by the lanes of a process. Nothing is written when an attempt ends: it is counted, and what a minute has come
/// to is written every ten seconds.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// This process: nobody else writes its rows.
    process: Uuid,
    minutes: Mutex<HashMap<Place, Minute>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    tenant: TenantId,
    minute: DateTime<Utc>,
    lane: Lane,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Minute {
    done: u64,
    retried: u64,
    dead: u64,
    waits: Histogram,
    runs: Histogram,
    /// Whether the database does not know all of it.
    #[serde(skip)]
    is_news: bool,
}

/// A row, as `queue.write_minutes` takes it.
#[derive(Serialize)]
struct Row {
    tenant_id: TenantId,
    minute: DateTime<Utc>,
    lane: Lane,
    #[serde(flatten)]
    counted: Minute,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self { process: Uuid::new_v4(), minutes: Mutex::default() }
    }

    /// Counts attempts that have ended at `now`.
    pub(crate) fn count(&self, lane: Lane, ended: impl IntoIterator<Item = Ended>, now: DateTime<Utc>) {
        let minute = minute_of(now);
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        for Ended { tenant, fate, wait, run } in ended {
            let counted = minutes.entry(Place { tenant, minute, lane }).or_default();
            *match fate {
                Fate::Done => &mut counted.done,
                Fate::Retried => &mut counted.retried,
                Fate::Dead => &mut counted.dead,
            } += 1;
            counted.runs.record(run);
            if let Some(wait) = wait {
                counted.waits.record(wait);
            }
            counted.is_news = true;
        }
    }

    /// What is to be written. It counts as written until [`Self::not_written`] says otherwise.
    fn news(&self, now: DateTime<Utc>) -> Vec<Row> {
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing is added to a minute that is over, however slow the clock of this process is.
        let over = minute_of(now) - TimeDelta::minutes(2);
        minutes.retain(|place, counted| counted.is_news || place.minute > over);
        let news = minutes.iter_mut().filter(|(_, counted)| counted.is_news);
        news.map(|(&Place { tenant, minute, lane }, counted)| {
            counted.is_news = false;
            Row { tenant_id: tenant, minute, lane, counted: counted.clone() }
        })
        .collect()
    }

    fn not_written(&self, rows: &[Row]) {
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        for row in rows {
            let place = Place { tenant: row.tenant_id, minute: row.minute, lane: row.lane };
            if let Some(counted) = minutes.get_mut(&place) {
                counted.is_news = true;
            }
        }
    }

    /// Writes down what has changed.
    pub(crate) async fn write(&self, control: &Control, now: DateTime<Utc>) -> sqlx::Result<()> {
        let rows = self.news(now);
        for (place, batch) in rows.chunks(BATCH).enumerate() {
            let written = control.ask(PATIENCE, async |pool| self.send(pool, batch).await).await;
            if let Err(error) = written {
                self.not_written(&rows[place * BATCH..]);
                return Err(error);
            }
        }
        Ok(())
    }

    async fn send(&self, pool: &PgPool, rows: &[Row]) -> sqlx::Result<()> {
        let rows = serde_json::to_value(rows).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        sqlx::query!("SELECT queue.write_minutes($1, $2)", self.process, rows).execute(pool).await?;
        Ok(())
    }
}

/// Writes from time to time, for ever. The last minute of a process is written at its end.
pub(crate) async fn keep_writing(queue: Queue, control: Arc<Control>, recorder: Arc<Recorder>) {
    loop {
        sleep(WRITE_EVERY).await;
        if let Err(error) = recorder.write(&control, queue.clock.now()).await {
            tracing::debug!(%error, "what became of attempts could not be written down; trying again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_minute_is_written_as_a_whole_whenever_it_has_changed() {
        let (recorder, tenant) = (Recorder::new(), TenantId::new());
        let done = || [Ended { tenant, fate: Fate::Done, wait: None, run: Duration::from_millis(5) }];
        recorder.count(Lane::Live, done(), at(0));
        assert_eq!(recorder.news(at(10)).iter().map(|row| row.counted.done).collect::<Vec<_>>(), [1]);
        assert_eq!(recorder.news(at(20)).len(), 0, "nothing is new");
        recorder.count(Lane::Live, done(), at(21));
        recorder.count(Lane::Bulk, done(), at(22));
        let mut news = recorder.news(at(30));
        news.sort_by_key(|row| row.lane);
        let told: Vec<_> = news.iter().map(|row| (row.lane, row.counted.done)).collect();
        assert_eq!(told, [(Lane::Live, 2), (Lane::Bulk, 1)], "all of the minute, also what was written before");

        recorder.not_written(&news);
        assert_eq!(recorder.news(at(600)).len(), 2, "however late, until it is written");
        assert_eq!(recorder.news(at(601)).len(), 0);
        assert!(recorder.minutes.lock().unwrap().is_empty(), "what is written and over is forgotten");
    }
}
