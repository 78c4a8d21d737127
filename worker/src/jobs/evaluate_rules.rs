//! Asks the tenant's rules about one event, and does what the matching ones say.
//!
//! A rule decides without side effects; its run is logged with the value of every condition in the transaction that
//! carries out its actions. A run is unique per rule and event, so that a repeated job acts no second time.

mod actions;

use crate::{Environment, facts};
use actions::Acting;
use domain::{RuleRunId, event::Actor, jobs::EvaluateRules};
use inbox::Cause;
use queue::{JobContext, JobError};
use rules::{Evaluation, Facts, Outcome, Rule};
use serde_json::{Value, json};
use std::sync::Arc;
use store::{
    TenantTx,
    events::Event,
    rule_runs::{self, NewRun},
    rules::question::{self, ActiveRule},
};

/// Evaluates the rules in their order, up to the first match that stops processing.
pub async fn run(env: Arc<Environment>, job: EvaluateRules, ctx: JobContext) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let question = question::load(&mut tx, job.tenant_id, job.event_id).await.map_err(JobError::retry)?;
    let Some(question) = question else { return Ok(()) };
    let (event, facts) = (&question.event, facts::of_event(&question));
    // The first match acts in the transaction that asked.
    let mut asked = Some(tx);
    for stored in &question.rules {
        let rule = match env.rulebook.compile(stored) {
            Ok(rule) => rule,
            Err(problems) => {
                tracing::error!(rule = %stored.id, %problems, "a stored rule cannot be understood and is passed over");
                continue;
            }
        };
        let evaluation = rule.evaluate(&facts);
        if evaluation.outcome != Outcome::Matched {
            continue;
        }
        let tx = match asked.take() {
            Some(tx) => tx,
            None => env.db.begin(job.tenant_id).await.map_err(JobError::retry)?,
        };
        let matched = Match { stored, rule: &rule, evaluation: &evaluation };
        act(&env, &ctx, tx, event, &facts, matched).await.map_err(JobError::retry)?;
        if rule.definition().guards.stop_processing {
            break;
        }
    }
    Ok(())
}

/// A rule that an event matched, and how.
struct Match<'a> {
    stored: &'a ActiveRule,
    rule: &'a Rule,
    evaluation: &'a Evaluation,
}

/// Logs a match and does what it says, unless it has done so before or a guard holds it back.
async fn act(
    env: &Environment,
    ctx: &JobContext,
    tx: TenantTx,
    event: &Event,
    facts: &Facts,
    Match { stored, rule, evaluation }: Match<'_>,
) -> Result<(), inbox::Error> {
    let cause = Cause {
        actor: Actor::Rule { id: stored.id },
        event: Some((event.id, event.depth)),
        trace_id: ctx.trace_id.clone(),
    };
    let mut tx = env.inbox.resume(tx, cause);
    let (tenant, now) = (tx.tenant(), tx.now());
    // The conversation first, as everywhere, so that two runs on it follow one another.
    if let Some((conversation, _)) = event.conversation {
        tx.conversation(conversation).await?;
    }
    let once_key = rule.once_key(facts);
    let held_back = match &once_key {
        None => true,
        Some(key) => rule_runs::has_acted(tx.conn(), tenant, stored.id, key).await?,
    };
    let id = RuleRunId::new();
    let actions = if held_back {
        json!([])
    } else {
        let conversation = event.conversation.map(|(id, _)| id);
        let acting = Acting { env, conversation, rule: stored.id, run: id, event: event.id };
        acting.perform(&mut tx, &evaluation.plan).await?
    };
    let run = NewRun {
        id,
        rule_id: stored.id,
        rule_version: stored.version,
        event_id: event.id,
        conversation_id: event.conversation.map(|(id, _)| id),
        outcome: if held_back { "held_back" } else { "matched" },
        once_key: once_key.as_deref().filter(|_| !held_back),
        trace: &trace(evaluation),
        actions: &actions,
    };
    // A second run on the same event leaves nothing behind, its actions included.
    if rule_runs::insert(tx.conn(), tenant, &run, now).await? { tx.commit().await } else { Ok(()) }
}

fn trace(evaluation: &Evaluation) -> Value {
    json!({ "trigger": evaluation.trigger, "conditions": evaluation.trace, "notes": evaluation.notes })
}
