//! What records can be found by.

use super::Document;
use crate::shopify::records::{Customer, Location, Order, Product, decimal};
use chrono::{DateTime, SecondsFormat, Utc};

/// An order as the search sees it.
pub(in crate::shopify::graphql) fn order(order: &Order) -> impl Document {
    OrderDocument(order)
}

/// A customer as the search sees them, with what their orders say.
pub(in crate::shopify::graphql) fn customer<'r>(
    customer: &'r Customer,
    orders: impl Iterator<Item = &'r Order>,
) -> impl Document {
    let (count, spent) = orders.fold((0_u64, 0), |(count, spent), order| (count + 1, spent + order.received()));
    CustomerDocument { customer, count, spent }
}

/// A product as the search sees it.
pub(in crate::shopify::graphql) fn product(product: &Product) -> impl Document {
    ProductDocument(product)
}

/// A location as the search sees it.
pub(in crate::shopify::graphql) fn location(location: &Location) -> impl Document {
    LocationDocument(location)
}

fn when(at: DateTime<Utc>) -> Vec<String> {
    vec![at.to_rfc3339_opts(SecondsFormat::Secs, true)]
}

struct OrderDocument<'r>(&'r Order);

impl Document for OrderDocument<'_> {
    fn values(&self, field: &str) -> Vec<String> {
        let order = self.0;
        match field {
            "created_at" | "processed_at" => when(order.created_at),
            "updated_at" => when(order.updated_at()),
            "customer_id" => order.customer.iter().map(u64::to_string).collect(),
            "email" => order.email.iter().cloned().collect(),
            "financial_status" => vec![order.financial_status().to_owned()],
            "fulfillment_status" => match order.fulfillment_status() {
                "FULFILLED" => vec!["fulfilled".to_owned(), "shipped".to_owned()],
                "PARTIALLY_FULFILLED" => vec!["partial".to_owned()],
                _ => vec!["unfulfilled".to_owned(), "unshipped".to_owned()],
            },
            "gateway" => order.transactions.iter().map(|it| it.gateway.clone()).collect(),
            "id" => vec![order.id.to_string()],
            "name" => vec![order.name(), order.number.to_string()],
            "sku" => order.lines.iter().filter_map(|line| line.sku.clone()).collect(),
            "status" => vec![if order.cancelled.is_some() { "cancelled" } else { "open" }.to_owned(), "any".to_owned()],
            "tag" => order.tags.clone(),
            "test" => vec!["false".to_owned()],
            _ => Vec::new(),
        }
    }

    fn text(&self) -> String {
        let order = self.0;
        let titles: Vec<&str> = order.lines.iter().map(|line| line.title.as_str()).collect();
        format!("{} {} {}", order.name(), order.email.as_deref().unwrap_or_default(), titles.join(" "))
    }
}

struct CustomerDocument<'r> {
    customer: &'r Customer,
    count: u64,
    spent: i64,
}

impl Document for CustomerDocument<'_> {
    fn values(&self, field: &str) -> Vec<String> {
        let customer = self.customer;
        match field {
            "country" => customer.address.iter().map(|it| it.country.clone()).collect(),
            "customer_date" => when(customer.created_at),
            "updated_at" => when(customer.updated_at()),
            "email" => customer.email.iter().cloned().collect(),
            "first_name" => vec![customer.first_name.clone()],
            "last_name" => vec![customer.last_name.clone()],
            "id" => vec![customer.id.to_string()],
            "orders_count" => vec![self.count.to_string()],
            // With and without the plus sign.
            "phone" => customer
                .phone
                .iter()
                .flat_map(|phone| [phone.clone(), phone.trim_start_matches('+').to_owned()])
                .collect(),
            "state" => vec!["disabled".to_owned()],
            "tag" => customer.tags.clone(),
            "total_spent" => vec![decimal(self.spent)],
            _ => Vec::new(),
        }
    }

    fn text(&self) -> String {
        let customer = self.customer;
        let contact = [&customer.email, &customer.phone].map(|it| it.as_deref().unwrap_or_default());
        format!("{} {} {}", customer.display_name(), contact[0], contact[1])
    }
}

struct ProductDocument<'r>(&'r Product);

impl Document for ProductDocument<'_> {
    fn values(&self, field: &str) -> Vec<String> {
        let product = self.0;
        match field {
            "created_at" => when(product.created_at),
            "updated_at" => when(product.updated_at()),
            "handle" => vec![product.handle.clone()],
            "id" => vec![product.id.to_string()],
            "inventory_total" => vec![product.variants.iter().map(|it| it.inventory).sum::<i64>().to_string()],
            "product_type" => vec![product.kind.clone()],
            "sku" => product.variants.iter().map(|it| it.sku.clone()).collect(),
            "status" => vec![product.status.clone()],
            "tag" => product.tags.clone(),
            // A title is found by its words.
            "title" => std::iter::once(product.title.as_str())
                .chain(product.title.split_whitespace())
                .map(str::to_owned)
                .collect(),
            "vendor" => vec![product.vendor.clone()],
            _ => Vec::new(),
        }
    }

    fn text(&self) -> String {
        let product = self.0;
        format!("{} {} {} {}", product.title, product.description, product.vendor, product.tags.join(" "))
    }
}

struct LocationDocument<'r>(&'r Location);

impl Document for LocationDocument<'_> {
    fn values(&self, field: &str) -> Vec<String> {
        let Location { id, name, active, address } = self.0;
        match field {
            "active" => vec![active.to_string()],
            "address1" => vec![address.address1.clone()],
            "city" => vec![address.city.clone()],
            "country" => vec![address.country.clone()],
            "location_id" => vec![id.to_string()],
            "name" => vec![name.clone()],
            "zip" => vec![address.zip.clone()],
            _ => Vec::new(),
        }
    }

    fn text(&self) -> String {
        format!("{} {}", self.0.name, self.0.address.city)
    }
}
