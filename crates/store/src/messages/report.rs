//! How far a message of ours has come, by a report of its provider or by the answer to its send.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, EventId, MessageId, TenantId, event::Actor, message::DeliveryStatus};
use serde_json::{Value, json};
use sqlx::PgExecutor;

/// What is said about a message.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Over which account it went.
    pub connection: ConnectionId,
    /// The provider's id of it.
    pub external_id: Option<&'a str>,
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
    /// What is kept if no such message is known yet: its kind, one row each, and the report itself.
    pub early: Option<(&'a str, Value)>,
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
    /// Rules have a job because of it.
    pub rules_asked: bool,
    /// Reports came before the provider's id was known. They wait in [`super::early`].
    pub overtaken: bool,
}

/// Applies a report: in the transaction it is given, or as one of its own.
pub async fn apply(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    report: &Report<'_>,
    trace_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Reported> {
    let earlier: Vec<String> = DeliveryStatus::ALL
        .iter()
        .filter(|from| from.advances_to(report.to))
        .map(|from| from.as_str().to_owned())
        .collect();
    let (early_kind, early) = report.early.as_ref().map(|(kind, data)| (*kind, data)).unzip();
    let row = sqlx::query!(
        r#"SELECT known AS "known!", moved AS "moved!", asked AS "asked!", overtaken AS "overtaken!"
             FROM report_message($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"#,
        tenant.0,
        report.connection.0,
        report.external_id,
        report.message.map(|id| id.0),
        report.to.as_str(),
        &earlier,
        report.error,
        report.opted_out,
        EventId::new().0,
        json!(report.actor),
        report.details,
        trace_id,
        now,
        early_kind,
        early,
        report.processed.map(|id| id.0)
    )
    .fetch_one(db)
    .await?;
    Ok(Reported { known: row.known, moved: row.moved, rules_asked: row.asked, overtaken: row.overtaken })
}
