//! `POST /api/v1/contacts`

use super::{
    ShownContact,
    fields::{Checked, must_be_free, must_exist},
    required,
};
use crate::{attributes, auth::Caller, problem::Problem, request::Creation};
use axum::response::Response;
use domain::{CompanyId, ContactId, attribute::Owner, event::EventKind, role::Permission};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::contacts::record::{self, Handles, NewContact};

/// A contact to enter: with a name, a number or an e-mail address at least.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateContact {
    /// What they are called; 1 to 255 characters.
    name: Option<String>,
    /// Their number, with its country.
    phone: Option<String>,
    /// Their e-mail address.
    email: Option<String>,
    /// Where there is a picture of them: an address that begins with `https://`.
    avatar_url: Option<String>,
    /// Their brand, by its key.
    brand: Option<String>,
    /// Whom they work for. Without it the company that has the domain of their address, if there is one.
    #[schema(value_type = Option<uuid::Uuid>)]
    company_id: Option<CompanyId>,
    /// Fields of the tenant's own making.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    custom_attributes: Map<String, Value>,
}

/// Enter a contact
///
/// A number or address that another contact of the brand has is refused with that contact's id. What is entered is not
/// proven: whoever writes from it later is suggested as the same person, not joined.
#[utoipa::path(post, path = "/api/v1/contacts", tag = "contacts", request_body = CreateContact,
    params(crate::openapi::IdempotencyKey),
    security(("access_token" = ["edit_contacts"])),
    responses((status = 201, description = "Entered", body = ShownContact),
              (status = 409, description = "`contact_exists`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(caller: Caller, creation: Creation<CreateContact>) -> Result<Response, Problem> {
    let (mut change, granted) = caller.change(Permission::EditContacts).await?;
    let (tenant, now) = (change.tenant(), change.now());
    if let Some(answer) = creation.earlier_answer(change.conn(), granted.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    if new.name.is_none() && new.phone.is_none() && new.email.is_none() {
        return Err(Problem::field("", "required", "must have a name, a number or an email address"));
    }
    let mut checked = Checked::default();
    let name = new.name.as_deref().map(|name| checked.name(name));
    let phone = new.phone.as_deref().map(|phone| checked.phone(phone));
    let email = new.email.as_deref().map(|email| checked.email(email));
    let avatar_url = new.avatar_url.as_deref().map(|url| checked.avatar_url(url));
    checked.end()?;
    must_exist(change.conn(), new.brand.as_deref(), new.company_id).await?;
    let attributes =
        attributes::changed(change.conn(), Owner::Contact, json!({}), new.custom_attributes.clone()).await?;
    let handles = Handles { brand: new.brand.as_deref(), phone: phone.as_deref(), email: email.as_deref() };
    must_be_free(change.conn(), tenant, handles, None).await?;

    let id = ContactId::new();
    let contact = NewContact {
        id,
        name: name.as_deref(),
        phone: phone.as_deref(),
        email: email.as_deref(),
        avatar_url: avatar_url.as_deref(),
        brand: new.brand.as_deref(),
        company_id: new.company_id,
        custom_attributes: &attributes,
    };
    record::create(change.conn(), tenant, &contact, now).await?;
    change.emit_apart(EventKind::ContactCreated, Some(id), json!({ "contact_id": id }));
    let shown: ShownContact = required(change.conn(), id).await?;
    let answer = creation.answer(change.conn(), granted.user, now, StatusCode::CREATED, &shown).await?;
    change.commit().await?;
    Ok(answer)
}
