//! Products, found by words.

use plugin_sdk::PluginError;
use serde_json::{Value, json};

use crate::graphql::{Client, search};
use crate::model::{FindProducts, FoundProducts, Product, Variant};
use crate::{gid, json};

/// Only what the shop sells: drafts and archived products are nobody's business.
const FIND: &str = "query($query: String!, $limit: Int!) {
    products(first: $limit, query: $query, sortKey: RELEVANCE) { nodes {
        id title handle vendor productType totalInventory tracksInventory onlineStoreUrl
        priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount } }
        featuredMedia { preview { image { url } } }
        variants(first: 10) { nodes { id title sku price availableForSale } }
    } }
}";

/// Finds products, the best match first.
pub fn find(client: &Client<'_>, wanted: &FindProducts) -> Result<FoundProducts, PluginError> {
    let words = search::words(&wanted.words);
    if words.is_empty() {
        return Err(PluginError::invalid_input("at least one word is needed"));
    }
    let variables = json!({"query": format!("status:active {words}"), "limit": wanted.limit.clamp(1, 50)});
    let data = client.query(FIND, variables)?;
    Ok(FoundProducts { products: json::list(&data, "/products/nodes").iter().map(read).collect() })
}

fn read(product: &Value) -> Product {
    let text = |pointer: &str| json::text(product, pointer);
    let is_tracked = product.get("tracksInventory") == Some(&Value::Bool(true));
    Product {
        id: gid::digits(json::str(product, "/id").unwrap_or_default()).to_owned(),
        title: text("/title").unwrap_or_default(),
        handle: text("/handle").unwrap_or_default(),
        vendor: text("/vendor"),
        kind: text("/productType"),
        currency: text("/priceRangeV2/minVariantPrice/currencyCode").unwrap_or_default(),
        min_price: text("/priceRangeV2/minVariantPrice/amount").unwrap_or_default(),
        max_price: text("/priceRangeV2/maxVariantPrice/amount").unwrap_or_default(),
        // What is not counted has a stock of 0 that says nothing.
        stock: product.get("totalInventory").and_then(Value::as_i64).filter(|_| is_tracked),
        url: text("/onlineStoreUrl"),
        image_url: text("/featuredMedia/preview/image/url"),
        variants: json::list(product, "/variants/nodes").iter().map(variant).collect(),
    }
}

fn variant(variant: &Value) -> Variant {
    Variant {
        id: gid::digits(json::str(variant, "/id").unwrap_or_default()).to_owned(),
        title: json::text(variant, "/title").unwrap_or_default(),
        sku: json::text(variant, "/sku"),
        price: json::text(variant, "/price").unwrap_or_default(),
        available: variant.get("availableForSale") == Some(&Value::Bool(true)),
    }
}
