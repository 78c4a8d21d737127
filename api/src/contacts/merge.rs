//! `POST` and `DELETE /api/v1/contacts/{id}/merge`

use super::{ShownContact, required, visible};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{Json, Path},
};
use domain::{ContactId, role::Permission};
use inbox::ContactMergeError;
use serde::Deserialize;

/// Whom a contact is to become part of.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeContact {
    /// The contact that is to have the addresses and conversations.
    #[schema(value_type = uuid::Uuid)]
    into: ContactId,
}

impl From<ContactMergeError> for Problem {
    fn from(error: ContactMergeError) -> Self {
        match error {
            ContactMergeError::NotFound => Code::NotFound.into(),
            ContactMergeError::Same
            | ContactMergeError::AlreadyMerged
            | ContactMergeError::NotMerged
            | ContactMergeError::MergedOn => Self::new(Code::ContactMergeRefused).detail(format!("{error}.")),
            ContactMergeError::Conversations(error) => error.into(),
            ContactMergeError::Other(error) => error.into(),
        }
    }
}

/// Make a contact part of another
///
/// Its addresses and conversations go to the other, which also takes over the fields that it has nothing in. Where both
/// have a conversation that is not over at the same account, these become one. Whoever asks for the contact is led to the
/// other. Facts are asked for anew.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/merge", tag = "contacts", request_body = MergeContact,
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["merge_contacts"])),
    responses((status = 200, description = "The contact that has everything now", body = ShownContact),
              (status = 403, description = "`forbidden`"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`contact_merge_refused`, `conflict`")))]
pub async fn merge(
    caller: Caller,
    Path(id): Path<ContactId>,
    Json(MergeContact { into }): Json<MergeContact>,
) -> Result<axum::Json<ShownContact>, Problem> {
    let (mut change, granted) = caller.change(Permission::MergeContacts).await?;
    visible(change.conn(), &granted, id).await?;
    visible(change.conn(), &granted, into).await?;
    change.merge_contacts(id, into).await?;
    change.commit().await?;
    after(&caller, into).await
}

/// Take a merge back
///
/// Addresses and conversations return, with what has begun with these addresses since; conversations that have become one
/// become two again. The other contact gives up what it took over and nobody has changed since.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}/merge", tag = "contacts", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["merge_contacts"])),
    responses((status = 200, description = "The contact as it was", body = ShownContact),
              (status = 403, description = "`forbidden`"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`contact_merge_refused`: it has not been merged, or the other has since")))]
pub async fn unmerge(caller: Caller, Path(id): Path<ContactId>) -> Result<axum::Json<ShownContact>, Problem> {
    let (mut change, granted) = caller.change(Permission::MergeContacts).await?;
    // Whoever sees the one that it has become sees what comes out of it.
    if let Some(target) = visible(change.conn(), &granted, id).await?.merged_into {
        visible(change.conn(), &granted, target).await?;
    }
    change.unmerge_contact(id).await?;
    change.commit().await?;
    after(&caller, id).await
}

async fn after(caller: &Caller, id: ContactId) -> Result<axum::Json<ShownContact>, Problem> {
    let (mut tx, _) = caller.begin(Permission::MergeContacts).await?;
    Ok(axum::Json(required(&mut tx, id).await?))
}
