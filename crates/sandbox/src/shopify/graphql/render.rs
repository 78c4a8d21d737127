//! Records as objects of the GraphQL schema.
//!
//! An array stands for a list or, where the schema has a connection, for its nodes. What leads to another record
//! (an order's customer, a customer's orders) is resolved when it is asked for, so that no object contains itself.

use crate::shopify::Shop;
use crate::shopify::admin::{RELEASE_CANDIDATE, VERSIONS};
use crate::shopify::records::{
    Address, Customer, Fulfillment, Line, Location, Order, Product, Refund, RefundLine, Subscription, Transaction,
    Variant, decimal, fixed,
};
use serde_json::{Value, json};

/// `gid://shopify/Order/1`.
pub(crate) fn gid(kind: &str, id: u64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

/// The number in a global id of this kind.
pub(crate) fn number(kind: &str, gid: &str) -> Option<u64> {
    gid.strip_prefix("gid://shopify/")?.strip_prefix(kind)?.strip_prefix('/')?.parse().ok()
}

pub(super) fn money(minor: i64) -> Value {
    json!({ "amount": decimal(minor), "currencyCode": Shop::CURRENCY })
}

pub(super) fn money_bag(minor: i64) -> Value {
    json!({ "shopMoney": money(minor), "presentmentMoney": money(minor) })
}

pub(super) fn shop(shop: &Shop) -> Value {
    json!({
        "id": gid("Shop", shop.id()),
        "name": Shop::NAME,
        "email": "shop@example.com",
        "myshopifyDomain": shop.domain,
        "url": format!("https://{}", shop.domain),
        "currencyCode": Shop::CURRENCY,
        "ianaTimezone": "Europe/Berlin",
        "plan": { "publicDisplayName": "Basic", "partnerDevelopment": false, "shopifyPlus": false },
    })
}

pub(super) fn installation(shop: &Shop) -> Value {
    let scopes: Vec<Value> =
        shop.scopes.iter().map(|scope| json!({ "handle": scope, "description": scope.replace('_', " ") })).collect();
    json!({
        "__typename": "AppInstallation",
        "id": gid("AppInstallation", shop.id()),
        "app": { "id": gid("App", 1), "title": "Signalbox", "apiKey": shop.client_id },
        "accessScopes": scopes,
    })
}

pub(super) fn customer<'r>(customer: &Customer, orders: impl Iterator<Item = &'r Order>) -> Value {
    let (mut count, mut spent) = (0_u64, 0);
    for order in orders {
        count += 1;
        spent += order.received() - order.refunded();
    }
    json!({
        "__typename": "Customer",
        "id": gid("Customer", customer.id),
        "legacyResourceId": customer.id.to_string(),
        "displayName": customer.display_name(),
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "email": customer.email,
        "phone": customer.phone,
        "defaultEmailAddress": customer.email.as_ref().map(|email| json!({ "emailAddress": email })),
        "defaultPhoneNumber": customer.phone.as_ref().map(|phone| json!({ "phoneNumber": phone })),
        "defaultAddress": customer.address.as_ref().map(address),
        "verifiedEmail": customer.email.is_some(),
        "locale": customer.locale,
        "note": customer.note,
        "tags": customer.tags,
        "state": "DISABLED",
        "numberOfOrders": count.to_string(),
        "amountSpent": money(spent),
        "createdAt": customer.created_at,
        "updatedAt": customer.updated_at(),
    })
}

fn address(address: &Address) -> Value {
    json!({
        "address1": address.address1,
        "city": address.city,
        "zip": address.zip,
        "country": address.country,
        "countryCodeV2": address.country_code,
        "formatted": [address.address1, format!("{} {}", address.zip, address.city), address.country],
    })
}

pub(super) fn product(product: &Product, shop: &Shop) -> Value {
    let prices = || product.variants.iter().map(|variant| variant.price);
    // Drafts are not in the online shop.
    let url = (product.status == "ACTIVE").then(|| format!("https://{}/products/{}", shop.domain, product.handle));
    json!({
        "__typename": "Product",
        "id": gid("Product", product.id),
        "legacyResourceId": product.id.to_string(),
        "title": product.title,
        "handle": product.handle,
        "description": product.description,
        "vendor": product.vendor,
        "productType": product.kind,
        "status": product.status,
        "tags": product.tags,
        "onlineStoreUrl": url,
        "featuredMedia": product.image.as_ref().map(|url| media(product, url)),
        "tracksInventory": product.tracked,
        "totalInventory": product.variants.iter().map(|variant| variant.inventory).sum::<i64>(),
        "priceRangeV2": {
            "minVariantPrice": money(prices().min().unwrap_or_default()),
            "maxVariantPrice": money(prices().max().unwrap_or_default()),
        },
        "variants": product.variants.iter().map(|it| variant(product, it)).collect::<Vec<_>>(),
        "createdAt": product.created_at,
        "updatedAt": product.updated_at(),
    })
}

