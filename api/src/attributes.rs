//! Fields of the tenant's own making.

pub mod delete;
pub mod list;
pub mod put;

use crate::problem::{FieldProblem, Problem};
use domain::attribute::{Kind, Owner};
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use store::attributes::{self, Definition};

/// The most that the fields of one thing take, as JSON.
const LARGEST: usize = 64 * 1024;

/// A field.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Attribute)]
pub struct ShownAttribute {
    /// What has it.
    #[schema(schema_with = crate::openapi::attribute_owner)]
    owner: Owner,
    /// Its name in JSON.
    key: String,
    /// Its name for people.
    name: String,
    /// Which values it takes.
    #[schema(schema_with = crate::openapi::attribute_kind)]
    kind: Kind,
    /// What may be chosen.
    options: Vec<String>,
}

impl From<Definition> for ShownAttribute {
    fn from(field: Definition) -> Self {
        Self { owner: field.owner, key: field.key, name: field.name, kind: field.kind, options: field.options }
    }
}

/// Fields with some changed: a member that is `null` goes, any other is laid over. Those that the tenant has defined must
/// be of their kind; others may be anything.
pub async fn changed(
    conn: &mut PgConnection,
    owner: Owner,
    now: Value,
    change: Map<String, Value>,
) -> Result<Value, Problem> {
    let definitions = attributes::list(conn, Some(owner)).await?;
    let problems: Vec<_> = change
        .iter()
        .filter(|(_, value)| !value.is_null())
        .filter_map(|(key, value)| {
            let field = definitions.iter().find(|field| field.key == *key)?;
            let what = field.kind.objection(value, &field.options)?;
            Some(FieldProblem::new(format!("/custom_attributes/{}", escaped(key)), "attribute", what))
        })
        .collect();
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let mut fields = if let Value::Object(fields) = now { fields } else { Map::new() };
    for (key, value) in change {
        if value.is_null() {
            fields.remove(&key);
        } else {
            fields.insert(key, value);
        }
    }
    let fields = Value::Object(fields);
    if fields.to_string().len() > LARGEST {
        return Err(Problem::field("/custom_attributes", "too_large", "must have at most 64 KiB in all"));
    }
    Ok(fields)
}

/// A key as a JSON pointer writes it (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
