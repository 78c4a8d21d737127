//! `POST /api/v1/connections/{id}/actions/{name}` and what became of it
//!
//! A plugin runs in a worker, so an action is a job; whoever asks waits for its end, for a while.

use super::required;
use crate::{
    auth::Caller,
    conversations,
    live::{self, Wait},
    plugins,
    problem::{Code, FieldProblem, Problem},
    request::{Json, Path, Query},
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ConversationId, connection::ConnectionStatus, event::Actor, jobs::RunActionNow, role::Permission,
    sight::Reach,
};
use http::{HeaderMap, StatusCode, header};
use manifest::Action;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use store::{
    action_runs::{self, NewRun, Outcome, Run},
    connections::Connection,
};
use uuid::Uuid;

/// The longest idempotency key, in characters.
const LONGEST_KEY: usize = 255;

/// What an action is asked with.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskAction {
    /// Valid against the action's schema in the plugin's manifest.
    #[serde(default)]
    #[schema(value_type = Object)]
    input: Map<String, Value>,
    /// The conversation for which it is asked: what becomes of it is an event there.
    #[schema(value_type = Option<Uuid>)]
    conversation_id: Option<ConversationId>,
}

/// An action that a person or a rule has asked for.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ActionRun {
    /// Which.
    id: Uuid,
    /// Whose plugin does it.
    #[schema(value_type = Uuid)]
    connection_id: ConnectionId,
    /// Its name.
    action: String,
    /// `waiting`, `done` or `failed`.
    outcome: &'static str,
    /// What it gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    output: Option<Value>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ActionError>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    conversation_id: Option<ConversationId>,
    /// Who asked.
    #[schema(schema_with = crate::openapi::actor)]
    asked_by: Actor,
    /// When it was asked for.
    asked_at: DateTime<Utc>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<DateTime<Utc>>,
}

/// Why an action failed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ActionError {
    /// What kind of reason, stable for programs.
    code: String,
    /// Why, for people.
    message: String,
}

impl From<Run> for ActionRun {
    fn from(run: Run) -> Self {
        let (outcome, output, error) = match run.outcome {
            Outcome::Waiting => ("waiting", None, None),
            Outcome::Done { output } => ("done", Some(output), None),
            Outcome::Failed { code, message } => ("failed", None, Some(ActionError { code, message })),
        };
        Self {
            id: run.id,
            connection_id: run.connection_id,
            action: run.action,
            outcome,
            output,
            error,
            conversation_id: run.conversation_id,
            asked_by: run.asked_by,
            asked_at: run.asked_at,
            done_at: run.done_at,
        }
    }
}

/// Ask for an action of a connection's plugin
///
/// An action that carries out a draft needs the token of one that was made here, and is the confirmation of who asks.
/// With an `Idempotency-Key` the same request asks once. What fails at the provider is an answer, too: `outcome` says so.
#[utoipa::path(post, path = "/api/v1/connections/{id}/actions/{name}", tag = "connections", request_body = AskAction,
    params(("id" = uuid::Uuid, Path), ("name" = String, Path), Wait, crate::openapi::IdempotencyKey),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "How it ended", body = ActionRun),
              (status = 202, description = "Not yet; Location says where to look", body = ActionRun),
              (status = 404, description = "`not_found`: no such connection, action or conversation"),
              (status = 409, description = "`draft_required`, `connection_unusable`"),
              (status = 422, description = "`invalid`, with pointers into the input; `idempotency_key_reused`")))]
