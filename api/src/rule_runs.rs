//! `GET /api/v1/rule-runs` and `/conversations/{id}/rule-runs`: why rules did or did not act.

use crate::{
    auth::Caller,
    connections::actions::ActionRun,
    conversations::visible,
    problem::{Code, Problem},
    request::{Limit, Page, Path, Query, paging},
};
use chrono::{DateTime, Utc};
use domain::{ConversationId, EventId, RuleId, RuleRunId, role::Permission};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::{
    action_runs,
    rule_runs::list::{self, Filter, Run},
};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only runs of this rule.
    #[param(value_type = Option<uuid::Uuid>)]
    rule_id: Option<RuleId>,
    /// Only runs in this conversation.
    #[param(value_type = Option<uuid::Uuid>)]
    conversation_id: Option<ConversationId>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A logged run of a rule.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = RuleRun)]
pub struct ShownRun {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: RuleRunId,
    /// The rule.
    #[schema(value_type = uuid::Uuid)]
    rule_id: RuleId,
    /// Its name, as it is now.
    rule_name: String,
    /// Its version at that time.
    rule_version: i64,
    /// What it was asked about.
    #[schema(value_type = uuid::Uuid)]
    event_id: EventId,
    /// Where.
    #[schema(value_type = Option<uuid::Uuid>)]
    conversation_id: Option<ConversationId>,
    /// What came of it.
    outcome: String,
    /// The trigger and every condition, with the values they had.
    #[schema(value_type = Object)]
    trace: Value,
    /// What it did, one thing after another.
    #[schema(value_type = Vec<Object>)]
    actions: Value,
    /// What became of the actions that plugins were asked for.
    plugin_actions: Vec<ActionRun>,
    /// When.
    created_at: DateTime<Utc>,
}

impl ShownRun {
    fn of(row: Run, plugin_actions: Vec<ActionRun>) -> Self {
        Self {
            id: row.id,
            rule_id: row.rule_id,
            rule_name: row.rule_name,
            rule_version: row.rule_version,
            event_id: row.event_id,
            conversation_id: row.conversation_id,
            outcome: row.outcome,
            trace: row.trace,
            actions: row.actions,
            plugin_actions,
            created_at: row.created_at,
        }
    }
}

/// List runs of rules
///
/// The newest first.
#[utoipa::path(get, path = "/api/v1/rule-runs", tag = "rules", params(Params),
    security(("access_token" = ["read_rules"])),
    responses((status = 200, description = "A page", body = Page<ShownRun>)))]
pub async fn list(caller: Caller, Query(params): Query<Params>) -> Result<axum::Json<Page<ShownRun>>, Problem> {
    let before = paging::id_of(params.cursor.as_deref())?;
    let (mut tx, _) = caller.begin(Permission::ReadRules).await?;
    let filter = Filter { id: None, rule: params.rule_id, conversation: params.conversation_id };
    Ok(axum::Json(page(&mut tx, filter, before, params.limit).await?))
}

/// Read a run of a rule
#[utoipa::path(get, path = "/api/v1/rule-runs/{id}", tag = "rules", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["read_rules"])),
    responses((status = 200, description = "The run", body = ShownRun),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<RuleRunId>) -> Result<axum::Json<ShownRun>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ReadRules).await?;
    let found = page(&mut tx, Filter { id: Some(id), ..Filter::default() }, None, Limit::default()).await?;
    found.items.into_iter().next().map(axum::Json).ok_or_else(|| Code::NotFound.into())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InConversation {
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List runs of rules in a conversation
///
/// The newest first; for whoever sees the conversation, and should know why something was done in it.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/rule-runs", tag = "conversations",
    params(("id" = uuid::Uuid, Path), InConversation),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page", body = Page<ShownRun>),
              (status = 404, description = "`not_found`")))]
pub async fn in_conversation(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(params): Query<InConversation>,
) -> Result<axum::Json<Page<ShownRun>>, Problem> {
    let before = paging::id_of(params.cursor.as_deref())?;
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    let filter = Filter { conversation: Some(id), ..Filter::default() };
    Ok(axum::Json(page(&mut tx, filter, before, params.limit).await?))
}

/// Runs with what became of the plugin actions that they asked for.
async fn page(
    conn: &mut PgConnection,
    filter: Filter,
    before: Option<RuleRunId>,
    limit: Limit,
) -> Result<Page<ShownRun>, Problem> {
    let rows = list::page(conn, filter, before, limit.rows()).await?;
    let ids: Vec<RuleRunId> = rows.iter().map(|run| run.id).collect();
    let mut asked: BTreeMap<RuleRunId, Vec<ActionRun>> = BTreeMap::new();
    for run in action_runs::of_rule_runs(conn, &ids).await? {
        if let Some((of, _)) = run.rule {
            asked.entry(of).or_default().push(run.into());
        }
    }
    let show = |row: Run| {
        let actions = asked.remove(&row.id).unwrap_or_default();
        ShownRun::of(row, actions)
    };
    Ok(Page::of(rows, limit, |row| paging::by_id(row.id.0), show))
}
