//! `PUT /api/v1/brands/{key}`

use super::ShownBrand;
use crate::{
    auth::{Caller, Record},
    problem::{FieldProblem, Problem},
    request::{Json, Path},
    slug::is_slug,
    users::check_name,
};
use domain::role::Permission;
use serde::Deserialize;
use store::brands::{self, Brand};

/// A brand.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutBrand {
    /// What people call it.
    name: String,
}

/// Make a brand, or give it another name
#[utoipa::path(put, path = "/api/v1/brands/{key}", tag = "settings", request_body = PutBrand,
    params(("key" = String, Path, description = "Lower-case letters, digits, hyphens and underscores; at most 50",
            pattern = "^[a-z0-9][a-z0-9_-]{0,49}$")),
    security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "The brand", body = ShownBrand),
              (status = 422, description = "`invalid`")))]
pub async fn put(
    caller: Caller,
    Path(key): Path<String>,
    Json(PutBrand { name }): Json<PutBrand>,
) -> Result<axum::Json<ShownBrand>, Problem> {
    let wrong_key = || FieldProblem::new("", "key", "the key has lower-case letters, digits, hyphens and underscores");
    let problems: Vec<_> = [check_name("/name", &name).err(), (!is_slug(&key, &['-', '_'], 50)).then(wrong_key)]
        .into_iter()
        .flatten()
        .collect();
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let before = brands::list(change.conn()).await?.into_iter().find(|brand| brand.key == key);
    let brand = Brand { key: key.clone(), name: name.trim().to_owned() };
    let now = change.now();
    brands::put(change.conn(), caller.tenant, &brand, now).await?;
    let brand = ShownBrand::from(brand);
    let record = Record::new("brand.put").of(key).before(before.map(ShownBrand::from)).after(&brand);
    change.commit(record).await?;
    Ok(axum::Json(brand))
}
