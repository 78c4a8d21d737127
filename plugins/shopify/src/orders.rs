//! Orders: found by their customer, looked up by id or name.

use plugin_sdk::{ErrorKind, PluginError};
use serde_json::{Value, json};

use crate::graphql::{Client, search};
use crate::model::{FindOrders, FoundOrders, GetOrder, LineItem, Order, Shipment};
use crate::parse::{email, phone};
use crate::{gid, json};

/// What is read of an order, wherever one is read: a part of every document that says `OrderFields`, which declares
/// `$lines`, the most lines that are read of each. An order costs 28 points and 3 for each line, and a call may cost
/// 1,000 (<https://shopify.dev/docs/api/usage/limits#cost-calculation>).
pub const ORDER_FIELDS: &str = " fragment OrderFields on Order {
    id name createdAt updatedAt cancelledAt cancelReason displayFinancialStatus displayFulfillmentStatus
    currentTotalPriceSet { presentmentMoney { amount currencyCode } }
    totalRefundedSet { presentmentMoney { amount currencyCode } }
    email phone statusPageUrl tags customer { id }
    lineItems(first: $lines) { nodes {
        id title variantTitle sku quantity refundableQuantity
        originalUnitPriceSet { presentmentMoney { amount currencyCode } }
    } }
    fulfillments(first: 5) { displayStatus trackingInfo(first: 3) { company number url } }
}";

/// Lines of each order where several orders are read.
pub const LINES_OF_MANY: u8 = 10;
/// Lines of an order that was asked for.
const LINES_OF_ONE: u8 = 50;

const BY_EMAIL: &str = "query($query: String!, $limit: Int!, $lines: Int!) {
    orders(first: $limit, query: $query, sortKey: CREATED_AT, reverse: true) { nodes { ...OrderFields } }
}";

/// Orders cannot be searched by telephone number; customers can, and no two have the same.
const BY_PHONE: &str = "query($query: String!, $limit: Int!, $lines: Int!) {
    customers(first: 1, query: $query) { nodes {
        orders(first: $limit, sortKey: CREATED_AT, reverse: true) { nodes { ...OrderFields } }
    } }
}";

const BY_ID: &str = "query($id: ID!, $lines: Int!) { order(id: $id) { ...OrderFields } }";

const BY_NAME: &str =
    "query($query: String!, $lines: Int!) { orders(first: 5, query: $query) { nodes { ...OrderFields } } }";

/// Finds the orders of a customer, the latest first. Nobody's orders are none.
pub fn find(client: &Client<'_>, wanted: &FindOrders) -> Result<FoundOrders, PluginError> {
    if wanted.email.is_none() && wanted.phone.is_none() {
        return Err(PluginError::invalid_input("an e-mail address or a telephone number is needed"));
    }
    let limit = usize::from(wanted.limit.clamp(1, FindOrders::LIMIT_MAX));
    let mut orders = Vec::new();
    if let Some(address) = &wanted.email {
        let address = email(address).ok_or_else(|| PluginError::invalid_input("this is no e-mail address"))?;
        let variables = json!({"query": search::term("email", &address), "limit": limit, "lines": LINES_OF_MANY});
        orders.extend(
            json::list(&client.query(&[BY_EMAIL, ORDER_FIELDS].concat(), variables)?, "/orders/nodes").iter().map(read),
        );
    }
    if let Some(number) = &wanted.phone {
        let number = phone(number)
            .ok_or_else(|| PluginError::invalid_input("the telephone number must be in E.164 form with its +"))?;
        let variables = json!({"query": search::term("phone", &number), "limit": limit, "lines": LINES_OF_MANY});
        for customer in json::list(&client.query(&[BY_PHONE, ORDER_FIELDS].concat(), variables)?, "/customers/nodes") {
            orders.extend(json::list(customer, "/orders/nodes").iter().map(read));
        }
    }
    Ok(FoundOrders { orders: latest(orders, limit) })
}

/// Each order once, the latest first. Shopify writes all times in the same form and zone.
fn latest(found: Vec<Order>, limit: usize) -> Vec<Order> {
    let mut orders: Vec<Order> = Vec::with_capacity(found.len());
    for order in found {
        if orders.iter().all(|known| known.id != order.id) {
            let at = orders.partition_point(|known| known.created_at >= order.created_at);
            orders.insert(at, order);
        }
    }
    orders.truncate(limit);
    orders
}

