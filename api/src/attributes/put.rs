//! `PUT /api/v1/attributes/{owner}/{key}`

use super::ShownAttribute;
use crate::{
    auth::{Caller, Record},
    problem::{FieldProblem, Problem},
    request::{Json, Path},
    users::check_name,
};
use domain::{
    attribute::{Kind, Owner},
    role::Permission,
};
use serde::Deserialize;
use store::attributes::{self, Definition};

/// The most options that a field offers.
const MOST_OPTIONS: usize = 200;

/// A field.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutAttribute {
    /// Its name for people.
    name: String,
    /// Which values it takes.
    #[schema(schema_with = crate::openapi::attribute_kind)]
    kind: Kind,
    /// Of `choice` and `choices`: what may be chosen, 1 to 200 texts.
    #[serde(default)]
    options: Vec<String>,
}

/// Define a field
///
/// Values that are there already are not looked at; from now on new ones must fit.
#[utoipa::path(put, path = "/api/v1/attributes/{owner}/{key}", tag = "settings", request_body = PutAttribute,
    params(("owner" = String, Path, pattern = "^(conversation|contact|company)$"),
           ("key" = String, Path, description = "A letter, then letters, digits and underscores; at most 63",
            pattern = "^[A-Za-z_][A-Za-z0-9_]{0,62}$")),
    security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "The field", body = ShownAttribute),
              (status = 422, description = "`invalid`")))]
pub async fn put(
    caller: Caller,
    Path((owner, key)): Path<(Owner, String)>,
    Json(new): Json<PutAttribute>,
) -> Result<axum::Json<ShownAttribute>, Problem> {
    let chosen = matches!(new.kind, Kind::Choice | Kind::Choices);
    let fits = if chosen { (1..=MOST_OPTIONS).contains(&new.options.len()) } else { new.options.is_empty() };
    let problems: Vec<_> = [
        check_name("/name", &new.name).err(),
        (!is_key(&key)).then(|| FieldProblem::new("", "key", "the key is not one")),
        (!fits)
            .then(|| FieldProblem::new("/options", "options", "1 to 200 go with choice and choices, none with others")),
        new.options
            .iter()
            .any(|option| option.trim().is_empty() || option.chars().count() > 255)
            .then(|| FieldProblem::new("/options", "options", "must have 1 to 255 characters each")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let field = Definition { owner, key, name: new.name.trim().to_owned(), kind: new.kind, options: new.options };
    let now = change.now();
    let before = attributes::list(change.conn(), Some(owner)).await?;
    let before = before.into_iter().find(|before| before.key == field.key).map(ShownAttribute::from);
    attributes::put(change.conn(), caller.tenant, &field, now).await?;
    let id = format!("{owner}/{}", field.key);
    let field = ShownAttribute::from(field);
    change.commit(Record::new("attribute.put").of(id).before(before).after(&field)).await?;
    Ok(axum::Json(field))
}

fn is_key(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && key.len() <= 63
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
