//! How far messages of ours have come, by reports of their provider or by the answers to their sends.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, EventId, MessageId, TenantId, event::Actor, message::DeliveryStatus};
use serde::Serialize;
use serde_json::Value;
use sqlx::{PgExecutor, types::Json};

/// What is said about a message.
#[derive(Clone, Debug)]
pub struct Report {
    /// Over which account it went.
    pub connection: ConnectionId,
    /// The provider's id of it.
    pub external_id: Option<String>,
    /// Our id of it. Finds a message whose send was never answered, so that its provider id is not known, and one that
    /// a person had sent again, so that it has two.
    pub message: Option<MessageId>,
    /// How far it is.
    pub to: DeliveryStatus,
    /// Why it failed, as the message shows it.
    pub error: Option<Value>,
    /// Whether the contact wants no messages any more.
    pub opted_out: bool,
    /// Who says so.
    pub actor: Actor,
    /// What the event tells beyond the message and its two statuses; an object.
    pub details: Value,
    /// The trace it belongs to.
    pub trace_id: Option<String>,
    /// What is kept if no such message is known yet: its kind, one row each, and the report itself.
    pub early: Option<(String, Value)>,
    /// The delivery that is done with this.
    pub processed: Option<DeliveryId>,
}

/// What a report changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported {
    /// There is such a message.
    pub known: bool,
    /// It was not as far before; the event log says so.
    pub moved: bool,
    /// The event that says so, if one does.
    pub event: EventId,
    /// Rules have a job because of it.
    pub rules_asked: bool,
    /// Reports came before the provider's id was known. They wait in [`super::early`].
    pub overtaken: bool,
}

/// A report as the database function takes it.
#[derive(Serialize)]
struct Row<'a> {
    place: usize,
    connection: ConnectionId,
    external: Option<&'a str>,
    wanted: Option<MessageId>,
    target: DeliveryStatus,
    earlier: Vec<DeliveryStatus>,
    failure: Option<&'a Value>,
    opts_out: bool,
    event: EventId,
    actor: Actor,
    details: &'a Value,
    trace: Option<&'a str>,
    early_kind: Option<&'a str>,
    early: Option<&'a Value>,
    processed: Option<DeliveryId>,
}

impl<'a> Row<'a> {
    fn new(index: usize, report: &'a Report) -> Self {
        let early = report.early.as_ref();
        Self {
            // Places count from 1, as in every array of PostgreSQL.
            place: index + 1,
            connection: report.connection,
            external: report.external_id.as_deref(),
            wanted: report.message,
            target: report.to,
            earlier: DeliveryStatus::ALL.iter().copied().filter(|from| from.advances_to(report.to)).collect(),
            failure: report.error.as_ref(),
            opts_out: report.opted_out,
            event: EventId::new(),
            actor: report.actor,
            details: &report.details,
            trace: report.trace_id.as_deref(),
            early_kind: early.map(|(kind, _)| kind.as_str()),
            early: early.map(|(_, data)| data),
            processed: report.processed,
        }
    }
}

/// Applies reports: in the transaction it is given, or as one of its own.
///
/// The answers are in the same order. `None`: an earlier one of these reports is about the same message, and this one
/// has not been looked at.
pub async fn apply(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    reports: &[Report],
    now: DateTime<Utc>,
) -> Result<Vec<Option<Reported>>> {
    let rows: Vec<Row<'_>> = reports.iter().enumerate().map(|(index, report)| Row::new(index, report)).collect();
    let events: Vec<EventId> = rows.iter().map(|row| row.event).collect();
    let answers = sqlx::query!(
        r#"SELECT place AS "place!", known AS "known!", moved AS "moved!", asked AS "asked!", overtaken AS "overtaken!",
                  again AS "again!"
             FROM report_messages($1, $2, $3)"#,
        tenant.0,
        Json(rows) as _,
        now
    )
    .fetch_all(db)
    .await?;
    let mut reported = vec![None; reports.len()];
    for row in answers {
        let index = usize::try_from(row.place - 1).unwrap_or(usize::MAX);
        if let (Some(answer), Some(event)) = (reported.get_mut(index).filter(|_| !row.again), events.get(index)) {
            *answer = Some(Reported {
                known: row.known,
                moved: row.moved,
                event: *event,
                rules_asked: row.asked,
                overtaken: row.overtaken,
            });
        }
    }
    Ok(reported)
}
