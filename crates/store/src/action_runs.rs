//! Actions of plugins that rules and people have asked for, and what became of them.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, ConversationId, RuleRunId, event::Actor};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// An action to ask for.
#[derive(Clone, Debug)]
pub struct NewRun<'a> {
    /// Its id.
    pub id: Uuid,
    /// Whose plugin is to do it.
    pub connection_id: ConnectionId,
    /// Its name in the plugin's manifest.
    pub action: &'a str,
    /// What it takes.
    pub input: &'a Value,
    /// What asks for it, such as `rule:event:action`: the same origin asks for nothing twice.
    pub origin_key: &'a str,
    /// The run of the rule that asks, and the place of the action among the rule's.
    pub rule: Option<(RuleRunId, i16)>,
    /// Where.
    pub conversation_id: Option<ConversationId>,
    /// Who asks.
    pub asked_by: Actor,
}

/// How far an action is.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It waits for its job.
    Waiting,
    /// It was done, with this output.
    Done {
        /// What it gave.
        output: Value,
    },
    /// It was not done, as far as is known.
    Failed {
        /// What kind of reason, stable for programs.
        code: String,
        /// Why, for people.
        message: String,
    },
}

/// An action that was asked for.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which.
    pub id: Uuid,
    /// Whose plugin does it.
    pub connection_id: ConnectionId,
    /// Its name.
    pub action: String,
    /// What it takes.
    pub input: Value,
    /// The run of the rule that asked, and the place of the action among the rule's.
    pub rule: Option<(RuleRunId, i16)>,
    /// Where.
    pub conversation_id: Option<ConversationId>,
    /// Who asked.
    pub asked_by: Actor,
    /// How far it is.
    pub outcome: Outcome,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When it ended.
    pub done_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    connection_id: Uuid,
    action: String,
    input: Value,
    rule_run_id: Option<Uuid>,
    place: Option<i16>,
    conversation_id: Option<Uuid>,
    asked_by: Value,
    outcome: String,
    output: Option<Value>,
    error: Option<Value>,
    asked_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Run {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let error = row.error.unwrap_or_default();
        let told = |name| error.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self {
            id: row.id,
            connection_id: row.connection_id.into(),
            action: row.action,
            input: row.input,
            rule: row.rule_run_id.map(RuleRunId).zip(row.place),
            conversation_id: row.conversation_id.map(ConversationId),
            asked_by: serde_json::from_value(row.asked_by).map_err(|e| Error::corrupt("action_runs.asked_by", e))?,
            outcome: match row.outcome.as_str() {
                "done" => Outcome::Done { output: row.output.unwrap_or_default() },
                "failed" => Outcome::Failed { code: told("code"), message: told("message") },
                _ => Outcome::Waiting,
            },
            asked_at: row.asked_at,
            done_at: row.done_at,
        })
    }
}

/// Asks for an action. `false`: its origin has asked before.
pub async fn ask(conn: &mut PgConnection, run: &NewRun<'_>, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO action_runs (tenant_id, id, connection_id, action, input, origin_key, rule_run_id, place,
                                  conversation_id, asked_by, asked_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (tenant_id, origin_key) DO NOTHING",
        run.id,
        run.connection_id.0,
        run.action,
        run.input,
        run.origin_key,
        run.rule.map(|(id, _)| id.0),
        run.rule.map(|(_, place)| place),
        run.conversation_id.map(|id| id.0),
        json!(run.asked_by),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// One action that was asked for.
pub async fn load(conn: &mut PgConnection, id: Uuid) -> Result<Option<Run>> {
    sqlx::query_as!(
        Row,
        "SELECT id, connection_id, action, input, rule_run_id, place, conversation_id, asked_by, outcome, output, error,
                asked_at, done_at
           FROM action_runs WHERE id = $1",
        id
    )
    .fetch_optional(conn)
    .await?
    .map(Run::try_from)
    .transpose()
}

/// The action that an origin has asked for.
pub async fn of_origin(conn: &mut PgConnection, origin_key: &str) -> Result<Option<Run>> {
    sqlx::query_as!(
        Row,
        "SELECT id, connection_id, action, input, rule_run_id, place, conversation_id, asked_by, outcome, output, error,
                asked_at, done_at
           FROM action_runs WHERE tenant_id = current_tenant() AND origin_key = $1",
        origin_key
    )
    .fetch_optional(conn)
    .await?
    .map(Run::try_from)
    .transpose()
}

/// The actions that runs of rules have asked for, in the order of the rules' actions.
pub async fn of_rule_runs(conn: &mut PgConnection, runs: &[RuleRunId]) -> Result<Vec<Run>> {
    let runs: Vec<Uuid> = runs.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        Row,
        "SELECT id, connection_id, action, input, rule_run_id, place, conversation_id, asked_by, outcome, output, error,
                asked_at, done_at
           FROM action_runs WHERE tenant_id = current_tenant() AND rule_run_id = ANY ($1) ORDER BY rule_run_id, place",
        &runs
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(Run::try_from)
    .collect()
}

/// Whether a draft with this token was made by an action of a connection.
pub async fn has_draft(conn: &mut PgConnection, connection: ConnectionId, action: &str, token: &str) -> Result<bool> {
    let has = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM action_runs
                           WHERE tenant_id = current_tenant() AND connection_id = $1 AND draft_token = $3
                             AND action = $2 AND outcome = 'done') AS "has!""#,
        connection.0,
        action,
        token
    );
    Ok(has.fetch_one(conn).await?)
}

/// Notes what became of an action. `false`: that was known already.
pub async fn complete(
    conn: &mut PgConnection,
    id: Uuid,
    outcome: &Outcome,
    draft_token: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (word, output, error) = match outcome {
        Outcome::Waiting => return Ok(false),
        Outcome::Done { output } => ("done", Some(output), None),
        Outcome::Failed { code, message } => ("failed", None, Some(json!({ "code": code, "message": message }))),
    };
    let done = sqlx::query!(
        "UPDATE action_runs SET outcome = $2, output = $3, error = $4, draft_token = $5, done_at = $6
          WHERE id = $1 AND outcome = 'waiting'",
        id,
        word,
        output,
        error,
        draft_token,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets actions that were asked for before then, of all tenants, at most so many. Returns how many went.
pub async fn purge(db: impl PgExecutor<'_>, asked_before: DateTime<Utc>, at_most: i32) -> Result<u64> {
    let gone = sqlx::query_scalar!(r#"SELECT purge_action_runs($1, $2) AS "gone!""#, asked_before, at_most);
    Ok(gone.fetch_one(db).await?.try_into().unwrap_or_default())
}