fn media(product: &Product, url: &str) -> Value {
    let id = gid("MediaImage", product.id);
    let image = json!({ "id": gid("ImageSource", product.id), "altText": product.title, "url": url });
    json!({
        "__typename": "MediaImage",
        "id": id,
        "alt": product.title,
        "image": image,
        "mediaContentType": "IMAGE",
        "preview": { "image": image, "status": "READY" },
        "status": "READY",
    })
}

fn variant(product: &Product, variant: &Variant) -> Value {
    json!({
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", variant.id),
        "legacyResourceId": variant.id.to_string(),
        "title": variant.title,
        "displayName": format!("{} - {}", product.title, variant.title),
        "sku": variant.sku,
        // Unlike `Decimal`, `Money` has two places.
        "price": fixed(variant.price),
        "inventoryQuantity": variant.inventory,
        "availableForSale": (variant.inventory > 0 || !product.tracked) && product.status == "ACTIVE",
    })
}

/// The variant with this id, wherever it is.
pub(super) fn find_variant(products: &[Product], id: u64) -> Option<Value> {
    products.iter().find_map(|it| it.variants.iter().find(|variant| variant.id == id).map(|found| variant(it, found)))
}

pub(super) fn order(order: &Order, shop: &Shop) -> Value {
    json!({
        "__typename": "Order",
        "id": gid("Order", order.id),
        "legacyResourceId": order.id.to_string(),
        "name": order.name(),
        "email": order.email,
        "phone": order.phone,
        "note": order.note,
        "tags": order.tags,
        "test": false,
        "confirmed": true,
        "closed": order.cancelled.is_some(),
        "cancelledAt": order.cancelled.as_ref().map(|it| it.at),
        "cancelReason": order.cancelled.as_ref().map(|it| &it.reason),
        "createdAt": order.created_at,
        "processedAt": order.created_at,
        "updatedAt": order.updated_at(),
        "currencyCode": Shop::CURRENCY,
        "displayFinancialStatus": order.financial_status(),
        "displayFulfillmentStatus": order.fulfillment_status(),
        "refundable": order.received() > order.refunded(),
        "statusPageUrl": format!("https://{}/orders/{}/status", shop.domain, order.id),
        "subtotalPriceSet": money_bag(order.subtotal()),
        "totalShippingPriceSet": money_bag(order.shipping),
        "totalPriceSet": money_bag(order.total()),
        "currentTotalPriceSet": money_bag(order.current_total()),
        "totalReceivedSet": money_bag(order.received()),
        "totalRefundedSet": money_bag(order.refunded()),
        "totalOutstandingSet": money_bag(if order.received() == 0 { order.current_total() } else { 0 }),
        "currentSubtotalLineItemsQuantity": order.lines.iter().map(|line| order.current_quantity(line)).sum::<u32>(),
        "shippingAddress": order.shipping_address.as_ref().map(address),
        "lineItems": order.lines.iter().map(|it| line(order, it)).collect::<Vec<_>>(),
        "fulfillments": order.fulfillments.iter().map(|it| fulfillment(order, it)).collect::<Vec<_>>(),
        "transactions": order.transactions.iter().map(|it| transaction(order, it)).collect::<Vec<_>>(),
        "refunds": order.refunds.iter().map(|it| refund(order, it)).collect::<Vec<_>>(),
    })
}

pub(super) fn line(order: &Order, line: &Line) -> Value {
    json!({
        "__typename": "LineItem",
        "id": gid("LineItem", line.id),
        "title": line.title,
        "variantTitle": line.variant_title,
        "name": line.name(),
        "sku": line.sku,
        "quantity": line.quantity,
        "currentQuantity": order.current_quantity(line),
        "refundableQuantity": order.current_quantity(line),
        "unfulfilledQuantity": order.unfulfilled_quantity(line),
        "originalUnitPriceSet": money_bag(line.price),
        "originalTotalSet": money_bag(line.total()),
        "discountedTotalSet": money_bag(line.total()),
        "product": line.product.map(|id| json!({ "id": gid("Product", id) })),
        "variant": line.variant.map(|id| json!({ "id": gid("ProductVariant", id) })),
    })
}

