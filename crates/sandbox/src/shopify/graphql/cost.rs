//! What a query costs.
//!
//! By the published rules: scalars and enums are free, an object is one point, a mutation ten, an interface or a union
//! is its dearest selection, and a connection is two points and its nodes times its size. The real price of large
//! pages is lower and not published, so that who stays within these points stays within the real ones.
//!
//! Source: shopify.dev, "GraphQL Admin API rate limits".

use super::schema::schema;
use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Field, Operation, OperationType, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;

const MUTATION: u64 = 10;
const CONNECTION: u64 = 2;

/// Prices the selections of one operation.
pub(super) struct Cost<'d> {
    pub(super) document: &'d ExecutableDocument,
    pub(super) operation: &'d Operation,
    pub(super) variables: &'d JsonMap,
}

impl<'d> Cost<'d> {
    /// The most it can cost.
    pub(super) fn requested(&self) -> u64 {
        self.operation(None)
    }

    /// What it has cost, given the answer.
    pub(super) fn actual(&self, data: Option<&JsonMap>) -> u64 {
        data.map_or(0, |data| self.operation(Some(data)))
    }

    fn operation(&self, answer: Option<&JsonMap>) -> u64 {
        let set = &self.operation.selection_set;
        match self.operation.operation_type {
            OperationType::Mutation => self.fields(set).iter().map(|_| MUTATION).sum(),
            _ => self.set(set, answer),
        }
    }

    fn set(&self, set: &'d SelectionSet, answer: Option<&JsonMap>) -> u64 {
        let (mut fields, mut fragments) = (0_u64, Vec::new());
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => fields = fields.saturating_add(self.field(field, answer)),
                other => fragments.extend(self.fragment(other).map(|inner| self.set(inner, answer))),
            }
        }
        // Of the fragments on an interface, only some apply to each object.
        let fragments = if is_abstract(set) && answer.is_none() {
            fragments.into_iter().max().unwrap_or_default()
        } else {
            fragments.into_iter().fold(0, u64::saturating_add)
        };
        fields.saturating_add(fragments)
    }

    fn field(&self, field: &'d Field, answer: Option<&JsonMap>) -> u64 {
        if field.selection_set.is_empty() {
            return 0;
        }
        let value = match answer {
            None => None,
            // What a fragment of another type selects is not in the answer.
            Some(answer) => match answer.get(field.response_key().as_str()) {
                Some(value) => Some(value),
                None => return 0,
            },
        };
        if field.ty().inner_named_type().ends_with("Connection") {
            return CONNECTION + self.connection(field, value);
        }
        match value {
            None => {
                let size = if field.ty().is_list() { self.size(field).unwrap_or(1) } else { 1 };
                size.saturating_mul(1 + self.set(&field.selection_set, None))
            }
            Some(JsonValue::Object(object)) => 1 + self.set(&field.selection_set, Some(object)),
            Some(JsonValue::Array(list)) => list
                .iter()
                .filter_map(JsonValue::as_object)
                .map(|it| 1 + self.set(&field.selection_set, Some(it)))
                .sum(),
            Some(_) => 1,
        }
    }

    /// The nodes of a connection, by way of `nodes` and of `edges { node }`; both are paid for if both are selected.
    fn connection(&self, field: &'d Field, value: Option<&JsonValue>) -> u64 {
        let size = self.size(field).unwrap_or_default();
        let mut cost = 0_u64;
        for child in self.fields(&field.selection_set) {
            let list = value.and_then(|value| value.get(child.response_key().as_str()));
            let nodes = match child.name.as_str() {
                "nodes" => vec![child],
                "edges" => self.fields(&child.selection_set).into_iter().filter(|it| it.name == "node").collect(),
                _ => continue,
            };
            for node in nodes {
                let price = match (value, list.and_then(JsonValue::as_array)) {
                    (None, _) => size.saturating_mul(1 + self.set(&node.selection_set, None)),
                    (Some(_), Some(list)) => list.iter().map(|item| self.item(child, node, item)).sum(),
                    (Some(_), None) => 0,
                };
                cost = cost.saturating_add(price);
            }
        }
        cost
    }

    fn item(&self, child: &Field, node: &'d Field, item: &JsonValue) -> u64 {
        let object = if child.name == "nodes" { Some(item) } else { item.get(node.response_key().as_str()) };
        object.and_then(JsonValue::as_object).map_or(0, |object| 1 + self.set(&node.selection_set, Some(object)))
    }

    /// What `first` or `last` asks for.
    fn size(&self, field: &Field) -> Option<u64> {
        ["first", "last"].into_iter().find_map(|name| {
            let argument = field.arguments.iter().find(|argument| argument.name == name)?;
            match argument.value.as_variable() {
                Some(name) => self.variables.get(name.as_str())?.as_u64(),
                None => argument.value.to_i32().and_then(|size| u64::try_from(size).ok()),
            }
        })
    }

    /// The fields of a selection, those in fragments included.
    fn fields(&self, set: &'d SelectionSet) -> Vec<&'d Field> {
        let mut fields = Vec::new();
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => fields.push(field.as_ref()),
                other => fields.extend(self.fragment(other).into_iter().flat_map(|inner| self.fields(inner))),
            }
        }
        fields
    }

    fn fragment(&self, selection: &'d Selection) -> Option<&'d SelectionSet> {
        match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(fragment) => Some(&fragment.selection_set),
            Selection::FragmentSpread(spread) => {
                Some(&self.document.fragments.get(&spread.fragment_name)?.selection_set)
            }
        }
    }
}

fn is_abstract(set: &SelectionSet) -> bool {
    matches!(schema().types.get(&set.ty), Some(ExtendedType::Interface(_) | ExtendedType::Union(_)))
}
