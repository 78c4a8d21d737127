//! `PATCH /api/v1/conversations/{id}`

use super::{ShownConversation, after, change};
use crate::{
    auth::Caller,
    problem::{FieldProblem, Problem},
    request::{Change, Json, Path},
};
use domain::{
    ConversationId,
    conversation::{ConversationType, ParticipantRole, Priority},
};
use inbox::Fields;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{brands, conversations::participants};

/// What changes; what is omitted stays, `null` empties.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateConversation {
    /// How urgent it is.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::priority_or_null)]
    pub priority: Option<Priority>,
    /// What it is about, by the tenant's own division; at most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub category: Change<String>,
    /// The subject, or a channel's name; at most 255 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub title: Change<String>,
    /// What a channel is for; at most 10,000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub description: Change<String>,
    /// What the tenant shows the customer as, by the brand's key.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub brand: Change<String>,
    /// Whether a channel is for its members alone.
    pub is_private: Option<bool>,
    /// Fields of the tenant's own making: those named here change, `null` removes one.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub custom_attributes: Option<Map<String, Value>>,
}

impl UpdateConversation {
    fn check(&self) -> Result<(), Problem> {
        let lengths = [
            ("/category", &self.category, 100),
            ("/title", &self.title, 255),
            ("/description", &self.description, 10_000),
        ];
        let problems: Vec<_> = lengths
            .into_iter()
            .filter_map(|(pointer, text, most)| {
                let Change::Becomes(Some(text)) = text else { return None };
                let fits = !text.trim().is_empty() && text.chars().count() <= most;
                (!fits).then(|| FieldProblem::new(pointer, "length", format!("must have 1 to {most} characters")))
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
    }
}

/// Change the fields of a conversation
#[utoipa::path(patch, path = "/api/v1/conversations/{id}", tag = "conversations", request_body = UpdateConversation,
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 403, description = "`forbidden`: only those who own or administer a channel change it"),
              (status = 404, description = "`not_found`"),
              (status = 422, description = "`invalid`")))]
pub async fn update(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(update): Json<UpdateConversation>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    update.check()?;
    let (mut change, granted, overview) = change(&caller, id).await?;
    if overview.kind == ConversationType::TeamChannel {
        let role = participants::role_of(change.conn(), id, granted.user).await?;
        if !matches!(role, Some(ParticipantRole::Owner | ParticipantRole::Admin)) {
            granted.must(domain::role::Permission::ManageTeams)?;
        }
    } else if update.is_private.is_some() {
        return Err(Problem::field("/is_private", "unexpected", "goes with channels alone"));
    }
    if let Change::Becomes(Some(brand)) = &update.brand
        && !brands::exists(change.conn(), brand).await?
    {
        return Err(Problem::field("/brand", "unknown_brand", "is not a brand of this tenant"));
    }
    let custom_attributes = match update.custom_attributes {
        Some(changed) => {
            let now = change.conversation(id).await?.custom_attributes.clone();
            Some(crate::attributes::changed(change.conn(), domain::attribute::Owner::Conversation, now, changed).await?)
        }
        None => None,
    };
    let fields = Fields {
        priority: update.priority,
        category: update.category.trimmed(),
        title: update.title.trimmed(),
        description: update.description.trimmed(),
        brand: update.brand.trimmed(),
        is_private: update.is_private,
        custom_attributes,
    };
    change.fill_in(id, &fields).await?;
    change.commit().await?;
    after(&caller, id).await
}
