//! Carries out what a rule planned, inside the transaction that logs its run.

use crate::{Environment, jobs::run_action::unfit};
use domain::{
    ConnectionId, ConversationId, EventId, RuleId, RuleRunId, connection::ConnectionStatus, event::Actor,
    jobs::RunAction,
};
use inbox::{Outgoing, SendError, ServiceWindow, Step, Transaction, Writer};
use manifest::Action;
use plugin_sdk::OutboundContent;
use rules::{Effect, PlannedAction};
use serde_json::{Value, json};
use store::{
    action_runs::{self, NewRun},
    connections::{self, Connection},
};
use uuid::Uuid;

/// A rule that acts on an event.
pub struct Acting<'a> {
    pub env: &'a Environment,
    /// Where, if the event happened in a conversation.
    pub conversation: Option<ConversationId>,
    pub rule: RuleId,
    pub run: RuleRunId,
    pub event: EventId,
}

/// Why an action was not done.
enum Undone {
    /// It makes no sense (any more), which the log says.
    Refused { code: &'static str, why: String },
    /// The database refused: the whole run is tried again.
    Failed(inbox::Error),
}

impl From<inbox::Error> for Undone {
    fn from(error: inbox::Error) -> Self {
        match error {
            inbox::Error::Transition { .. } => Self::Refused { code: "transition", why: error.to_string() },
            inbox::Error::Unreasoned(_) => Self::Refused { code: "reason", why: error.to_string() },
            inbox::Error::NoCustomer => Self::Refused { code: "no_customer", why: error.to_string() },
            inbox::Error::NotAssignable(_) => Self::Refused { code: "not_assignable", why: error.to_string() },
            error => Self::Failed(error),
        }
    }
}

impl From<store::Error> for Undone {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<SendError> for Undone {
    fn from(error: SendError) -> Self {
        match error {
            SendError::WindowClosed(closed) => Self::Refused { code: "window_closed", why: closed.to_string() },
            SendError::NotAMessage(what) => Self::Refused { code: "not_a_message", why: what.to_owned() },
            SendError::Other(error) => error.into(),
        }
    }
}

fn refused(code: &'static str, why: impl Into<String>) -> Undone {
    Undone::Refused { code, why: why.into() }
}

impl Acting<'_> {
    /// Does one action after another. One that makes no sense (any more) says so in the log and holds no other back.
    pub async fn perform(&self, tx: &mut Transaction, plan: &[PlannedAction]) -> Result<Value, inbox::Error> {
        let mut done = Vec::with_capacity(plan.len());
        for action in plan {
            let outcome = match self.perform_one(tx, action).await {
                Ok(result) => json!({ "ok": true, "result": result }),
                Err(Undone::Refused { code, why }) => json!({ "ok": false, "code": code, "error": why }),
                Err(Undone::Failed(error)) => return Err(error),
            };
            done.push(json!({ "index": action.index, "type": kind_of(&action.effect), "outcome": outcome }));
        }
        Ok(Value::Array(done))
    }

    async fn perform_one(&self, tx: &mut Transaction, action: &PlannedAction) -> Result<Value, Undone> {
        match &action.effect {
            Effect::SendText { text } => {
                let content = OutboundContent::Text { text: text.clone(), preview_url: false };
                self.send(tx, self.here()?, action.index, &content).await
            }
            Effect::SendTemplate { name, language, components } => {
                let content = OutboundContent::Template {
                    name: name.clone(),
                    language: language.clone(),
                    components: components.clone(),
                };
                self.send(tx, self.here()?, action.index, &content).await
            }
            Effect::AddTag { tag } => Ok(json!({ "changed": tx.add_tag(self.here()?, tag).await? })),
            Effect::SetStatus { status, reason } => {
                let step = Step { reason: reason.as_deref(), ..Step::from(*status) };
                Ok(json!({ "changed": tx.step(self.here()?, &step).await? }))
            }
            Effect::Escalate { reason } => Ok(json!({ "changed": tx.escalate(self.here()?, reason).await? })),
            Effect::PluginAction { plugin, connection_id, action: name, input } => {
                let connection = self.connection(tx, plugin.as_deref(), *connection_id).await?;
                self.ask_plugin(tx, &connection, name, input, action.index).await
            }
        }
    }

    /// The conversation, for what can be done in one only.
    fn here(&self) -> Result<ConversationId, Undone> {
        self.conversation.ok_or_else(|| refused("no_conversation", "the event happened in no conversation"))
    }

