//! `PATCH /api/v1/contacts/{id}`

use super::{
    ShownContact, changeable,
    fields::{Checked, must_be_free, must_exist},
    required,
};
use crate::{
    attributes,
    auth::Caller,
    problem::{Code, Problem},
    request::{Change, IfMatch, Json, Path, tagged},
};
use axum::response::Response;
use domain::{CompanyId, ContactId, attribute::Owner, event::EventKind, role::Permission};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::contacts::{
    list::{self, Contact},
    record::{self, Handles},
};

/// What changes; what is omitted stays, `null` empties.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateContact {
    /// What they are called; 1 to 255 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Change<String>,
    /// Their number, with its country.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    phone: Change<String>,
    /// Their e-mail address.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Change<String>,
    /// Where there is a picture of them: an address that begins with `https://`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    avatar_url: Change<String>,
    /// Their brand, by its key.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    brand: Change<String>,
    /// Whom they work for.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    company_id: Change<CompanyId>,
    /// Laid over the attributes; `null` removes one.
    #[schema(value_type = Option<Object>)]
    custom_attributes: Option<Map<String, Value>>,
}

/// Change a contact
#[utoipa::path(patch, path = "/api/v1/contacts/{id}", tag = "contacts", request_body = UpdateContact,
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch),
    security(("access_token" = ["edit_contacts"])),
    responses((status = 200, description = "The contact as it is now, with an ETag", body = ShownContact),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`contact_exists`, `contact_merged`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 422, description = "`invalid`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    caller: Caller,
    Path(id): Path<ContactId>,
    if_match: IfMatch,
    Json(update): Json<UpdateContact>,
) -> Result<Response, Problem> {
    let mut checked = Checked::default();
    let name = update.name.map(|name| checked.name(&name));
    let phone = update.phone.map(|phone| checked.phone(&phone));
    let email = update.email.map(|email| checked.email(&email));
    let avatar_url = update.avatar_url.map(|url| checked.avatar_url(&url));
    checked.end()?;
    let (mut change, granted) = caller.change(Permission::EditContacts).await?;
    let (tenant, now) = (change.tenant(), change.now());
    let before = changeable(change.conn(), &granted, id).await?;
    if_match.check(before.version)?;
    let custom_attributes = match update.custom_attributes {
        Some(changes) => {
            attributes::changed(change.conn(), Owner::Contact, before.custom_attributes.clone(), changes).await?
        }
        None => before.custom_attributes.clone(),
    };
    let after = Contact {
        name: name.or_stays(before.name.as_ref()),
        phone: phone.or_stays(before.phone.as_ref()),
        email: email.or_stays(before.email.as_ref()),
        avatar_url: avatar_url.or_stays(before.avatar_url.as_ref()),
        brand: update.brand.or_stays(before.brand.as_ref()),
        company_id: update.company_id.or_stays(before.company_id.as_ref()),
        custom_attributes,
        ..before.clone()
    };
    let fields = changed(&before, &after);
    if fields.is_empty() {
        return Ok(tagged(before.version, required(change.conn(), id).await?));
    }
    let news = |field: &'static str| fields.contains(&field);
    let (brand, company) = (after.brand.as_deref(), after.company_id);
    must_exist(change.conn(), brand.filter(|_| news("brand")), company.filter(|_| news("company"))).await?;
    // What the contact has already may be another's, too: only what it gets is asked for.
    let handles = Handles {
        brand,
        phone: after.phone.as_deref().filter(|_| news("phone") || news("brand")),
        email: after.email.as_deref().filter(|_| news("email") || news("brand")),
    };
    must_be_free(change.conn(), tenant, handles, Some(id)).await?;
    if !record::update(change.conn(), &after, before.name.as_deref(), now).await? {
        return Err(Code::PreconditionFailed.into());
    }
    change.emit_apart(EventKind::ContactUpdated, Some(id), json!({ "contact_id": id, "fields": fields }));
    let version = list::one(change.conn(), id).await?.ok_or(Code::NotFound)?.version;
    let shown = required(change.conn(), id).await?;
    change.commit().await?;
    Ok(tagged(version, shown))
}

/// The names of what differs, not the values: the event log outlives personal data.
fn changed(before: &Contact, after: &Contact) -> Vec<&'static str> {
    let all = [
        ("name", before.name != after.name),
        ("phone", before.phone != after.phone),
        ("email", before.email != after.email),
        ("avatar_url", before.avatar_url != after.avatar_url),
        ("brand", before.brand != after.brand),
        ("company", before.company_id != after.company_id),
        ("custom_attributes", before.custom_attributes != after.custom_attributes),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}
