//! What webhooks are about.

use super::records::{Customer, Order};
use super::rest;
use super::store::Store;
use serde_json::{Value, json};

/// Every topic that the simulator can report. The last three are mandatory for each app and cannot be subscribed to
/// through the API.
pub const TOPICS: [&str; 16] = [
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/fulfilled",
    "orders/cancelled",
    "refunds/create",
    "checkouts/create",
    "checkouts/update",
    "carts/create",
    "carts/update",
    "customers/create",
    "customers/update",
    "app/uninstalled",
    "customers/data_request",
    "customers/redact",
    "shop/redact",
];

/// Something that happened to a record.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) topic: String,
    /// The record; without one the first of its kind.
    id: Option<u64>,
    refund: Option<u64>,
}

impl Change {
    pub(super) fn new(topic: &str, id: u64) -> Self {
        Self { topic: topic.to_owned(), id: Some(id), refund: None }
    }

    /// `id` may be the order, customer or checkout that a topic is about.
    pub(super) fn any(topic: &str, id: Option<u64>) -> Self {
        Self { topic: topic.to_owned(), id, refund: None }
    }

    pub(super) fn of_refund(mut self, refund: u64) -> Self {
        self.refund = Some(refund);
        self
    }

    /// The topic as the GraphQL API spells it.
    pub(super) fn constant(&self) -> String {
        self.topic.replace('/', "_").to_uppercase()
    }

    /// The body of its webhook; `None` if the topic or the record is unknown.
    pub(super) fn body(&self, store: &Store) -> Option<Value> {
        let Store { shop, records, .. } = store;
        let is = |id: u64| self.id.is_none_or(|wanted| wanted == id);
        let order = || records.orders.iter().find(|it| is(it.id));
        let customer = || records.customers.iter().find(|it| is(it.id));
        let checkout = || records.checkouts.iter().find(|it| is(it.id));
        Some(match self.topic.as_str() {
            "orders/create" | "orders/updated" | "orders/paid" | "orders/fulfilled" | "orders/cancelled" => {
                rest::order(order()?, records, shop)
            }
            "refunds/create" => {
                let (order, refund) = records.orders.iter().filter(|it| is(it.id)).find_map(|order| {
                    let wanted = |id: u64| self.refund.is_none_or(|wanted| wanted == id);
                    Some((order, order.refunds.iter().rfind(|refund| wanted(refund.id))?))
                })?;
                rest::refund(order, refund)
            }
            "checkouts/create" | "checkouts/update" => rest::checkout(checkout()?, records, shop),
            "carts/create" | "carts/update" => rest::cart(checkout()?),
            "customers/create" | "customers/update" => rest::customer(customer()?),
            "app/uninstalled" | "shop/redact" => json!({ "shop_id": shop.id(), "shop_domain": shop.domain }),
            "customers/data_request" => {
                let mut body = person(store, customer()?, "orders_requested");
                body["data_request"] = json!({ "id": 9999 });
                body
            }
            "customers/redact" => person(store, customer()?, "orders_to_redact"),
            _ => return None,
        })
    }
}

/// The body of a privacy topic about a person.
fn person(store: &Store, customer: &Customer, orders: &str) -> Value {
    let ids: Vec<u64> = store.records.orders_of(customer.id).map(|order: &Order| order.id).collect();
    let mut body = json!({
        "shop_id": store.shop.id(),
        "shop_domain": store.shop.domain,
        "customer": { "id": customer.id, "email": customer.email, "phone": customer.phone },
    });
    body[orders] = ids.into();
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shopify::Shop;
    use chrono::DateTime;

    #[test]
    fn every_topic_has_a_body_from_the_seed() {
        let store = Store::open(Shop::new("lamps.myshopify.com", "id", "secret"), DateTime::UNIX_EPOCH);
        for topic in TOPICS.into_iter().filter(|topic| *topic != "refunds/create") {
            assert!(Change::any(topic, None).body(&store).is_some(), "{topic}");
        }
        assert!(Change::any("refunds/create", None).body(&store).is_none(), "nothing was refunded yet");
        assert!(Change::any("orders/create", Some(1)).body(&store).is_none(), "there is no such order");
        assert!(Change::any("orders/eaten", None).body(&store).is_none());
    }
}