    /// What makes it, so that a repeated run makes it no second time.
    fn origin(&self, index: usize) -> String {
        format!("{}:{}:{index}", self.rule, self.event)
    }

    async fn send(
        &self,
        tx: &mut Transaction,
        id: ConversationId,
        index: usize,
        content: &OutboundContent,
    ) -> Result<Value, Undone> {
        let connection = match tx.conversation(id).await?.connection_id() {
            Some(connection) => connections::load(tx.conn(), connection).await?,
            None => None,
        };
        // Without its plugin the message waits in its send job, which looks at the window again.
        let plugin = match &connection {
            Some(connection) => self.env.plugins.get(&connection.plugin_id, &connection.plugin_version).await.ok(),
            None => None,
        };
        let hours = plugin.and_then(|plugin| plugin.manifest().service_window_hours);
        let window = ServiceWindow::needed_by(content, hours);
        let (writer, origin) = (Writer::Rule(self.rule), self.origin(index));
        let outgoing = Outgoing { content: content.into(), reply_to: None, writer, origin_key: Some(&origin), window };
        let message = tx.send(id, &outgoing).await?;
        Ok(json!({ "message_id": message }))
    }

    /// The connection that is meant: the one that is named, the conversation's, or the tenant's only one of the plugin.
    async fn connection(
        &self,
        tx: &mut Transaction,
        plugin: Option<&str>,
        named: Option<ConnectionId>,
    ) -> Result<Connection, Undone> {
        if let Some(id) = named {
            let found = connections::load(tx.conn(), id).await?;
            return found.ok_or_else(|| refused("no_connection", "the connection does not exist any more"));
        }
        let plugin = plugin.unwrap_or_default();
        if let Some(id) = self.conversation
            && let Some(id) = tx.conversation(id).await?.connection_id()
        {
            let own = connections::load(tx.conn(), id).await?;
            if let Some(own) = own.filter(|own| own.plugin_id == plugin) {
                return Ok(own);
            }
        }
        let mut all = connections::active_of_plugin(tx.conn(), plugin, 2).await?;
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => Err(refused("no_connection", format!("no connection of `{plugin}` is active"))),
            _ => Err(refused("ambiguous", format!("there are several connections of `{plugin}`: name one"))),
        }
    }

    /// Asks for an action with a job of its own. What becomes of it is a row beside the run's.
    async fn ask_plugin(
        &self,
        tx: &mut Transaction,
        connection: &Connection,
        name: &str,
        input: &Value,
        index: usize,
    ) -> Result<Value, Undone> {
        if connection.status == ConnectionStatus::Disabled {
            return Err(refused("connection_disabled", "the connection is switched off"));
        }
        let plugin = self.env.plugins.get(&connection.plugin_id, &connection.plugin_version).await;
        let plugin = plugin.map_err(|error| refused("plugin", error.to_string()))?;
        let action = plugin.manifest().action(name);
        let action = action.ok_or_else(|| refused("unsupported", format!("the plugin has no action `{name}`")))?;
        if action.commits.is_some() {
            return Err(refused("needs_person", format!("`{name}` carries out a draft, which only a person may")));
        }
        if let Some(problem) = unfit(action, input, Action::input_schema) {
            return Err(refused("invalid_input", problem));
        }
        let (run_id, now) = (Uuid::now_v7(), tx.now());
        let run = NewRun {
            id: run_id,
            connection_id: connection.id,
            action: name,
            input,
            origin_key: &self.origin(index),
            rule: Some((self.run, i16::try_from(index).unwrap_or(i16::MAX))),
            conversation_id: self.conversation,
            asked_by: Actor::Rule { id: self.rule },
        };
        if action_runs::ask(tx.conn(), &run, now).await? {
            let (tenant_id, connection_id) = (tx.tenant(), connection.id);
            tx.enqueue(&RunAction { tenant_id, connection_id, run_id }).await?;
        }
        Ok(json!({ "action_run_id": run_id }))
    }
}

const fn kind_of(effect: &Effect) -> &'static str {
    match effect {
        Effect::SendText { .. } | Effect::SendTemplate { .. } => "send_message",
        Effect::AddTag { .. } => "add_tag",
        Effect::SetStatus { .. } => "set_status",
        Effect::Escalate { .. } => "escalate",
        Effect::PluginAction { .. } => "plugin_action",
    }
}
