//! What the actions take and give. The manifest's schemas follow from these types, so `build.rs`
//! reads this file, too.
//!
//! Ids are texts of digits, for they exceed what a JavaScript number holds; amounts of money are
//! texts as Shopify writes them, in the currency the customer paid in.

use plugin_sdk::schemars::{self, JsonSchema};
use plugin_sdk::settings::schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The schemas of what an action takes and gives.
pub fn schemas(action: &str) -> Option<(Value, Value)> {
    Some(match action {
        "find_orders" => (schema::<FindOrders>(), schema::<FoundOrders>()),
        "get_order" => (schema::<GetOrder>(), schema::<Order>()),
        "find_products" => (schema::<FindProducts>(), schema::<FoundProducts>()),
        "tag_customer" => (schema::<TagCustomer>(), schema::<TaggedCustomer>()),
        "draft_refund" => (schema::<DraftRefund>(), schema::<RefundDraft>()),
        "commit_refund" => (schema::<Commit>(), schema::<RefundDone>()),
        "draft_cancel" => (schema::<DraftCancel>(), schema::<CancelDraft>()),
        "commit_cancel" => (schema::<Commit>(), schema::<CancelDone>()),
        _ => return None,
    })
}

/// Whose orders: at least one of the two.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindOrders {
    /// # E-mail address
    ///
    /// As given with the order.
    #[schemars(length(min = 3, max = 320))]
    pub email: Option<String>,
    /// # Telephone number
    ///
    /// Of the customer, in E.164 form with its `+`.
    #[schemars(length(min = 3, max = 32))]
    pub phone: Option<String>,
    /// At most
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 15))]
    pub limit: u8,
}

impl FindOrders {
    /// As many as one call of Shopify's can be paid for.
    pub const LIMIT_MAX: u8 = 15;
}

fn ten() -> u8 {
    10
}

/// Orders, the latest first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FoundOrders {
    pub orders: Vec<Order>,
}

/// Which order: exactly one of the two.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetOrder {
    /// # Order ID
    ///
    /// Digits, or Shopify's `gid://`.
    #[schemars(length(min = 1, max = 100))]
    pub id: Option<String>,
    /// # Order name
    ///
    /// As the customer knows it, for example `#1001`.
    #[schemars(length(min = 1, max = 100))]
    pub name: Option<String>,
}

/// An order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Order {
    pub id: String,
    /// As the customer knows it
    pub name: String,
    pub created_at: String,
    pub updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<String>,
    /// # Payment
    ///
    /// For example `paid`, `pending`, `partially_refunded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub financial_status: Option<String>,
    /// # Fulfilment
    ///
    /// For example `unfulfilled`, `fulfilled`, `in_progress`.
    pub fulfillment_status: String,
    pub currency: String,
    /// Total after edits and removals
    pub total: String,
    /// Refunded so far
    pub refunded: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// Page where the customer follows the order
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_url: Option<String>,
    pub tags: Vec<String>,
    pub items: Vec<LineItem>,
    pub shipments: Vec<Shipment>,
}

/// One line of an order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LineItem {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    pub quantity: u32,
    /// How many can still be refunded
    pub refundable: u32,
    /// Price of one, before discounts
    pub unit_price: String,
}

/// A parcel under way.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Shipment {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<String>,
}

/// Which products.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindProducts {
    /// # Words
    ///
    /// That stand in title, type, vendor or tags.
    #[schemars(length(min = 1, max = 200))]
    pub words: String,
    /// At most
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 50))]
    pub limit: u8,
}

/// Products, the best match first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FoundProducts {
    pub products: Vec<Product>,
}

/// A product.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Product {
    pub id: String,
    pub title: String,
    pub handle: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub currency: String,
    pub min_price: String,
    pub max_price: String,
    /// Over all locations and variants
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock: Option<i64>,
    /// Page in the online shop
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    pub variants: Vec<Variant>,
}

/// One form of a product.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Variant {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    pub price: String,
    pub available: bool,
}

