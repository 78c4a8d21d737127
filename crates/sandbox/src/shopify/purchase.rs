//! Somebody buys something in the online shop, which no API request does.

use super::records::{Customer, Line, Order, Payment, Records};
use super::store::Store;
use super::topics::Change;
use super::webhook::{Sent, Webhook};
use super::{Shopify, ShopifyError};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is bought, and by whom.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// Who buys.
    pub customer: Buyer,
    /// What is bought.
    pub lines: Vec<Item>,
}

/// A customer of the shop if it knows the e-mail address or the telephone number, else a new one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buyer {
    /// The given name.
    pub first_name: String,
    /// The family name.
    #[serde(default)]
    pub last_name: String,
    /// The e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// The telephone number, in E.164.
    #[serde(default)]
    pub phone: Option<String>,
}

/// Some pieces of a variant.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The variant's id.
    pub variant: u64,
    /// How many.
    pub quantity: u32,
}

/// An order that was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bought {
    /// The order's id.
    pub order: u64,
    /// As the customer knows it: `#1004`.
    pub name: String,
    /// The customer's id.
    pub customer: u64,
    /// What became of the webhook `orders/create`.
    pub sent: Sent,
}

impl Shopify {
    /// Somebody buys and pays something. Returns after the first attempt to report the order.
    pub async fn buy(&self, domain: &str, purchase: &Purchase) -> Result<Bought, ShopifyError> {
        let now = self.now();
        let (order, name, customer, is_new) = self.with(domain, |store| place(store, purchase, now))??;
        if is_new {
            self.report(domain, &[Change::new("customers/create", customer)]);
        }
        let webhook = Webhook { id: Some(order), ..Webhook::new("orders/create") };
        let sent = match self.send(domain, &webhook).await {
            Err(ShopifyError::NobodySubscribed(_)) => Sent { event_id: String::new(), deliveries: Vec::new() },
            sent => sent?,
        };
        self.report(domain, &[Change::new("orders/paid", order)]);
        Ok(Bought { order, name, customer, sent })
    }
}

/// The order's id and name, the customer's id, and whether the customer is new.
fn place(store: &mut Store, purchase: &Purchase, now: DateTime<Utc>) -> Result<(u64, String, u64, bool), ShopifyError> {
    let lines = purchase.lines.iter().map(|item| line(&store.records, *item)).collect::<Result<Vec<_>, _>>()?;
    let known = customer(&store.records, &purchase.customer);
    let customer = known.unwrap_or_else(|| register(&mut store.records, &purchase.customer, now));
    let records = &mut store.records;
    let number = records.orders.iter().map(|order| order.number).max().unwrap_or(1000) + 1;
    let mut order = Order {
        id: Records::fresh_id(),
        number,
        email: purchase.customer.email.clone(),
        phone: purchase.customer.phone.clone(),
        customer: Some(customer),
        created_at: now,
        updated_at: None,
        note: None,
        tags: Vec::new(),
        shipping: 490,
        lines,
        payment: Some(Payment { id: Records::fresh_id(), gateway: "shopify_payments".to_owned() }),
        fulfillments: Vec::new(),
        shipping_address: records.customer(customer).and_then(|it| it.address.clone()),
        transactions: Vec::new(),
        refunds: Vec::new(),
        cancelled: None,
    };
    order.settle();
    let placed = (order.id, order.name(), customer, known.is_none());
    records.orders.push(order);
    Ok(placed)
}

fn line(records: &Records, item: Item) -> Result<Line, ShopifyError> {
    let of = |it: &super::records::Product| it.variants.iter().position(|variant| variant.id == item.variant);
    let found = records.products.iter().find_map(|product| Some((product, &product.variants[of(product)?])));
    let (product, variant) = found.ok_or(ShopifyError::NothingToBuy(item.variant))?;
    let mut line = Line {
        id: Records::fresh_id(),
        product: Some(product.id),
        variant: Some(variant.id),
        quantity: item.quantity,
        title: String::new(),
        variant_title: None,
        sku: None,
        price: 0,
    };
    line.settle(product, variant);
    Ok(line)
}

fn customer(records: &Records, buyer: &Buyer) -> Option<u64> {
    let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    let is = |it: &&Customer| same(&it.email, &buyer.email) || same(&it.phone, &buyer.phone);
    records.customers.iter().find(is).map(|it| it.id)
}

fn register(records: &mut Records, buyer: &Buyer, now: DateTime<Utc>) -> u64 {
    let customer = Customer {
        id: Records::fresh_id(),
        first_name: buyer.first_name.clone(),
        last_name: buyer.last_name.clone(),
        email: buyer.email.clone(),
        phone: buyer.phone.clone(),
        locale: "en".to_owned(),
        note: None,
        tags: Vec::new(),
        created_at: now,
        updated_at: None,
        address: None,
    };
    let id = customer.id;
    records.customers.push(customer);
    id
}
