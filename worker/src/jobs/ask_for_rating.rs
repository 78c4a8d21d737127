//! Asks a customer what they think of a conversation that was closed.

use crate::Environment;
use domain::{connection::ConnectionStatus, event::Actor, jobs::AskForRating};
use inbox::{Cause, DueRating, Error, Outgoing, SendError, ServiceWindow, Transaction, Writer};
use manifest::Interface;
use plugin_sdk::OutboundContent;
use queue::{JobContext, JobError};
use std::sync::Arc;
use store::connections;

/// Asks, unless nobody is to be asked any more: a conversation that was opened again meanwhile is not over. Where the
/// channel does not let us, the log of the conversation says so.
pub async fn run(env: Arc<Environment>, job: AskForRating, ctx: JobContext) -> Result<(), JobError> {
    let ask = async {
        let mut tx = env.inbox.begin(job.tenant_id, Cause::of(Actor::System, ctx.trace_id.clone())).await?;
        let Some(due) = tx.is_to_be_rated(job.conversation_id).await? else { return Ok(()) };
        match asked(&env, &mut tx, &job, &due).await {
            Ok(()) => {}
            Err(Unasked::Because(reason)) => tx.skip_rating(job.conversation_id, reason).await?,
            Err(Unasked::Failed(error)) => return Err(error),
        }
        tx.commit().await
    };
    match ask.await {
        // Deleted meanwhile.
        Ok(()) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(JobError::retry(error)),
    }
}

/// Why a customer is not asked.
enum Unasked {
    Because(&'static str),
    Failed(Error),
}

impl From<Error> for Unasked {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<store::Error> for Unasked {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

async fn asked(env: &Environment, tx: &mut Transaction, job: &AskForRating, due: &DueRating) -> Result<(), Unasked> {
    if due.opted_out {
        return Err(Unasked::Because("opted_out"));
    }
    let Some(base) = &env.public_url else { return Err(Unasked::Because("no_public_url")) };
    let content = OutboundContent::Text { text: due.text.clone(), preview_url: false };
    let window = window(env, tx, due, &content).await?;
    let outgoing =
        Outgoing { content: (&content).into(), reply_to: None, writer: Writer::System, origin_key: None, window };
    let link = |token: &str| format!("{base}/rate/{token}");
    match tx.ask_for_rating(job.conversation_id, &due.text, link, outgoing).await {
        Ok(_) => Ok(()),
        Err(SendError::WindowClosed(_)) => Err(Unasked::Because("window_closed")),
        Err(SendError::NotAMessage(_)) => Err(Unasked::Because("not_a_message")),
        Err(SendError::Other(error)) => Err(error.into()),
    }
}

/// The service window that the question needs, if the connection sends at all.
async fn window(
    env: &Environment,
    tx: &mut Transaction,
    due: &DueRating,
    content: &OutboundContent,
) -> Result<Option<ServiceWindow>, Unasked> {
    let connection = connections::load(tx.conn(), due.connection).await?;
    let Some(connection) = connection.filter(|connection| connection.status != ConnectionStatus::Disabled) else {
        return Err(Unasked::Because("connection_disabled"));
    };
    // Without its plugin the message waits in its send job, which looks at the window again.
    let plugin = env.plugins.get(&connection.plugin_id, &connection.plugin_version).await.ok();
    let Some(plugin) = plugin else { return Ok(None) };
    if !plugin.manifest().implements(Interface::Channel) {
        return Err(Unasked::Because("no_channel"));
    }
    Ok(ServiceWindow::needed_by(content, plugin.manifest().service_window_hours))
}
