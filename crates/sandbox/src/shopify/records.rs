//! What is in a shop: customers, products, orders, abandoned checkouts, locations, webhook subscriptions.
//!
//! Money is in minor units of the shop's currency. Ids go beyond 2^53, as they do in old and large shops: a client
//! that reads them as floating-point numbers finds the wrong record or none.

mod money;
mod order;

pub(crate) use money::{decimal, fixed, minor};
pub(crate) use order::{Cancellation, Fulfillment, Line, Order, Payment, Refund, RefundLine, Transaction};

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// Everything in a shop. [`Records::default`] is an invented shop that sells lamps and vases.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    #[serde(default)]
    pub(crate) customers: Vec<Customer>,
    #[serde(default)]
    pub(crate) products: Vec<Product>,
    #[serde(default)]
    pub(crate) orders: Vec<Order>,
    #[serde(default)]
    pub(crate) checkouts: Vec<Checkout>,
    #[serde(default)]
    pub(crate) locations: Vec<Location>,
    #[serde(skip)]
    pub(crate) subscriptions: Vec<Subscription>,
}

/// A person who bought something, or left something in a checkout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Customer {
    pub(crate) id: u64,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: Option<String>,
    /// E.164.
    pub(crate) phone: Option<String>,
    #[serde(default = "english")]
    pub(crate) locale: String,
    pub(crate) note: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: Option<DateTime<Utc>>,
    pub(crate) address: Option<Address>,
}

/// Where somebody lives.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    pub(crate) address1: String,
    pub(crate) city: String,
    pub(crate) zip: String,
    pub(crate) country: String,
    pub(crate) country_code: String,
}

/// Something for sale.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Product {
    pub(crate) id: u64,
    pub(crate) title: String,
    pub(crate) handle: String,
    pub(crate) description: String,
    pub(crate) vendor: String,
    #[serde(rename = "product_type")]
    pub(crate) kind: String,
    /// `ACTIVE`, `ARCHIVED` or `DRAFT`.
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// Whether anybody counts how many there are.
    #[serde(default = "yes")]
    pub(crate) tracked: bool,
    /// Where a picture of it is.
    pub(crate) image: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: Option<DateTime<Utc>>,
    pub(crate) variants: Vec<Variant>,
}

/// One size or colour of a product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variant {
    pub(crate) id: u64,
    pub(crate) title: String,
    pub(crate) sku: String,
    pub(crate) price: i64,
    pub(crate) inventory: i64,
}

/// Where articles lie, are sent from and come back to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Location {
    pub(crate) id: u64,
    pub(crate) name: String,
    #[serde(default = "yes")]
    pub(crate) active: bool,
    pub(crate) address: Address,
}

/// A checkout that was begun and not finished.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkout {
    pub(crate) id: u64,
    pub(crate) token: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) customer: Option<u64>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) lines: Vec<Line>,
}

/// A webhook that was subscribed to through the API.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) id: u64,
    /// As the API spells it: `ORDERS_CREATE`.
    pub(crate) topic: String,
    pub(crate) uri: String,
    pub(crate) name: Option<String>,
    pub(crate) include_fields: Vec<String>,
    pub(crate) filter: Option<String>,
    pub(crate) api_version: String,
    pub(crate) created_at: DateTime<Utc>,
}

fn english() -> String {
    "en".to_owned()
}

const fn yes() -> bool {
    true
}

impl Default for Records {
    fn default() -> Self {
        let seed = include_str!("../../seeds/shopify.json");
        serde_json::from_str::<Self>(seed).expect("the seed in this crate is well formed").settled()
    }
}

impl Records {
    pub(crate) fn empty() -> Self {
        Self {
            customers: Vec::new(),
            products: Vec::new(),
            orders: Vec::new(),
            checkouts: Vec::new(),
            locations: Vec::new(),
            subscriptions: Vec::new(),
        }
    }

    /// Lines that name only a variant take its title and price, as an order does when it is placed.
    pub(crate) fn settled(mut self) -> Self {
        let Self { products, orders, checkouts, .. } = &mut self;
        let lines = orders.iter_mut().map(|order| &mut order.lines).chain(checkouts.iter_mut().map(|it| &mut it.lines));
        for line in lines.flatten() {
            let product = products.iter().find(|product| Some(product.id) == line.product);
            let variant = product.and_then(|it| it.variants.iter().find(|variant| Some(variant.id) == line.variant));
            if let (Some(product), Some(variant)) = (product, variant) {
                line.settle(product, variant);
            }
        }
        for order in &mut self.orders {
            order.settle();
        }
        self
    }

    pub(crate) fn customer(&self, id: u64) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.id == id)
    }

    pub(crate) fn order(&self, id: u64) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    pub(crate) fn order_mut(&mut self, id: u64) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.id == id)
    }

    pub(crate) fn orders_of(&self, customer: u64) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(move |order| order.customer == Some(customer))
    }

    /// An id that no record has yet.
    pub(crate) fn fresh_id() -> u64 {
        // Beyond 2^53 and within what the database behind the real ids can hold.
        9_100_000_000_000_000_000 + u64::from(rand::random::<u32>())
    }
}

impl Customer {
    pub(crate) fn display_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    pub(crate) fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at.unwrap_or(self.created_at)
    }
}

impl Product {
    pub(crate) fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at.unwrap_or(self.created_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_has_ids_on_both_sides_of_two_to_the_53() {
        let records = Records::default();
        let ids: Vec<u64> = records.orders.iter().map(|order| order.id).collect();
        assert!(ids.iter().any(|id| *id > 1 << 53) && ids.iter().any(|id| *id < 1 << 53));
        for order in &records.orders {
            assert!(order.customer.is_none_or(|id| records.customer(id).is_some()));
            assert!(order.total() > 0, "{} has its prices from its variants", order.number);
        }
    }

    #[test]
    fn fresh_ids_lie_beyond_two_to_the_53_and_within_63_bits() {
        let id = Records::fresh_id();
        assert!(id > 1 << 53 && i64::try_from(id).is_ok());
    }
}