/// Whose tags, by exactly one of id, e-mail address and telephone number; and which.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagCustomer {
    /// Customer ID
    #[schemars(length(min = 1, max = 100))]
    pub customer_id: Option<String>,
    /// E-mail address
    #[schemars(length(min = 3, max = 320))]
    pub email: Option<String>,
    /// # Telephone number
    ///
    /// In E.164 form with its `+`.
    #[schemars(length(min = 3, max = 32))]
    pub phone: Option<String>,
    /// Tags to add
    #[serde(default)]
    #[schemars(length(max = 50), inner(length(min = 1, max = 40)))]
    pub add: Vec<String>,
    /// Tags to remove
    #[serde(default)]
    #[schemars(length(max = 50), inner(length(min = 1, max = 40)))]
    pub remove: Vec<String>,
}

/// A customer's tags, as they are now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TaggedCustomer {
    pub customer_id: String,
    pub tags: Vec<String>,
}

/// What to refund. Without `items`, everything that is left.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftRefund {
    /// Order ID
    #[schemars(length(min = 1, max = 100))]
    pub order_id: String,
    /// # Items
    ///
    /// Without any, everything that can still be refunded, shipping included.
    #[schemars(length(min = 1, max = 100))]
    pub items: Option<Vec<RefundItem>>,
    /// # Refund shipping
    ///
    /// With `items`: whether what is left of the shipping costs is refunded, too.
    #[serde(default)]
    pub shipping: bool,
    /// # Put back to stock
    ///
    /// Needs the location for returns among the settings.
    #[serde(default)]
    pub restock: bool,
    /// Tell the customer
    #[serde(default)]
    pub notify: bool,
    /// # Reason
    ///
    /// For the shop, not for the customer.
    #[schemars(length(max = 200))]
    pub note: Option<String>,
}

/// How many of one line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundItem {
    /// Line item ID
    #[schemars(length(min = 1, max = 100))]
    pub line_item_id: String,
    /// How many
    #[schemars(range(min = 1))]
    pub quantity: u32,
}

/// A refund that can be made.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RefundDraft {
    /// Makes the refund, with `commit_refund`
    pub token: String,
    /// # Valid until
    ///
    /// In milliseconds since the Unix epoch.
    pub expires_at_ms: u64,
    pub order_id: String,
    pub order_name: String,
    pub currency: String,
    /// What the customer gets back
    pub amount: String,
    /// Shipping costs in it
    pub shipping: String,
    pub items: Vec<RefundItem>,
    /// In words
    pub summary: String,
}

/// The token of a draft.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    /// # Token
    ///
    /// Of the draft.
    #[schemars(length(min = 1, max = 100))]
    pub token: String,
}

/// A refund that was made.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RefundDone {
    pub refund_id: String,
    pub order_id: String,
    pub order_name: String,
    pub currency: String,
    pub amount: String,
}

/// Which order to cancel, and how.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftCancel {
    /// Order ID
    #[schemars(length(min = 1, max = 100))]
    pub order_id: String,
    /// Reason
    pub reason: CancelReason,
    /// # Refund
    ///
    /// Whether what was paid goes back to where it came from.
    #[serde(default = "yes")]
    pub refund: bool,
    /// Put back to stock
    #[serde(default = "yes")]
    pub restock: bool,
    /// Tell the customer
    #[serde(default = "yes")]
    pub notify: bool,
    /// # Note
    ///
    /// For the shop, not for the customer.
    #[schemars(length(max = 200))]
    pub note: Option<String>,
}

fn yes() -> bool {
    true
}

/// Why an order is cancelled, in Shopify's words.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    Customer,
    Declined,
    Fraud,
    Inventory,
    Staff,
    Other,
}

/// A cancellation that can be made.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CancelDraft {
    /// Cancels the order, with `commit_cancel`
    pub token: String,
    /// # Valid until
    ///
    /// In milliseconds since the Unix epoch.
    pub expires_at_ms: u64,
    pub order_id: String,
    pub order_name: String,
    pub currency: String,
    /// What the customer gets back
    pub amount: String,
    /// In words
    pub summary: String,
}

/// A cancellation that was asked for.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CancelDone {
    pub order_id: String,
    pub order_name: String,
    /// # State
    ///
    /// `cancelling`: Shopify has taken it and does it in the background; the event `shopify.order_cancelled` follows.
    pub state: CancelState,
}

/// How far a cancellation is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelState {
    Cancelling,
    Cancelled,
}
