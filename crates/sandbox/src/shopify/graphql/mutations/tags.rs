//! `tagsAdd` and `tagsRemove`, for orders, customers and products.

use super::{Outcome, UserError, text};
use crate::shopify::graphql::execute::Call;
use crate::shopify::graphql::render;
use crate::shopify::records::Records;
use crate::shopify::topics::Change;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The longest tag.
const LONGEST: usize = 40;

pub(super) fn add(call: &Call<'_>, arguments: &Value) -> Outcome {
    let new = tags(arguments);
    if let Some(long) = new.iter().find(|tag| tag.chars().count() > LONGEST) {
        return Err(UserError::new(
            &["tags"],
            format!("Tag exceeds the maximum length of {LONGEST} characters: {long}"),
        ));
    }
    change(call, arguments, |tags| {
        for tag in &new {
            if !tags.iter().any(|old| old.to_lowercase() == tag.to_lowercase()) {
                tags.push(tag.clone());
            }
        }
        tags.sort_by_key(|tag| tag.to_lowercase());
    })
}

pub(super) fn remove(call: &Call<'_>, arguments: &Value) -> Outcome {
    let old = tags(arguments);
    change(call, arguments, |tags| {
        tags.retain(|tag| !old.iter().any(|old| old.to_lowercase() == tag.to_lowercase()));
    })
}

/// One string may hold several tags.
fn tags(arguments: &Value) -> Vec<String> {
    let given = arguments["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let split = given.iter().filter_map(Value::as_str).flat_map(|tags| tags.split(','));
    split.map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

fn change(call: &Call<'_>, arguments: &Value, change: impl Fn(&mut Vec<String>)) -> Outcome {
    let gid = text(arguments, "id").unwrap_or_default();
    let mut records = call.records.borrow_mut();
    let (tags, updated_at, report) =
        tagged(&mut records, gid).ok_or_else(|| UserError::new(&["id"], "Resource does not exist"))?;
    let before = tags.clone();
    change(tags);
    if *tags != before {
        *updated_at = Some(call.now);
        call.changes.borrow_mut().extend(report);
    }
    drop(records);
    Ok(json!({ "node": call.node(gid) }))
}

type Tagged<'r> = (&'r mut Vec<String>, &'r mut Option<DateTime<Utc>>, Option<Change>);

/// The tags of a record, when it changed last, and what its change is reported as.
fn tagged<'r>(records: &'r mut Records, gid: &str) -> Option<Tagged<'r>> {
    if let Some(id) = render::number("Order", gid) {
        let it = records.orders.iter_mut().find(|it| it.id == id)?;
        return Some((&mut it.tags, &mut it.updated_at, Some(Change::new("orders/updated", id))));
    }
    if let Some(id) = render::number("Customer", gid) {
        let it = records.customers.iter_mut().find(|it| it.id == id)?;
        return Some((&mut it.tags, &mut it.updated_at, Some(Change::new("customers/update", id))));
    }
    let id = render::number("Product", gid)?;
    let it = records.products.iter_mut().find(|it| it.id == id)?;
    Some((&mut it.tags, &mut it.updated_at, None))
}