/// Looks up one order.
pub fn get(client: &Client<'_>, wanted: &GetOrder) -> Result<Order, PluginError> {
    match (&wanted.id, &wanted.name) {
        (Some(id), None) => {
            let variables = json!({"id": gid::of("Order", id)?, "lines": LINES_OF_ONE});
            let data = client.query(&[BY_ID, ORDER_FIELDS].concat(), variables)?;
            data.get("order").filter(|order| order.is_object()).map(read).ok_or_else(not_found)
        }
        (None, Some(name)) => by_name(client, name.trim()),
        _ => Err(PluginError::invalid_input("either the ID or the name of the order is needed")),
    }
}

/// The search also finds names that only begin like it.
fn by_name(client: &Client<'_>, name: &str) -> Result<Order, PluginError> {
    let variables = json!({"query": search::term("name", name), "lines": LINES_OF_ONE});
    let data = client.query(&[BY_NAME, ORDER_FIELDS].concat(), variables)?;
    let is_meant = |order: &&Value| {
        let found = json::str(order, "/name").unwrap_or_default();
        found.eq_ignore_ascii_case(name) || found.strip_prefix('#') == Some(name)
    };
    json::list(&data, "/orders/nodes").iter().find(is_meant).map(read).ok_or_else(not_found)
}

/// There is no such order.
pub fn not_found() -> PluginError {
    PluginError::new(ErrorKind::NotFound, "the shop has no such order, or the app may not see it")
}

/// An order out of `OrderFields`.
pub fn read(order: &Value) -> Order {
    let text = |pointer: &str| json::text(order, pointer);
    let shipments = json::list(order, "/fulfillments").iter().flat_map(shipments);
    Order {
        id: gid::digits(json::str(order, "/id").unwrap_or_default()).to_owned(),
        name: text("/name").unwrap_or_default(),
        created_at: text("/createdAt").unwrap_or_default(),
        updated_at: text("/updatedAt").unwrap_or_default(),
        cancelled_at: text("/cancelledAt"),
        cancel_reason: json::str(order, "/cancelReason").map(str::to_ascii_lowercase),
        financial_status: json::str(order, "/displayFinancialStatus").map(str::to_ascii_lowercase),
        fulfillment_status: json::str(order, "/displayFulfillmentStatus")
            .map(str::to_ascii_lowercase)
            .unwrap_or_default(),
        currency: json::currency(order, "/currentTotalPriceSet"),
        total: json::amount(order, "/currentTotalPriceSet"),
        refunded: json::amount(order, "/totalRefundedSet"),
        email: text("/email"),
        phone: text("/phone"),
        customer_id: json::str(order, "/customer/id").map(|id| gid::digits(id).to_owned()),
        status_url: text("/statusPageUrl"),
        tags: json::texts(order, "/tags"),
        items: json::list(order, "/lineItems/nodes").iter().map(line_item).collect(),
        shipments: shipments.collect(),
    }
}

fn line_item(item: &Value) -> LineItem {
    LineItem {
        id: gid::digits(json::str(item, "/id").unwrap_or_default()).to_owned(),
        title: json::text(item, "/title").unwrap_or_default(),
        variant: json::text(item, "/variantTitle"),
        sku: json::text(item, "/sku"),
        quantity: json::count(item, "/quantity"),
        refundable: json::count(item, "/refundableQuantity"),
        unit_price: json::amount(item, "/originalUnitPriceSet"),
    }
}

/// A fulfilment is on its way in one parcel, in several, or in one that nobody tracks.
fn shipments(fulfillment: &Value) -> Vec<Shipment> {
    let status = json::str(fulfillment, "/displayStatus").map(str::to_ascii_lowercase);
    let parcels = json::list(fulfillment, "/trackingInfo");
    if parcels.is_empty() {
        return vec![Shipment { status, carrier: None, tracking_number: None, tracking_url: None }];
    }
    let parcel = |parcel: &Value| Shipment {
        status: status.clone(),
        carrier: json::text(parcel, "/company"),
        tracking_number: json::text(parcel, "/number"),
        tracking_url: json::text(parcel, "/url"),
    };
    parcels.iter().map(parcel).collect()
}
