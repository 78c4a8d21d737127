//! `POST /api/v1/conversations/{id}/read`

use super::change;
use crate::{
    auth::{Caller, Granted},
    problem::{Code, Problem},
    request::{Path, Query},
};
use domain::{ConversationId, MessageId};
use http::StatusCode;
use inbox::Transaction;
use serde::Deserialize;
use store::{conversations::participants, messages::list};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The last message that was read; all without it.
    #[param(value_type = Option<uuid::Uuid>)]
    up_to: Option<MessageId>,
}

/// Mark a conversation as read
///
/// Of those who take part each has their own count. The contact's channel is told when everything has been read, where
/// it shows such a thing.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/read", tag = "conversations",
    params(("id" = uuid::Uuid, Path), Params),
    security(("access_token" = ["work_conversations"])),
    responses((status = 204, description = "It is noted"), (status = 404, description = "`not_found`")))]
pub async fn mark(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(Params { up_to }): Query<Params>,
) -> Result<StatusCode, Problem> {
    let (mut change, granted, _) = change(&caller, id).await?;
    if let Some(message) = up_to {
        list::one(change.conn(), id, message).await?.ok_or(Code::NotFound)?;
    }
    read_up_to(&mut change, &granted, id, up_to).await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that somebody has read up to a message, or everything.
pub async fn read_up_to(
    change: &mut Transaction,
    granted: &Granted,
    id: ConversationId,
    up_to: Option<MessageId>,
) -> Result<(), Problem> {
    let (tenant, now) = (change.tenant(), change.now());
    participants::mark_read(change.conn(), tenant, id, granted.user, up_to, now).await?;
    let all = match up_to {
        Some(message) => !list::is_followed_by_inbound(change.conn(), id, message).await?,
        None => true,
    };
    if all {
        let latest = list::latest_inbound(change.conn(), id).await?;
        change.mark_read(id, latest).await?;
    }
    Ok(())
}
