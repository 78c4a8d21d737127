//! `PATCH /api/v1/contacts/{id}`

use super::{ShownContact, get::visible, with_identities};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{IfMatch, Json, Path, tagged},
    users::check_name,
};
use axum::response::Response;
use domain::{ContactId, event::EventKind, role::Permission};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use store::contacts::list::{self, Contact};

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateContact {
    /// What they are called; `null` for nothing.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    name: Change<String>,
    /// Laid over the attributes; `null` removes one.
    #[schema(value_type = Option<Object>)]
    custom_attributes: Option<Map<String, Value>>,
}

/// A member that tells `null` from absent.
#[derive(Default)]
enum Change<T> {
    /// Absent: it stays.
    #[default]
    Stays,
    /// A value, or `null`.
    Becomes(Option<T>),
}

fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Change<String>, D::Error> {
    Option::deserialize(deserializer).map(Change::Becomes)
}

/// Change a contact
#[utoipa::path(patch, path = "/api/v1/contacts/{id}", tag = "contacts", request_body = UpdateContact,
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch),
    responses((status = 200, description = "The contact as it is now, with an ETag", body = ShownContact),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    caller: Caller,
    Path(id): Path<ContactId>,
    if_match: IfMatch,
    Json(update): Json<UpdateContact>,
) -> Result<Response, Problem> {
    if let Change::Becomes(Some(name)) = &update.name {
        check_name("/name", name).map_err(|problem| Problem::invalid(vec![problem]))?;
    }
    let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
    let now = change.now();
    let before = visible(change.conn(), granted, id).await?;
    if_match.check(before.version)?;
    let after = Contact {
        name: match update.name {
            Change::Stays => before.name.clone(),
            Change::Becomes(name) => name.map(|name| name.trim().to_owned()),
        },
        custom_attributes: laid_over(before.custom_attributes.clone(), update.custom_attributes.unwrap_or_default()),
        ..before.clone()
    };
    let fields = changed(&before, &after);
    if fields.is_empty() {
        return Ok(tagged(before.version, with_identities(change.conn(), before).await?));
    }
    let contact = list::update(change.conn(), &after, before.name.as_deref(), now).await?;
    let contact = contact.ok_or(Code::PreconditionFailed)?;
    change.emit_apart(EventKind::ContactUpdated, Some(id), json!({ "contact_id": id, "fields": fields }));
    let version = contact.version;
    let shown = with_identities(change.conn(), contact).await?;
    change.commit().await?;
    Ok(tagged(version, shown))
}

/// The names of what differs, not the values: the event log outlives personal data.
fn changed(before: &Contact, after: &Contact) -> Vec<&'static str> {
    let mut fields = Vec::new();
    if before.name != after.name {
        fields.push("name");
    }
    if before.custom_attributes != after.custom_attributes {
        fields.push("custom_attributes");
    }
    fields
}

fn laid_over(attributes: Value, change: Map<String, Value>) -> Value {
    let Value::Object(mut attributes) = attributes else { return Value::Object(change) };
    for (name, value) in change {
        if value.is_null() {
            attributes.remove(&name);
        } else {
            attributes.insert(name, value);
        }
    }
    Value::Object(attributes)
}
