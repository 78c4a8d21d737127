//! Customers: found by what is known of them, and tagged.

use plugin_sdk::{ErrorKind, PluginError};
use serde_json::{Value, json};

use crate::graphql::{Client, objections, search};
use crate::model::{TagCustomer, TaggedCustomer};
use crate::parse::{email, phone};
use crate::{gid, json};

const FIND: &str = "query($query: String!) {
    customers(first: 1, query: $query, sortKey: UPDATED_AT, reverse: true) { nodes { id } }
}";

/// Adding a tag that is there and removing one that is not change nothing, so this may be repeated.
const TAG: &str = "mutation($id: ID!, $add: [String!]!, $remove: [String!]!, $adds: Boolean!, $removes: Boolean!) {
    added: tagsAdd(id: $id, tags: $add) @include(if: $adds) {
        node { ... on Customer { id tags } } userErrors { field message }
    }
    removed: tagsRemove(id: $id, tags: $remove) @include(if: $removes) {
        node { ... on Customer { id tags } } userErrors { field message }
    }
}";

/// Adds and removes tags.
pub fn tag(client: &Client<'_>, wanted: &TagCustomer) -> Result<TaggedCustomer, PluginError> {
    let (adds, removes) = (!wanted.add.is_empty(), !wanted.remove.is_empty());
    if !adds && !removes {
        return Err(PluginError::invalid_input("no tag is to be added or removed"));
    }
    let id = named(client, wanted)?;
    let variables = json!({"id": id, "add": wanted.add, "remove": wanted.remove, "adds": adds, "removes": removes});
    let data = client.mutate(TAG, variables)?;
    for done in ["added", "removed"] {
        objections(data.get(done).unwrap_or(&Value::Null), "/userErrors")?;
    }
    // The second is done after the first.
    let node = ["/removed/node", "/added/node"].into_iter().find_map(|pointer| data.pointer(pointer));
    let node = node.filter(|node| node.is_object()).ok_or_else(not_found)?;
    Ok(TaggedCustomer { customer_id: gid::digits(&id).to_owned(), tags: json::texts(node, "/tags") })
}

fn named(client: &Client<'_>, wanted: &TagCustomer) -> Result<String, PluginError> {
    let query = match (&wanted.customer_id, &wanted.email, &wanted.phone) {
        (Some(id), None, None) => return gid::of("Customer", id),
        (None, Some(address), None) => email(address).map(|address| search::term("email", &address)),
        (None, None, Some(number)) => phone(number).map(|number| search::term("phone", &number)),
        _ => None,
    };
    let query = query.ok_or_else(|| {
        PluginError::invalid_input("one of customer ID, e-mail address and telephone number with its + is needed")
    })?;
    let data = client.query(FIND, json!({"query": query}))?;
    json::text(&data, "/customers/nodes/0/id").ok_or_else(not_found)
}

fn not_found() -> PluginError {
    PluginError::new(ErrorKind::NotFound, "the shop has no such customer, or the app may not see them")
}
