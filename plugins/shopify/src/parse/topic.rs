//! Topics of webhooks and what their events are called.

/// The topics whose events have names in the words of this product.
const NAMES: &[(&str, &str)] = &[
    ("orders/create", "order_created"),
    ("orders/updated", "order_updated"),
    ("orders/paid", "order_paid"),
    ("orders/partially_fulfilled", "order_partially_fulfilled"),
    ("orders/fulfilled", "order_fulfilled"),
    ("orders/cancelled", "order_cancelled"),
    ("orders/delete", "order_deleted"),
    ("refunds/create", "order_refunded"),
    ("fulfillments/create", "fulfillment_created"),
    ("fulfillments/update", "fulfillment_updated"),
    ("checkouts/create", "checkout_created"),
    ("checkouts/update", "checkout_updated"),
    ("checkouts/delete", "checkout_deleted"),
    ("carts/create", "cart_created"),
    ("carts/update", "cart_updated"),
    ("customers/create", "customer_created"),
    ("customers/update", "customer_updated"),
    ("customers/delete", "customer_deleted"),
];

/// The name of a topic's event. One of Shopify's Events has an action beside a bare topic and a body
/// of its own shape, so `Order` and `create` make `shopify.event_order_create`, not the name of the
/// webhook's event.
pub(super) fn event_name(topic: &str, action: Option<&str>) -> String {
    let mut name = "shopify.".to_owned();
    if let Some((_, known)) = NAMES.iter().find(|(known, _)| *known == topic) {
        name.push_str(known);
        return name;
    }
    match action {
        Some(action) if !topic.contains('/') => {
            name.push_str("event_");
            push_words(topic, &mut name);
            name.push('_');
            push_words(action, &mut name);
        }
        _ => push_words(topic, &mut name),
    }
    name
}

/// Whether the body's e-mail address and telephone number are a customer's. Of `app/…` and `shop/…`
/// they are the merchant's. Who was deleted or is to be forgotten is not named: that would bring them back.
pub(super) fn names_customer(topic: &str) -> bool {
    if matches!(topic, "customers/delete" | "customers/redact") {
        return false;
    }
    let resource = topic.split('/').next().unwrap_or_default();
    matches!(resource, "orders" | "draft_orders" | "checkouts" | "carts" | "fulfillments" | "customers")
}

/// Whether the body is a customer.
pub(super) fn is_customer(topic: &str) -> bool {
    matches!(
        topic,
        "customers/create" | "customers/update" | "customers/delete" | "customers/enable" | "customers/disable"
    )
}

/// Whether it tells how a customer's profile is now. A deleted one has none.
pub(super) fn changes_customer(topic: &str) -> bool {
    is_customer(topic) && topic != "customers/delete"
}

/// `ProductVariant` and `product_variants/in_stock` in lower case with underscores.
fn push_words(text: &str, name: &mut String) {
    let mut after_lower = false;
    for character in text.chars() {
        if character.is_ascii_uppercase() && after_lower {
            name.push('_');
        }
        after_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        name.push(if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' });
    }
}

#[cfg(test)]
mod tests {
    use super::event_name;

    #[test]
    fn topics_have_names_known_or_not() {
        for (topic, action, name) in [
            ("orders/create", None, "shopify.order_created"),
            ("refunds/create", None, "shopify.order_refunded"),
            ("customers/data_request", None, "shopify.customers_data_request"),
            ("product_listings/add", None, "shopify.product_listings_add"),
            ("orders/create", Some("create"), "shopify.order_created"),
            ("Order", Some("create"), "shopify.event_order_create"),
            ("ProductVariant", Some("update"), "shopify.event_product_variant_update"),
            ("Ümlaut.x", None, "shopify._mlaut_x"),
        ] {
            assert_eq!(event_name(topic, action), name);
        }
    }
}
