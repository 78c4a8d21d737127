//! `PATCH /api/v1/companies/{id}`

use super::{ShownCompany, checked_domains, must_be_free, or_taken, required};
use crate::{
    attributes,
    auth::Caller,
    problem::{Code, Problem},
    request::{IfMatch, Json, Path, tagged},
    users::check_name,
};
use axum::response::Response;
use domain::{CompanyId, attribute::Owner, event::EventKind, role::Permission};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::companies::{self, Company};

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCompany {
    /// What it is called; 1 to 255 characters.
    name: Option<String>,
    /// All its domains, in the place of those it has. Contacts stay who they are of.
    domains: Option<Vec<String>>,
    /// Laid over the attributes; `null` removes one.
    #[schema(value_type = Option<Object>)]
    custom_attributes: Option<Map<String, Value>>,
}

/// Change a company
#[utoipa::path(patch, path = "/api/v1/companies/{id}", tag = "companies", request_body = UpdateCompany,
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch),
    security(("access_token" = ["edit_contacts"])),
    responses((status = 200, description = "The company as it is now, with an ETag", body = ShownCompany),
              (status = 404, description = "`not_found`"), (status = 409, description = "`domain_taken`"),
              (status = 412, description = "`precondition_failed`"), (status = 422, description = "`invalid`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    caller: Caller,
    Path(id): Path<CompanyId>,
    if_match: IfMatch,
    Json(update): Json<UpdateCompany>,
) -> Result<Response, Problem> {
    if let Some(name) = &update.name {
        check_name("/name", name).map_err(|problem| Problem::invalid(vec![problem]))?;
    }
    let domains = update.domains.as_deref().map(checked_domains).transpose()?;
    let (mut change, _) = caller.change(Permission::EditContacts).await?;
    let (tenant, now) = (change.tenant(), change.now());
    let before = required(change.conn(), id).await?;
    if_match.check(before.version)?;
    let custom_attributes = match update.custom_attributes {
        Some(changes) => {
            attributes::changed(change.conn(), Owner::Company, before.custom_attributes.clone(), changes).await?
        }
        None => before.custom_attributes.clone(),
    };
    let after = Company {
        name: update.name.map_or_else(|| before.name.clone(), |name| name.trim().to_owned()),
        domains: domains.unwrap_or_else(|| before.domains.clone()),
        custom_attributes,
        ..before.clone()
    };
    let fields = changed(&before, &after);
    if fields.is_empty() {
        return Ok(tagged(before.version, ShownCompany::from(before)));
    }
    if !companies::update(change.conn(), &after, now).await? {
        return Err(Code::PreconditionFailed.into());
    }
    let mut linked = 0;
    if after.domains != before.domains {
        must_be_free(change.conn(), &after.domains, Some(id)).await?;
        linked = companies::set_domains(change.conn(), tenant, id, &after.domains, now).await.map_err(or_taken)?;
    }
    let data = json!({ "company_id": id, "fields": fields, "contacts": linked });
    change.emit_apart(EventKind::CompanyUpdated, None, data);
    let company = required(change.conn(), id).await?;
    change.commit().await?;
    Ok(tagged(company.version, ShownCompany::from(company)))
}

fn changed(before: &Company, after: &Company) -> Vec<&'static str> {
    let all = [
        ("name", before.name != after.name),
        ("domains", before.domains != after.domains),
        ("custom_attributes", before.custom_attributes != after.custom_attributes),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}
