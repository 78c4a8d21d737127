//! The schema, and the documents that are valid under it.

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::Value;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    Schema::parse_and_validate(include_str!("schema.graphql"), "schema.graphql")
        .unwrap_or_else(|invalid| panic!("the schema in this crate is valid: {}", invalid.errors))
});

pub(super) fn schema() -> &'static Valid<Schema> {
    &SCHEMA
}

/// A document that asks only for what there is, or the errors of one that does not.
pub(super) fn document(query: &str) -> Result<Valid<ExecutableDocument>, Vec<Value>> {
    ExecutableDocument::parse_and_validate(schema(), query, "query.graphql").map_err(|invalid| {
        let errors = invalid.errors.iter().map(|error| serde_json::to_value(error.to_json()));
        errors.map(|error| error.expect("an error has string keys")).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_refused_for_each_thing_that_is_not_in_the_schema() {
        for query in [
            "{ shop { name }",
            "{ shop { nmae } }",
            "{ shop }",
            "{ shop { name { first } } }",
            "{ order { id } }",
            "{ order(id: \"1\", key: 2) { id } }",
            "{ orders(first: \"ten\") { nodes { id } } }",
            "{ orders(first: 1, sortKey: PRICE) { nodes { id } } }",
            "query($id: ID) { order(id: $id) { id } }",
            "query($id: ID!) { shop { name } }",
            "{ order(id: $id) { id } }",
            "mutation { orderDelete(id: \"1\") { id } }",
            "mutation { tagsAdd(id: \"1\") { userErrors { message } } }",
            "mutation { refundCreate(input: { orderId: \"1\", amount: 5 }) { userErrors { message } } }",
            "{ shop { ...F } } fragment F on Order { id }",
            "{ shop { ...Missing } }",
            "",
        ] {
            let errors = document(query).expect_err(query);
            assert!(errors.iter().all(|error| error["message"].is_string()), "{query}: {errors:?}");
        }
    }

    #[test]
    fn a_document_of_the_schema_is_valid() {
        document("query Q($first: Int!) { orders(first: $first) { nodes { id ...F } } } fragment F on Order { name }")
            .unwrap();
    }
}
