//! The JSON Schema of a rule, generated from the types of its definition.

use crate::definition::Definition;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The schema (draft-07) that the console, the API and the command line share. It says the shape;
/// [`Rule::parse`](crate::Rule::parse) also says whether the words make sense together.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    generator.into_root_schema_for::<Definition>().to_value()
}
