//! A call as data, so that it can be written down and made again.

use plugin_sdk::actions::Call;
use plugin_sdk::{OutboundMessage, ReceiptState, Subject};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Plugin;
use crate::call::CallContext;
use crate::error::CallError;
use crate::function::Function;

/// What is called with what. Of `parse` there are the webhooks themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "function", content = "input", rename_all = "kebab-case")]
pub enum Invocation {
    /// [`Plugin::subscribe`].
    Subscribe {
        /// Where webhooks go.
        url: String,
    },
    /// [`Plugin::unsubscribe`].
    Unsubscribe {
        /// What `subscribe` gave.
        registration: Value,
    },
    /// [`Plugin::send`].
    Send {
        /// The message.
        message: Box<OutboundMessage>,
    },
    /// [`Plugin::poll_status`].
    PollStatus {
        /// The provider's ids.
        external_ids: Vec<String>,
    },
    /// [`Plugin::invoke`].
    Invoke {
        /// The action.
        name: String,
        /// Its input.
        #[serde(default = "nothing")]
        input: Value,
        /// The same for every attempt.
        #[serde(default)]
        idempotency_key: String,
    },
    /// [`Plugin::poll`].
    Poll {
        /// The trigger.
        name: String,
        /// Where to begin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    },
    /// [`Plugin::facts`].
    Facts {
        /// About whom.
        subject: Subject,
    },
    /// [`Plugin::check`].
    Check,
    /// [`Plugin::options`].
    Options {
        /// JSON pointer to a field of the settings.
        field: String,
        /// What was typed.
        #[serde(default)]
        search: String,
    },
    /// [`Plugin::migrate_settings`].
    MigrateSettings {
        /// The version that the context's settings are of.
        from_version: String,
    },
}

fn nothing() -> Value {
    json!({})
}

impl Invocation {
    /// What is called.
    pub const fn function(&self) -> Function {
        match self {
            Self::Subscribe { .. } => Function::Subscribe,
            Self::Unsubscribe { .. } => Function::Unsubscribe,
            Self::Send { .. } => Function::Send,
            Self::PollStatus { .. } => Function::PollStatus,
            Self::Invoke { .. } => Function::Invoke,
            Self::Poll { .. } => Function::Poll,
            Self::Facts { .. } => Function::Facts,
            Self::Check => Function::Check,
            Self::Options { .. } => Function::Options,
            Self::MigrateSettings { .. } => Function::MigrateSettings,
        }
    }
}

const fn state(state: ReceiptState) -> &'static str {
    match state {
        ReceiptState::Accepted => "accepted",
        ReceiptState::Sent => "sent",
        ReceiptState::Delivered => "delivered",
        ReceiptState::Unconfirmed => "unconfirmed",
    }
}

impl Plugin {
    /// Makes a call that is given as data, and gives its result as data.
    pub async fn perform(&self, ctx: &CallContext, invocation: &Invocation) -> Result<Value, CallError> {
        Ok(match invocation.clone() {
            Invocation::Subscribe { url } => self.subscribe(ctx, &url).await?,
            Invocation::Unsubscribe { registration } => {
                self.unsubscribe(ctx, &registration).await?;
                Value::Null
            }
            Invocation::Send { message } => {
                let receipt = self.send(ctx, &message).await?;
                json!({"external_id": receipt.external_id, "state": state(receipt.state)})
            }
            Invocation::PollStatus { external_ids } => json!(self.poll_status(ctx, external_ids).await?),
            Invocation::Invoke { name, input, idempotency_key } => {
                self.invoke(ctx, Call { name, input, idempotency_key }).await?
            }
            Invocation::Poll { name, cursor } => {
                let news = self.poll(ctx, &name, cursor.as_deref()).await?;
                json!({"events": news.events, "cursor": news.cursor, "more": news.more})
            }
            Invocation::Facts { subject } => json!(self.facts(ctx, &subject).await?),
            Invocation::Check => json!(self.check(ctx).await?),
            Invocation::Options { field, search } => json!(self.options(ctx, &field, &search).await?),
            Invocation::MigrateSettings { from_version } => self.migrate_settings(ctx, &from_version).await?,
        })
    }
}
