//! What the headers say of a webhook, in either of Shopify's two families of names: `X-Shopify-…`
//! of webhooks, and `shopify-…` of Events, which send the others along for now.

use plugin_sdk::InboundRequest;

/// The headers that matter.
pub(super) struct Delivery<'r> {
    /// `orders/create` of a webhook, `Order` of Events.
    pub topic: &'r str,
    /// `create`, `update` or `delete`; of Events only.
    pub action: Option<&'r str>,
    /// `blue-kettle.myshopify.com`.
    pub shop: Option<&'r str>,
    /// The same for every attempt to deliver it.
    pub webhook_id: Option<&'r str>,
    /// The same for every subscription that one occurrence meets.
    pub event_id: Option<&'r str>,
    /// RFC 3339.
    pub triggered_at: Option<&'r str>,
}

impl<'r> Delivery<'r> {
    pub fn of(request: &'r InboundRequest) -> Self {
        let header = |events: &str, webhooks: &str| request.header(events).or_else(|| request.header(webhooks));
        Self {
            topic: header("shopify-topic", "x-shopify-topic").unwrap_or("unknown_topic"),
            action: request.header("shopify-action"),
            shop: header("shopify-shop-domain", "x-shopify-shop-domain"),
            webhook_id: header("shopify-webhook-id", "x-shopify-webhook-id"),
            event_id: header("shopify-event-id", "x-shopify-event-id"),
            triggered_at: header("shopify-triggered-at", "x-shopify-triggered-at"),
        }
    }
}
