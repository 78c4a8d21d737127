//! Questions to the plugin of a connection, which a worker asks while a person waits.

use crate::{
    auth::Caller,
    live,
    problem::{Code, Problem},
    state::Api,
};
use domain::{
    ConnectionId,
    jobs::AskPlugin,
    plugin::{Answer, Question},
    role::Permission,
};
use serde_json::json;
use std::time::Duration;
use store::connections::questions::{self, Asked};
use uuid::Uuid;

/// Asks, and waits for the answer. `Err` with the id of the question: there is none yet.
pub async fn ask(
    api: &Api,
    caller: &Caller,
    connection: ConnectionId,
    question: &Question,
    patience: Duration,
) -> Result<Result<Answer, Uuid>, Problem> {
    let (mut change, _) = caller.change(Permission::ManageConnections).await?;
    let (id, now) = (Uuid::now_v7(), change.now());
    questions::ask(change.conn(), id, connection, &json!(question), now).await?;
    change.enqueue(&AskPlugin { tenant_id: caller.tenant, connection_id: connection, question_id: id }).await?;
    change.commit().await?;
    let asked = live::answer(
        patience,
        |asked: &Asked| asked.answered_at.is_some(),
        || async {
            let mut tx = api.database.begin(caller.tenant).await?;
            Ok(questions::load(&mut tx, connection, id).await?.ok_or(Code::NotFound)?)
        },
    )
    .await?;
    match answered(&asked)? {
        None => Ok(Err(id)),
        Some(answer) => {
            let mut tx = api.database.begin(caller.tenant).await?;
            questions::forget(&mut tx, id).await?;
            tx.commit().await?;
            Ok(Ok(answer))
        }
    }
}

/// The answer to a question, if there is one yet.
pub fn answered(asked: &Asked) -> Result<Option<Answer>, Problem> {
    asked.answer.clone().map(serde_json::from_value).transpose().map_err(Problem::internal)
}

/// The problem of a plugin that gave no answer.
pub fn refused(code: String, message: String) -> Problem {
    Problem::new(Code::PluginFailed).detail(message).with("plugin_code", code)
}
