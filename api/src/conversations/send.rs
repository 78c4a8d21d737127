//! `POST /api/v1/conversations/{id}/messages`

use super::{ShownMessage, change_by_writer, content::Said};
use crate::{
    auth::Caller,
    connections::templates::ShownTemplate,
    plugins,
    problem::{Code, Problem},
    request::{Creation, Path},
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::{ConnectionId, ConversationId, MessageId, connection::ConnectionStatus};
use http::StatusCode;
use inbox::{Outgoing, Say, SendError, ServiceWindow, Transaction, WindowClosed, Writer};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use store::{
    connections::{self, Connection},
    conversations::list::Overview,
    messages, templates,
};

/// How many templates a refusal lists.
const TEMPLATES_LISTED: i64 = 50;

/// A reply.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// What to send. Reactions have their own endpoint.
    #[schema(schema_with = crate::openapi::sent_content)]
    content: Value,
    /// The message of this conversation that it answers.
    #[schema(value_type = Option<uuid::Uuid>)]
    reply_to: Option<MessageId>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the connection is disabled")]
    ConnectionDisabled,
    #[error("the message to answer is not of this conversation, or not known to the provider")]
    UnknownReplyTo,
    #[error("only a template may be sent")]
    WindowClosed(WindowClosed, Vec<ShownTemplate>),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::ConnectionDisabled => Code::ConnectionUnusable.into(),
            Error::UnknownReplyTo => {
                Self::field("/reply_to", "unknown_message", "is not a message of this conversation")
            }
            Error::WindowClosed(closed, templates) => Self::new(Code::WindowClosed)
                .with("closed_at", json!(closed.closed_at))
                .with("templates", json!(templates)),
        }
    }
}

/// Send a message
///
/// Stored and queued; its status tells how far it has come. Outside the channel's service window only templates are
/// accepted.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "conversations",
    request_body = SendMessage, params(("id" = uuid::Uuid, Path), crate::openapi::IdempotencyKey),
    security(("access_token" = ["work_conversations"])),
    responses((status = 201, description = "Queued", body = ShownMessage),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`window_closed`: `templates` lists what may be sent; \
                                            `connection_unusable`; `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn send(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    creation: Creation<SendMessage>,
) -> Result<Response, Problem> {
    let (mut change, granted, conversation) = change_by_writer(&caller, id).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), granted.user, now).await? {
        return Ok(answer);
    }
    let said = Said::read(&creation.body.content)?;
    said.check_component(&api, change.conn()).await?;
    let window = window(&api, &mut change, &conversation, said.say()).await?;
    let reply_to = match creation.body.reply_to {
        Some(message) => Some(external_id(&mut change, id, message).await?),
        None => None,
    };
    let outgoing = Outgoing {
        content: said.say(),
        reply_to: reply_to.as_deref(),
        writer: Writer::User(granted.user),
        origin_key: None,
        window,
    };
    let message = match change.send(id, &outgoing).await {
        Ok(message) => message.ok_or(Code::Conflict)?,
        Err(error) => return Err(refused(&mut change, &conversation, error).await),
    };
    let message = messages::list::one(change.conn(), id, message).await?.ok_or(Code::Conflict)?;
    let message = ShownMessage::from(message);
    let answer = creation.answer(change.conn(), granted.user, now, StatusCode::CREATED, &message).await?;
    change.commit().await?;
    Ok(answer)
}

/// The service window that the content needs, after checking that the connection sends at all.
pub async fn window(
    api: &Api,
    change: &mut Transaction,
    conversation: &Overview,
    content: impl Into<Say<'_>>,
) -> Result<Option<ServiceWindow>, Problem> {
    let with = conversation.counterpart.as_ref().ok_or(inbox::Error::NoCustomer)?;
    let connection = connections::load(change.conn(), with.connection_id).await?.ok_or(Code::NotFound)?;
    let plugin = sending(api, change, &connection).await?;
    Ok(ServiceWindow::needed_by(content, plugin.manifest.service_window_hours))
}

/// The plugin of a connection, if the connection sends at all.
pub async fn sending(
    api: &Api,
    change: &mut Transaction,
    connection: &Connection,
) -> Result<Arc<plugins::Compiled>, Problem> {
    if connection.status == ConnectionStatus::Disabled {
        return Err(Error::ConnectionDisabled.into());
    }
    plugins::installed(api, change.conn(), &connection.plugin_id, &connection.plugin_version).await
}

/// The refusal of a message whose window is closed, with what may be sent instead.
async fn closed(change: &mut Transaction, connection: ConnectionId, closed: WindowClosed) -> Problem {
    match templates::usable(change.conn(), connection, TEMPLATES_LISTED).await {
        Ok(usable) => {
            let usable = usable.into_iter().map(ShownTemplate::from).collect();
            Error::WindowClosed(closed, usable).into()
        }
        Err(error) => error.into(),
    }
}

/// Why a message is not sent.
pub async fn refused(change: &mut Transaction, conversation: &Overview, error: SendError) -> Problem {
    match &conversation.counterpart {
        Some(with) => refused_by(change, with.connection_id, error).await,
        None => inbox::Error::NoCustomer.into(),
    }
}

/// The same, of a message that was to leave by this connection.
pub async fn refused_by(change: &mut Transaction, connection: ConnectionId, error: SendError) -> Problem {
    match error {
        SendError::WindowClosed(window) => closed(change, connection, window).await,
        SendError::NotAMessage(kind) => {
            Problem::field("/content/type", "unknown_value", format!("a {kind} is not a message"))
        }
        SendError::Other(error) => error.into(),
    }
}

/// The provider's id of a message of the conversation.
async fn external_id(
    change: &mut Transaction,
    conversation: ConversationId,
    message: MessageId,
) -> Result<String, Problem> {
    let found = messages::list::one(change.conn(), conversation, message).await?;
    Ok(found.and_then(|message| message.external_id).ok_or(Error::UnknownReplyTo)?)
}
