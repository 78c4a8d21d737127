//! Telling the database how runs ended. Every word carries the run token, so that a run that lost
//! its lease changes nothing.

use crate::{Outcome, claim::JobRun};
use chrono::{DateTime, Utc};
use domain::job::Lane;
use sqlx::PgPool;
use std::time::Duration;

/// The end of one run.
#[derive(Clone, Debug)]
pub(crate) struct Ack {
    pub(crate) run: JobRun,
    pub(crate) outcome: Outcome,
    /// How long the job had waited, if it was its first run.
    pub(crate) wait: Option<Duration>,
    /// How long it ran, if it was started.
    pub(crate) duration: Option<Duration>,
}

/// What the database made of an ack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is so.
    Acked,
    /// The row is locked at this moment: ask again.
    Busy,
    /// The job belongs to another run; nothing was changed.
    Lost,
}

/// The answer to a batch of acks.
pub(crate) struct Answer {
    /// One per ack, in their order.
    pub(crate) verdicts: Vec<Verdict>,
    /// Lanes in which a job became claimable, because its key was freed.
    pub(crate) lanes: Vec<Lane>,
}

/// Sends acks in one statement that is its own transaction.
pub(crate) async fn send(pool: &PgPool, acks: &[Ack], now: DateTime<Utc>) -> sqlx::Result<Answer> {
    let tenants: Vec<_> = acks.iter().map(|ack| ack.run.tenant.0).collect();
    let ids: Vec<_> = acks.iter().map(|ack| ack.run.id.0).collect();
    let blames: Vec<_> = acks.iter().map(|ack| ack.outcome.blames_the_connection()).collect();
    let tickets: Vec<_> = acks.iter().map(|ack| ack.outcome.has_a_turn()).collect();
    let tokens: Vec<_> = acks.iter().map(|ack| ack.run.token.0).collect();
    let outcomes: Vec<_> = acks.iter().map(|ack| ack.outcome.as_str().to_owned()).collect();
    let run_ats: Vec<_> = acks.iter().map(|ack| ack.outcome.run_at()).collect();
    let errors: Vec<_> = acks.iter().map(|ack| ack.outcome.error().map(str::to_owned)).collect();
    let millis: Vec<_> =
        acks.iter().map(|ack| ack.duration.map(|d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))).collect();

    let rows = sqlx::query!(
        "SELECT ordinal, verdict, lane FROM queue.ack($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &tenants,
        &ids,
        &tokens,
        &outcomes,
        &run_ats as _,
        &errors as _,
        &millis as _,
        &blames,
        &tickets,
        now,
    )
    .fetch_all(pool)
    .await?;

    let mut answer = Answer { verdicts: vec![Verdict::Acked; acks.len()], lanes: Vec::new() };
    for row in rows {
        if let Some(lane) = row.lane {
            answer.lanes.extend(lane.parse::<Lane>());
        }
        let (Some(ordinal), Some(verdict)) = (row.ordinal, row.verdict) else { continue };
        let place = usize::try_from(ordinal - 1).expect("ordinals count from 1");
        answer.verdicts[place] = match verdict.as_str() {
            "busy" => Verdict::Busy,
            _ => Verdict::Lost,
        };
    }
    Ok(answer)
}
