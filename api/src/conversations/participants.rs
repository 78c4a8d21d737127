//! `GET`, `PUT` and `DELETE /api/v1/conversations/{id}/participants`

use super::{change, visible};
use crate::{
    auth::{Caller, Granted},
    problem::{Code, Problem},
    request::{Json, Path},
};
use chrono::{DateTime, Utc};
use domain::{
    ConversationId, MessageId, UserId,
    conversation::{ConversationType, ParticipantRole},
    role::Permission,
};
use http::StatusCode;
use inbox::Transaction;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use store::{
    conversations::{list::Overview, participants},
    users,
};

/// Somebody who takes part.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Participant {
    /// Who.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    /// What others call them.
    name: String,
    /// What they do in it.
    #[schema(schema_with = crate::openapi::participant_role)]
    role: ParticipantRole,
    /// Since when.
    joined_at: DateTime<Utc>,
    /// When they last read it.
    last_read_at: Option<DateTime<Utc>>,
    /// Up to where.
    #[schema(value_type = Option<Uuid>)]
    last_read_message_id: Option<MessageId>,
    /// Messages of others that they have not read.
    unread_count: i32,
}

/// What somebody is to do in a conversation.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutParticipant {
    /// Observers only read; owners and admins say who takes part.
    #[schema(schema_with = crate::openapi::participant_role)]
    role: ParticipantRole,
}

/// List the people of the tenant who take part in a conversation
#[utoipa::path(get, path = "/api/v1/conversations/{id}/participants", tag = "conversations",
    params(("id" = Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "In the order in which they came", body = [Participant]),
              (status = 404, description = "`not_found`")))]
pub async fn list(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<Vec<Participant>>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    Ok(axum::Json(of(&mut tx, id).await?))
}

/// Everybody of the tenant who takes part.
pub async fn of(conn: &mut PgConnection, id: ConversationId) -> Result<Vec<Participant>, Problem> {
    let shown = |part: participants::Participant| Participant {
        user_id: part.user_id,
        name: part.name,
        role: part.role,
        joined_at: part.joined_at,
        last_read_at: part.last_read_at,
        last_read_message_id: part.last_read_message_id,
        unread_count: part.unread_count,
    };
    Ok(participants::list(conn, id).await?.into_iter().map(shown).collect())
}

/// Let somebody take part, or give them another role
///
/// They see the conversation from then on. Everybody may join a channel that is not private; others are let in by those
/// who see the conversation, and into channels by those who own or administer them.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/participants/{user_id}", tag = "conversations",
    request_body = PutParticipant, params(("id" = Uuid, Path), ("user_id" = Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 204, description = "They take part"), (status = 403, description = "`forbidden`"),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`conflict`: they take part in this role already; `wrong_type`"),
              (status = 422, description = "`invalid`: no such person")))]
pub async fn put(
    caller: Caller,
    Path((id, user)): Path<(ConversationId, UserId)>,
    Json(PutParticipant { role }): Json<PutParticipant>,
) -> Result<StatusCode, Problem> {
    let (mut change, granted, overview) = change(&caller, id).await?;
    let joins = user == granted.user && role == ParticipantRole::Member && !overview.is_private;
    if !(joins && overview.kind == ConversationType::TeamChannel) {
        may_say_who_takes_part(&mut change, &granted, &overview).await?;
    }
    if !users::active_among(change.conn(), &[user]).await?.contains(&user) {
        return Err(Problem::field("", "unknown_user", "is not an active person of this tenant"));
    }
    if !change.let_in(id, user, role).await? {
        return Err(Code::Conflict.into());
    }
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let somebody go, or leave
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/participants/{user_id}", tag = "conversations",
    params(("id" = Uuid, Path), ("user_id" = Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 204, description = "They take part no longer"), (status = 403, description = "`forbidden`"),
              (status = 404, description = "`not_found`"), (status = 409, description = "`wrong_type`")))]
pub async fn delete(caller: Caller, Path((id, user)): Path<(ConversationId, UserId)>) -> Result<StatusCode, Problem> {
    let (mut change, granted, overview) = change(&caller, id).await?;
    if user != granted.user {
        may_say_who_takes_part(&mut change, &granted, &overview).await?;
    }
    if overview.kind == ConversationType::DirectMessage {
        return Err(Code::WrongType.into());
    }
    if !change.let_go(id, user).await? {
        return Err(Code::NotFound.into());
    }
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn may_say_who_takes_part(
    change: &mut Transaction,
    granted: &Granted,
    overview: &Overview,
) -> Result<(), Problem> {
    match overview.kind {
        ConversationType::DirectMessage => Err(Code::WrongType.into()),
        ConversationType::Support | ConversationType::InternalTicket => Ok(()),
        ConversationType::TeamChannel => {
            let role = participants::role_of(change.conn(), overview.id, granted.user).await?;
            match role {
                Some(ParticipantRole::Owner | ParticipantRole::Admin) => Ok(()),
                _ => granted.must(Permission::ManageTeams),
            }
        }
    }
}