pub async fn ask(
    State(api): State<Api>,
    caller: Caller,
    Path((id, name)): Path<(ConnectionId, String)>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    Json(asked): Json<AskAction>,
) -> Result<Response, Problem> {
    let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
    let (now, input) = (change.now(), json!(asked.input));
    let connection = required(change.conn(), id).await?;
    if let Some(conversation) = asked.conversation_id {
        conversations::visible(change.conn(), &granted, conversation).await?;
    }
    let compiled = plugins::installed(&api, change.conn(), &connection.plugin_id, &connection.plugin_version).await?;
    let action = compiled.manifest.action(&name).ok_or(Code::NotFound)?;
    let origin_key = format!("user:{}:{}", caller.user, key(&headers)?);
    let run_id = Uuid::now_v7();
    let run = NewRun {
        id: run_id,
        connection_id: id,
        action: &name,
        input: &input,
        origin_key: &origin_key,
        rule: None,
        conversation_id: asked.conversation_id,
        asked_by: caller.actor(),
    };
    let run_id = match action_runs::of_origin(change.conn(), &origin_key).await? {
        Some(earlier) if earlier.connection_id == id && earlier.action == name && earlier.input == input => earlier.id,
        Some(_) => return Err(Code::KeyReused.into()),
        None => {
            check(change.conn(), &connection, action, &input).await?;
            if !action_runs::ask(change.conn(), &run, now).await? {
                return Err(Code::InProgress.into());
            }
            change.enqueue(&RunActionNow { tenant_id: caller.tenant, connection_id: id, run_id }).await?;
            run_id
        }
    };
    change.commit().await?;
    let run = live::answer(
        wait.patience(),
        |run: &Run| run.outcome != Outcome::Waiting,
        || async {
            let mut tx = api.database.begin(caller.tenant).await?;
            Ok(action_runs::load(&mut tx, run_id).await?.ok_or(Code::NotFound)?)
        },
    )
    .await?;
    if run.outcome != Outcome::Waiting {
        return Ok(axum::Json(ActionRun::from(run)).into_response());
    }
    let location = [(header::LOCATION, format!("/api/v1/connections/{id}/action-runs/{run_id}"))];
    Ok((StatusCode::ACCEPTED, location, axum::Json(ActionRun::from(run))).into_response())
}

/// Read what became of an action
#[utoipa::path(get, path = "/api/v1/connections/{id}/action-runs/{run_id}", tag = "connections",
    params(("id" = uuid::Uuid, Path), ("run_id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The action, ended or not", body = ActionRun),
              (status = 404, description = "`not_found`")))]
pub async fn get(
    caller: Caller,
    Path((id, run_id)): Path<(ConnectionId, Uuid)>,
) -> Result<axum::Json<ActionRun>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let run = action_runs::load(&mut tx, run_id).await?.filter(|run| run.connection_id == id).ok_or(Code::NotFound)?;
    // Who sees only some conversations sees only what was asked for in these, or by themselves.
    if granted.sight.reach < Reach::Everything && run.asked_by != (Actor::User { id: granted.user }) {
        let conversation = run.conversation_id.ok_or(Code::NotFound)?;
        conversations::visible(&mut tx, &granted, conversation).await?;
    }
    Ok(axum::Json(run.into()))
}

/// What the same request is known by: the client's key, or none that ever comes again.
fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(Uuid::now_v7().to_string()) };
    let key = key.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    key.map(str::to_owned).ok_or_else(|| Problem::new(Code::BadRequest).detail("The idempotency key cannot be used."))
}

async fn check(
    conn: &mut PgConnection,
    connection: &Connection,
    action: &Action,
    input: &Value,
) -> Result<(), Problem> {
    match connection.status {
        ConnectionStatus::Active => {}
        ConnectionStatus::Disabled => return Err(Code::ConnectionUnusable.into()),
        ConnectionStatus::NeedsReauth => {
            let detail = "The provider no longer accepts the connection's credentials. Authorize it anew first.";
            return Err(Problem::new(Code::ConnectionUnusable).detail(detail));
        }
    }
    let schema = action.input_schema().map_err(Problem::internal)?;
    let errors = schema.check(input);
    if !errors.is_empty() {
        let problem =
            |error: manifest::FieldError| FieldProblem::new(error.pointer, error.code, error.message).below("/input");
        return Err(Problem::invalid(errors.into_iter().map(problem).collect()));
    }
    if let Some(draft) = &action.commits {
        let token = input.get("token").and_then(Value::as_str).unwrap_or_default();
        if !action_runs::has_draft(conn, connection.id, draft, token).await? {
            return Err(Code::DraftRequired.into());
        }
    }
    Ok(())
}
