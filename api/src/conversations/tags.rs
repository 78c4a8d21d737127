//! `PUT` and `DELETE /api/v1/conversations/{id}/tags/{tag}`

use super::{ShownConversation, after, change};
use crate::{
    auth::{Caller, Granted},
    problem::{Code, Problem},
    request::Path,
};
use domain::{ConversationId, sight::Reach};
use inbox::Transaction;
use store::tags;

/// Add a tag
///
/// Any, unless it is another team's.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/tags/{tag}", tag = "conversations",
    params(("id" = uuid::Uuid, Path), ("tag" = String, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 403, description = "`forbidden`: it is another team's"),
              (status = 404, description = "`not_found`"),
              (status = 422, description = "`invalid`: 1 to 100 characters")))]
pub async fn add(
    caller: Caller,
    Path((id, tag)): Path<(ConversationId, String)>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, granted, _) = change(&caller, id).await?;
    let tag = usable(&mut change, &granted, &tag).await?;
    change.add_tag(id, &tag).await?;
    change.commit().await?;
    after(&caller, id).await
}

/// A tag as it is stored, if the person may add it.
pub async fn usable(change: &mut Transaction, granted: &Granted, tag: &str) -> Result<String, Problem> {
    let tag = check(tag)?;
    match tags::team_of(change.conn(), tag).await? {
        Some(team) if granted.sight.reach < Reach::Everything && !granted.sight.teams.contains(&team) => {
            Err(Problem::new(Code::Forbidden).detail("The tag is for the people of another team."))
        }
        _ => Ok(tag.to_owned()),
    }
}

/// A tag without blanks around it, if it can be one.
pub fn check(tag: &str) -> Result<&str, Problem> {
    let tag = tag.trim();
    if tag.is_empty() || tag.chars().count() > 100 {
        return Err(Problem::field("", "length", "a tag has 1 to 100 characters"));
    }
    Ok(tag)
}

/// Remove a tag
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/tags/{tag}", tag = "conversations",
    params(("id" = uuid::Uuid, Path), ("tag" = String, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 404, description = "`not_found`")))]
pub async fn remove(
    caller: Caller,
    Path((id, tag)): Path<(ConversationId, String)>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, _, _) = change(&caller, id).await?;
    change.remove_tag(id, tag.trim()).await?;
    change.commit().await?;
    after(&caller, id).await
}
