//! Carries out what a rule planned, inside the transaction that logs its run.

use crate::Environment;
use domain::{ConversationId, EventId, RuleId};
use inbox::{Outgoing, SendError, ServiceWindow, Transaction, Writer};
use plugin_sdk::OutboundContent;
use rules::{Effect, PlannedAction};
use serde_json::{Value, json};
use store::connections;

/// Does one action after another. One that makes no sense (any more) says so in the log and holds no other back.
pub async fn perform(
    env: &Environment,
    tx: &mut Transaction,
    conversation: ConversationId,
    rule: RuleId,
    event: EventId,
    plan: &[PlannedAction],
) -> Result<Value, inbox::Error> {
    let mut done = Vec::with_capacity(plan.len());
    for action in plan {
        let origin = format!("{rule}:{event}:{}", action.index);
        let result = perform_one(env, tx, conversation, rule, &origin, &action.effect).await;
        done.push(logged(action, result)?);
    }
    Ok(Value::Array(done))
}

async fn perform_one(
    env: &Environment,
    tx: &mut Transaction,
    id: ConversationId,
    rule: RuleId,
    origin: &str,
    effect: &Effect,
) -> Result<Value, SendError> {
    match effect {
        Effect::SendText { text } => {
            let content = OutboundContent::Text { text: text.clone(), preview_url: false };
            send(env, tx, id, rule, origin, &content).await
        }
        Effect::SendTemplate { name, language, components } => {
            let content = OutboundContent::Template {
                name: name.clone(),
                language: language.clone(),
                components: components.clone(),
            };
            send(env, tx, id, rule, origin, &content).await
        }
        Effect::AddTag { tag } => Ok(json!({ "changed": tx.add_tag(id, tag).await? })),
        Effect::SetStatus { status } => Ok(json!({ "changed": tx.set_status(id, *status).await? })),
        Effect::Escalate { reason } => Ok(json!({ "changed": tx.escalate(id, reason).await? })),
    }
}

async fn send(
    env: &Environment,
    tx: &mut Transaction,
    id: ConversationId,
    rule: RuleId,
    origin: &str,
    content: &OutboundContent,
) -> Result<Value, SendError> {
    let connection = tx.conversation(id).await?.connection_id;
    let connection = connections::load(tx.conn(), connection).await.map_err(inbox::Error::from)?;
    // Without its plugin the message waits in its send job, which looks at the window again.
    let plugin = match &connection {
        Some(connection) => env.plugins.get(&connection.plugin_id, &connection.plugin_version).await.ok(),
        None => None,
    };
    let hours = plugin.and_then(|plugin| plugin.manifest().service_window_hours);
    let window = ServiceWindow::needed_by(content, hours);
    let outgoing = Outgoing { content, reply_to: None, writer: Writer::Rule(rule), origin_key: Some(origin), window };
    let message = tx.send(id, &outgoing).await?;
    Ok(json!({ "message_id": message }))
}

/// The log's entry for an action. What the database refuses is not an outcome: the whole run is tried again.
fn logged(action: &PlannedAction, result: Result<Value, SendError>) -> Result<Value, inbox::Error> {
    let (kind, result) = (
        kind_of(&action.effect),
        match result {
            Ok(result) => json!({ "ok": true, "result": result }),
            Err(SendError::WindowClosed(closed)) => {
                json!({ "ok": false, "code": "window_closed", "error": closed.to_string() })
            }
            Err(SendError::Other(error @ inbox::Error::Transition { .. })) => {
                json!({ "ok": false, "code": "transition", "error": error.to_string() })
            }
            Err(SendError::NotAMessage(what)) => json!({ "ok": false, "code": "not_a_message", "error": what }),
            Err(SendError::Other(error)) => return Err(error),
        },
    );
    Ok(json!({ "index": action.index, "type": kind, "outcome": result }))
}

const fn kind_of(effect: &Effect) -> &'static str {
    match effect {
        Effect::SendText { .. } | Effect::SendTemplate { .. } => "send_message",
        Effect::AddTag { .. } => "add_tag",
        Effect::SetStatus { .. } => "set_status",
        Effect::Escalate { .. } => "escalate",
    }
}