fn fulfillment(order: &Order, parcel: &Fulfillment) -> Value {
    let position = order.fulfillments.iter().position(|it| it.id == parcel.id).unwrap_or_default() + 1;
    let tracked = parcel.company.is_some() || parcel.number.is_some() || parcel.url.is_some();
    let tracking = json!({ "company": parcel.company, "number": parcel.number, "url": parcel.url });
    json!({
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", parcel.id),
        "legacyResourceId": parcel.id.to_string(),
        "name": format!("{}-F{position}", order.name()),
        "status": "SUCCESS",
        "displayStatus": "FULFILLED",
        "totalQuantity": parcel.lines.iter().map(|line| line.quantity).sum::<u32>(),
        "trackingInfo": if tracked { vec![tracking] } else { Vec::new() },
        "createdAt": parcel.created_at,
        "updatedAt": parcel.created_at,
    })
}

pub(super) fn transaction(order: &Order, payment: &Transaction) -> Value {
    let parent = payment.parent.and_then(|id| order.transaction(id));
    json!({
        "__typename": "OrderTransaction",
        "id": gid("OrderTransaction", payment.id),
        "kind": payment.kind,
        "status": "SUCCESS",
        "gateway": payment.gateway,
        "amountSet": money_bag(payment.amount),
        "createdAt": payment.at,
        "parentTransaction": parent.map(|it| transaction(order, it)),
    })
}

pub(super) fn refund(order: &Order, refund: &Refund) -> Value {
    let transactions = || refund.transactions.iter().filter_map(|id| order.transaction(*id));
    json!({
        "__typename": "Refund",
        "id": gid("Refund", refund.id),
        "legacyResourceId": refund.id.to_string(),
        "note": refund.note,
        "createdAt": refund.at,
        "updatedAt": refund.at,
        "totalRefundedSet": money_bag(transactions().map(|it| it.amount).sum()),
        "transactions": transactions().map(|it| transaction(order, it)).collect::<Vec<_>>(),
        "refundLineItems": refund.lines.iter().filter_map(|it| refund_line(order, it)).collect::<Vec<_>>(),
    })
}

pub(super) fn refund_line(order: &Order, taken: &RefundLine) -> Option<Value> {
    let found = order.line(taken.line)?;
    Some(json!({
        "id": gid("RefundLineItem", taken.id),
        "lineItem": line(order, found),
        "quantity": taken.quantity,
        "restockType": taken.restock_type,
        "subtotalSet": money_bag(found.price * i64::from(taken.quantity)),
    }))
}

pub(super) fn location(location: &Location) -> Value {
    let Address { address1, city, zip, country, country_code } = &location.address;
    json!({
        "__typename": "Location",
        "id": gid("Location", location.id),
        "legacyResourceId": location.id.to_string(),
        "name": location.name,
        "isActive": location.active,
        "address": {
            "address1": address1,
            "city": city,
            "zip": zip,
            "country": country,
            "countryCode": country_code,
            "formatted": [address1, format!("{zip} {city}"), country],
        },
    })
}

/// The versions of the API: those that are promised for a year, and the next one, which is not yet.
pub(super) fn versions() -> Value {
    let stable = VERSIONS.map(|it| json!({ "handle": it, "displayName": it, "supported": true }));
    let name = format!("{RELEASE_CANDIDATE} (Release candidate)");
    let candidate = json!({ "handle": RELEASE_CANDIDATE, "displayName": name, "supported": false });
    stable.into_iter().chain([candidate]).collect()
}

pub(super) fn subscription(subscription: &Subscription) -> Value {
    json!({
        "__typename": "WebhookSubscription",
        "id": gid("WebhookSubscription", subscription.id),
        "legacyResourceId": subscription.id.to_string(),
        "topic": subscription.topic,
        "uri": subscription.uri,
        "callbackUrl": subscription.uri,
        "endpoint": { "__typename": "WebhookHttpEndpoint", "callbackUrl": subscription.uri },
        "metafieldNamespaces": [],
        "name": subscription.name,
        "format": "JSON",
        "filter": subscription.filter,
        "includeFields": subscription.include_fields,
        "apiVersion": {
            "handle": subscription.api_version,
            "displayName": subscription.api_version,
            "supported": true,
        },
        "createdAt": subscription.created_at,
        "updatedAt": subscription.created_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_global_id_is_read_only_as_its_own_kind() {
        assert_eq!(number("Order", &gid("Order", u64::MAX)), Some(u64::MAX));
        for other in ["gid://shopify/OrderTransaction/1", "gid://shopify/Customer/1", "gid://shopify/Order/x", "1", ""]
        {
            assert_eq!(number("Order", other), None, "{other}");
        }
    }
}
