//! What new conversations are asked before they wait for somebody.

pub mod brands;
pub mod connections;
pub mod list;

use crate::{
    auth::{Caller, Record},
    endpoints,
    problem::{Code, Problem},
    request::read_part,
};
use domain::{ConnectionId, attribute::Owner, role::Permission, triage::Flow};
use http::StatusCode;
use manifest::GeneratedSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use std::{collections::HashSet, sync::LazyLock};
use store::{
    attributes, teams,
    triage::{self, Scope},
};

static SCHEMA: LazyLock<GeneratedSchema> = LazyLock::new(|| GeneratedSchema::new(&domain::triage::schema()));

/// What is asked.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutTriage {
    /// The questions, and what follows.
    #[schema(schema_with = crate::openapi::triage_flow)]
    flow: Value,
}

/// Whose new conversations are asked what.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Triage)]
pub struct ShownTriage {
    /// The connection, if it is for one.
    #[schema(value_type = Option<uuid::Uuid>)]
    connection_id: Option<ConnectionId>,
    /// The brand, if it is for one: for its conversations over connections without questions of their own.
    brand: Option<String>,
    /// The questions, and what follows.
    #[schema(schema_with = crate::openapi::triage_flow)]
    flow: Flow,
}

impl ShownTriage {
    fn new(scope: &Scope, flow: Flow) -> Self {
        let (connection_id, brand) = match scope {
            Scope::Connection(id) => (Some(*id), None),
            Scope::Brand(key) => (None, Some(key.clone())),
        };
        Self { connection_id, brand, flow }
    }
}

/// Sets what is asked.
async fn put(caller: &Caller, scope: Scope, target: &str, new: PutTriage) -> Result<axum::Json<ShownTriage>, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    let exists = match &scope {
        Scope::Connection(id) => store::connections::load(change.conn(), *id).await?.is_some(),
        Scope::Brand(key) => store::brands::exists(change.conn(), key).await?,
    };
    if !exists {
        return Err(Code::NotFound.into());
    }
    let flow = checked(change.conn(), &new.flow).await?;
    let before = triage::load(change.conn(), &scope).await?.map(|flow| ShownTriage::new(&scope, flow));
    let now = change.now();
    triage::put(change.conn(), caller.tenant, &scope, &flow, now).await?;
    let after = ShownTriage::new(&scope, flow);
    change.commit(Record::new("triage.put").of(target).before(before).after(&after)).await?;
    Ok(axum::Json(after))
}

/// Asks nothing any more.
async fn delete(caller: &Caller, scope: Scope, target: &str) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    let before = triage::load(change.conn(), &scope).await?.map(|flow| ShownTriage::new(&scope, flow));
    if !triage::delete(change.conn(), caller.tenant, &scope).await? {
        return Err(Code::NotFound.into());
    }
    change.commit(Record::new("triage.deleted").of(target).before(before)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The flow in a body, if it is one and what it names is there.
async fn checked(conn: &mut PgConnection, written: &Value) -> Result<Flow, Problem> {
    let errors = SCHEMA.check(written);
    if !errors.is_empty() {
        return Err(endpoints::invalid(errors, "/flow"));
    }
    let flow: Flow = read_part(written, "/flow")?;
    let (mut offered, mut titles) = (HashSet::new(), HashSet::new());
    for (place, choice) in flow.team.iter().flat_map(|question| &question.teams).enumerate() {
        let at = |field: &str| format!("/flow/team/teams/{place}/{field}");
        if teams::load(conn, choice.team_id).await?.is_none() {
            return Err(Problem::field(at("team_id"), "unknown_team", "is not a team of this tenant"));
        }
        if !offered.insert(choice.team_id) {
            return Err(Problem::field(at("team_id"), "repeated", "is offered already"));
        }
        if !titles.insert(choice.title.trim().to_lowercase()) {
            return Err(Problem::field(at("title"), "repeated", "is the title of another team, too"));
        }
    }
    if let Some(team) = flow.default_team_id
        && teams::load(conn, team).await?.is_none()
    {
        return Err(Problem::field("/flow/default_team_id", "unknown_team", "is not a team of this tenant"));
    }
    let fields = attributes::list(conn, Some(Owner::Conversation)).await?;
    let unknown = |attribute: &str| fields.iter().all(|field| field.key != attribute);
    if let Some(place) = flow.questions.iter().position(|question| unknown(&question.attribute)) {
        let pointer = format!("/flow/questions/{place}/attribute");
        return Err(Problem::field(pointer, "unknown_attribute", "is not an attribute of conversations"));
    }
    Ok(flow)
}
