//! `POST /api/v1/conversations/bulk`

use super::{assign::give, change, read::read_up_to, status::SetStatus, transfer::check_team};
use crate::{
    auth::Caller,
    problem::{PartProblem, Problem},
    request::Json,
};
use domain::{ConversationId, TeamId, UserId, conversation::Priority, role::Permission};
use inbox::Fields;
use serde::{Deserialize, Serialize};

/// The most conversations of one request.
pub const MOST: usize = 500;

/// The same for many conversations.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    /// Which: 1 to 500.
    #[schema(value_type = Vec<uuid::Uuid>, min_items = 1, max_items = 500)]
    ids: Vec<ConversationId>,
    /// What is to be done with each.
    action: BulkAction,
}

/// What is done with each.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkAction {
    /// Move it.
    Status(SetStatus),
    /// Give it to somebody, or to nobody.
    Assign {
        /// A person, or `null`.
        #[schema(value_type = Option<uuid::Uuid>)]
        user_id: Option<UserId>,
    },
    /// Hand it to a team, or to none.
    Transfer {
        /// A team, or `null`.
        #[schema(value_type = Option<uuid::Uuid>)]
        team_id: Option<TeamId>,
    },
    /// Say how urgent it is.
    Priority {
        /// How urgent.
        #[schema(schema_with = crate::openapi::priority)]
        priority: Priority,
    },
    /// Add a tag.
    AddTag {
        /// Which.
        tag: String,
    },
    /// Remove a tag.
    RemoveTag {
        /// Which.
        tag: String,
    },
    /// Take it out of the lists, or put it back.
    Archive {
        /// Whether it is to be out.
        archived: bool,
    },
    /// Note that everything has been read.
    MarkRead,
}

/// What became of each.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BulkResult {
    /// How many were changed, or were so already.
    succeeded: usize,
    /// How many were not.
    failed: usize,
    /// One for each id, in the order of the request.
    results: Vec<BulkItem>,
}

/// What became of one.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BulkItem {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: ConversationId,
    /// Whether it was done.
    ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<PartProblem>,
}

/// Do the same with many conversations
///
/// Each by itself: what fails for one holds no other back.
#[utoipa::path(post, path = "/api/v1/conversations/bulk", tag = "conversations", request_body = Bulk,
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "What became of each", body = BulkResult),
              (status = 422, description = "`invalid`")))]
pub async fn bulk(caller: Caller, Json(Bulk { ids, action }): Json<Bulk>) -> Result<axum::Json<BulkResult>, Problem> {
    // Who may not do this at all is told so at once.
    drop(caller.begin(Permission::WorkConversations).await?);
    if ids.is_empty() || ids.len() > MOST {
        return Err(Problem::field("/ids", "length", "must be 1 to 500"));
    }
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        let outcome = one(&caller, id, &action).await;
        results.push(BulkItem::of(id, outcome));
    }
    Ok(axum::Json(BulkResult::of(results)))
}

impl BulkItem {
    /// What became of one.
    pub fn of(id: ConversationId, outcome: Result<(), Problem>) -> Self {
        let problem = outcome.err().map(PartProblem::from);
        Self { id, ok: problem.is_none(), problem }
    }
}

impl BulkResult {
    /// What became of all.
    pub fn of(results: Vec<BulkItem>) -> Self {
        let succeeded = results.iter().filter(|item| item.ok).count();
        Self { succeeded, failed: results.len() - succeeded, results }
    }
}

async fn one(caller: &Caller, id: ConversationId, action: &BulkAction) -> Result<(), Problem> {
    let (mut change, granted, _) = change(caller, id).await?;
    match action {
        BulkAction::Status(to) => change.step(id, &to.step(change.now())?).await.map(drop)?,
        BulkAction::Assign { user_id } => give(&mut change, &granted, id, *user_id).await.map(drop)?,
        BulkAction::Transfer { team_id } => {
            granted.must(Permission::AssignConversations)?;
            check_team(&mut change, *team_id).await?;
            change.transfer(id, *team_id, None).await.map(drop)?;
        }
        BulkAction::Priority { priority } => {
            let fields = Fields { priority: Some(*priority), ..Fields::default() };
            change.fill_in(id, &fields).await.map(drop)?;
        }
        BulkAction::AddTag { tag } => {
            let tag = super::tags::usable(&mut change, &granted, tag).await?;
            change.add_tag(id, &tag).await.map(drop)?;
        }
        BulkAction::RemoveTag { tag } => change.remove_tag(id, tag.trim()).await.map(drop)?,
        BulkAction::Archive { archived } => change.set_archived(id, *archived).await.map(drop)?,
        BulkAction::MarkRead => read_up_to(&mut change, &granted, id, None).await?,
    }
    Ok(change.commit().await?)
}
