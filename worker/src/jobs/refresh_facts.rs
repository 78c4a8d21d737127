//! Asks a connection's plugin what it knows about a contact.

use super::reauthorize;
use crate::{
    Environment,
    inbound::profile,
    nul,
    outcome::{self, Repeat},
    target::Target,
};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, connection::ConnectionStatus, event::Actor, jobs::RefreshFacts};
use inbox::Cause;
use manifest::Interface;
use plugin_host::Plugin;
use plugin_sdk::{Fact, SenderId, Subject};
use queue::{JobContext, JobError};
use serde_json::{Value, json};
use std::sync::Arc;
use store::contacts::facts;

/// The most facts that are kept of one answer: the most telling come first.
const MOST: usize = 50;
/// The longest name and title, the longest text and address, in characters.
const TITLE: usize = 200;
const TEXT: usize = 2_000;
/// The largest data of one fact, as JSON in bytes.
const DATA: usize = 32 * 1024;

/// Puts the answer in the place of what was known. Without one, what was known stays, and the problem is noted.
pub async fn run(env: Arc<Environment>, job: RefreshFacts, ctx: JobContext) -> Result<(), JobError> {
    let RefreshFacts { tenant_id: tenant, contact_id: contact, connection_id: connection } = job;
    let mut tx = env.db.begin(tenant).await.map_err(JobError::retry)?;
    // From here on, what happens to the contact asks again.
    facts::begin(&mut tx, tenant, contact, connection).await.map_err(JobError::retry)?;
    let target = Target::load(&env, &mut tx, tenant, connection).await.map_err(JobError::retry)?;
    let subject = facts::subject(&mut tx, tenant, contact).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    let (Some(target), Some(subject)) = (target, subject) else { return Ok(()) };
    if target.connection.status == ConnectionStatus::Disabled || !target.implements(Interface::Enrich) {
        return Ok(());
    }
    let asked_at = env.clock.now();
    let subject = &asked_about(subject);
    let ask = |plugin: Arc<Plugin>, call| async move { plugin.facts(&call, subject).await };
    match target.call(&env, ctx.id.to_string(), &ctx, ask).await {
        Ok(answer) => keep(&env, &job, &ctx, &target, answer, asked_at).await.map_err(JobError::retry),
        Err(failure) => {
            let mut tx = env.db.begin(tenant).await.map_err(JobError::retry)?;
            let (problem, now) = (outcome::told(&failure), env.clock.now());
            facts::fail(&mut tx, tenant, contact, connection, &problem, now).await.map_err(JobError::retry)?;
            tx.commit().await.map_err(JobError::retry)?;
            match outcome::of_failed_call(&failure) {
                Repeat::Reauthorize { why } => Err(reauthorize(&env, &ctx, connection, &why).await),
                // Whoever looks next asks again.
                Repeat::Later(JobError::Retry { .. }) if ctx.last_attempt => Ok(()),
                Repeat::Later(error) => Err(error),
                Repeat::Never => Ok(()),
            }
        }
    }
}

async fn keep(
    env: &Environment,
    job: &RefreshFacts,
    ctx: &JobContext,
    target: &Target,
    answer: Vec<Fact>,
    asked_at: DateTime<Utc>,
) -> Result<(), inbox::Error> {
    let cause = Cause::of(Actor::Channel, ctx.trace_id.clone());
    let mut tx = env.inbox.begin(job.tenant_id, cause).await?;
    let now = tx.now();
    if let Some(profile) = answer.iter().find_map(|fact| fact.profile.as_ref()) {
        let (channel, at_ms) = (&target.connection.plugin_id, asked_at.timestamp_millis());
        profile::hear_answer(&mut tx, channel, job.contact_id, profile, at_ms).await?;
    }
    let known: Vec<_> = answer.into_iter().take(MOST).map(|fact| kept(fact, target.connection.id, asked_at)).collect();
    let (tenant, contact, connection) = (job.tenant_id, job.contact_id, job.connection_id);
    facts::replace(tx.conn(), tenant, contact, connection, &known, asked_at, now).await?;
    tx.commit().await
}

fn asked_about(subject: facts::Subject) -> Subject {
    let ids = subject.addresses.into_iter().map(|address| SenderId::new(address.kind, address.value));
    Subject { ids: ids.collect(), name: subject.name, email: subject.email, phone: subject.phone }
}

/// A fact as it is kept: bounded, and with no address but one that a browser may open.
fn kept(fact: Fact, connection_id: ConnectionId, asked_at: DateTime<Utc>) -> facts::Fact {
    let Fact { name, title, text, url, as_of_ms, mut data, profile: _ } = fact;
    let short = |text: String, most: usize| {
        let text: String = text.chars().take(most).collect();
        text.replace('\0', "\u{fffd}")
    };
    nul::replace(&mut data);
    if data.to_string().len() > DATA {
        data = Value::Null;
    }
    facts::Fact {
        connection_id,
        name: short(name, TITLE),
        title: short(title, TITLE),
        text: short(text, TEXT),
        url: url.filter(|url| url.starts_with("https://") && url.len() <= TEXT && !url.contains('\0')),
        as_of: as_of_ms.and_then(DateTime::from_timestamp_millis).map_or(asked_at, |at| at.min(asked_at)),
        data: if data.is_null() { json!({}) } else { data },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_bounded_and_leads_nowhere_but_to_a_web_page() {
        let now = DateTime::UNIX_EPOCH;
        let fact = Fact {
            url: Some("javascript:alert(1)".to_owned()),
            data: json!("x".repeat(DATA)),
            ..Fact::new("a.b", "t".repeat(999), "nul\0")
        };
        let kept = kept(fact, ConnectionId::new(), now);
        assert_eq!((kept.url, kept.data, kept.title.len()), (None, json!({}), TITLE));
        assert_eq!(kept.text, "nul\u{fffd}");
    }
}
