//! `POST /api/v1/companies`

use super::{ShownCompany, checked_domains, must_be_free, or_taken, required};
use crate::{attributes, auth::Caller, problem::Problem, request::Creation, users::check_name};
use axum::response::Response;
use domain::{CompanyId, attribute::Owner, event::EventKind, role::Permission};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::companies;

/// A company to enter.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCompany {
    /// What it is called; 1 to 255 characters.
    name: String,
    /// The domains of its people's e-mail addresses; 50 at most, none of free mail.
    #[serde(default)]
    domains: Vec<String>,
    /// Fields of the tenant's own making.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    custom_attributes: Map<String, Value>,
}

/// Enter a company
///
/// Contacts who have an address at one of its domains and are of no company are its people from now on.
#[utoipa::path(post, path = "/api/v1/companies", tag = "companies", request_body = CreateCompany,
    params(crate::openapi::IdempotencyKey),
    security(("access_token" = ["edit_contacts"])),
    responses((status = 201, description = "Entered", body = ShownCompany),
              (status = 409, description = "`domain_taken`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(caller: Caller, creation: Creation<CreateCompany>) -> Result<Response, Problem> {
    let (mut change, granted) = caller.change(Permission::EditContacts).await?;
    let (tenant, now) = (change.tenant(), change.now());
    if let Some(answer) = creation.earlier_answer(change.conn(), granted.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    check_name("/name", &new.name).map_err(|problem| Problem::invalid(vec![problem]))?;
    let domains = checked_domains(&new.domains)?;
    must_be_free(change.conn(), &domains, None).await?;
    let attributes =
        attributes::changed(change.conn(), Owner::Company, json!({}), new.custom_attributes.clone()).await?;
    let id = CompanyId::new();
    companies::create(change.conn(), tenant, id, new.name.trim(), &attributes, now).await?;
    let linked = companies::set_domains(change.conn(), tenant, id, &domains, now).await.map_err(or_taken)?;
    change.emit_apart(EventKind::CompanyCreated, None, json!({ "company_id": id, "contacts": linked }));
    let shown = ShownCompany::from(required(change.conn(), id).await?);
    let answer = creation.answer(change.conn(), granted.user, now, StatusCode::CREATED, &shown).await?;
    change.commit().await?;
    Ok(answer)
}
