//! What is looked up and done at once.

use insta::assert_json_snapshot;
use plugin_sdk::ErrorKind;
use plugin_sdk::testing::MockHost;
use serde_json::{Value, json};

use crate::support::{act, asked, data, order, variables};

#[test]
fn orders_are_found_by_address_and_number_each_once_the_latest_first() {
    let (first, second) = (order("1", "#1001", "2026-05-01T10:00:00Z"), order("2", "#1002", "2026-05-02T10:00:00Z"));
    let host = MockHost::new().json(200, &data(&json!({"orders": {"nodes": [first]}}))).json(
        200,
        &data(&json!({"customers": {"nodes": [{"orders": {"nodes": [second, first]}}, {"orders": {"nodes": []}}]}})),
    );
    let input = json!({"email": " Jane.Doe@Example.com", "phone": "+1 555 010-0199", "limit": 5});
    let found = act(&host, "find_orders", &input).unwrap();
    assert_json_snapshot!("found_orders", found);
    assert_eq!(variables(&host, 0), json!({"query": "email:\"jane.doe@example.com\"", "limit": 5, "lines": 10}));
    assert_eq!(variables(&host, 1), json!({"query": "phone:\"+15550100199\"", "limit": 5, "lines": 10}));
    for request in host.requests() {
        assert_eq!(request.url, "https://blue-kettle.myshopify.com/admin/api/2026-07/graphql.json");
        assert_eq!((request.method.as_str(), request.secret.as_deref()), ("POST", Some("access_token")));
    }
}

#[test]
fn nobodys_orders_are_none_and_no_question_is_an_error() {
    let host = MockHost::new().json(200, &data(&json!({"orders": {"nodes": []}})));
    assert_eq!(act(&host, "find_orders", &json!({"email": "x@example.com"})).unwrap(), json!({"orders": []}));
    for input in [json!({}), json!({"email": "nobody"}), json!({"phone": "555-0199"}), json!({"mail": "x@example.com"})]
    {
        let error = act(&MockHost::new(), "find_orders", &input).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput, "{input}");
    }
}

#[test]
fn an_order_is_looked_up_by_id_and_by_name() {
    let found = order("820982911946154508", "#1001", "2026-05-01T10:00:00Z");
    for id in ["820982911946154508", "gid://shopify/Order/820982911946154508"] {
        let host = MockHost::new().json(200, &data(&json!({"order": found})));
        assert_eq!(act(&host, "get_order", &json!({"id": id})).unwrap()["id"], "820982911946154508");
        assert_eq!(variables(&host, 0), json!({"id": "gid://shopify/Order/820982911946154508", "lines": 50}));
    }
    // The search finds #10010, too.
    let other = order("7", "#10010", "2026-05-03T10:00:00Z");
    for name in ["#1001", "1001"] {
        let host = MockHost::new().json(200, &data(&json!({"orders": {"nodes": [other, found]}})));
        assert_eq!(act(&host, "get_order", &json!({"name": name})).unwrap()["name"], "#1001");
    }
    let gone = MockHost::new().json(200, &data(&json!({"order": null})));
    assert_eq!(act(&gone, "get_order", &json!({"id": "1"})).unwrap_err().kind, ErrorKind::NotFound);
    let unlike = MockHost::new().json(200, &data(&json!({"orders": {"nodes": [other]}})));
    assert_eq!(act(&unlike, "get_order", &json!({"name": "#1001"})).unwrap_err().kind, ErrorKind::NotFound);
    for input in [json!({}), json!({"id": "1", "name": "#1"}), json!({"id": "1) { evil"})] {
        assert_eq!(act(&MockHost::new(), "get_order", &input).unwrap_err().kind, ErrorKind::InvalidInput, "{input}");
    }
}

#[test]
fn products_are_found_by_words_that_are_no_operators() {
    let host = MockHost::new().json(200, &data(&json!({"products": {"nodes": [
        {"id": "gid://shopify/Product/632910392", "title": "Kettle", "handle": "kettle", "vendor": "Acme", "productType": "",
         "totalInventory": 12, "tracksInventory": true, "onlineStoreUrl": "https://blue-kettle.example.com/products/kettle",
         "priceRangeV2": {"minVariantPrice": {"amount": "19.0", "currencyCode": "EUR"}, "maxVariantPrice": {"amount": "29.0"}},
         "featuredMedia": {"preview": {"image": {"url": "https://cdn.example.com/kettle.png"}}},
         "variants": {"nodes": [{"id": "gid://shopify/ProductVariant/1", "title": "blue", "sku": null, "price": "19.00",
            "availableForSale": true}]}},
        {"id": "gid://shopify/Product/2", "title": "Voucher", "handle": "voucher", "totalInventory": 0, "tracksInventory": false},
    ]}})));
    let found = act(&host, "find_products", &json!({"words": "kettle -blue status:draft"})).unwrap();
    assert_json_snapshot!("found_products", found);
    assert_eq!(variables(&host, 0), json!({"query": r#"status:active "kettle" "-blue" "status:draft""#, "limit": 10}));
    assert_eq!(
        act(&MockHost::new(), "find_products", &json!({"words": " "})).unwrap_err().kind,
        ErrorKind::InvalidInput
    );
}

fn tagged(tags: &[&str]) -> Value {
    json!({"node": {"id": "gid://shopify/Customer/207119551", "tags": tags}, "userErrors": []})
}

#[test]
fn a_customer_is_tagged_by_id_or_after_a_search() {
    let host =
        MockHost::new().json(200, &data(&json!({"added": tagged(&["old", "vip"]), "removed": tagged(&["vip"])})));
    let input = json!({"customer_id": "207119551", "add": ["vip"], "remove": ["old"]});
    assert_eq!(act(&host, "tag_customer", &input).unwrap(), json!({"customer_id": "207119551", "tags": ["vip"]}));
    let (document, variables) = asked(&host.requests()[0]);
    assert!(document.contains("tagsAdd") && document.contains("tagsRemove"));
    assert_eq!(
        variables,
        json!({"id": "gid://shopify/Customer/207119551", "add": ["vip"], "remove": ["old"], "adds": true, "removes": true})
    );

    let host = MockHost::new()
        .json(200, &data(&json!({"customers": {"nodes": [{"id": "gid://shopify/Customer/207119551"}]}})))
        .json(200, &data(&json!({"added": tagged(&["vip"])})));
    let input = json!({"email": "jane.doe@example.com", "add": ["vip"]});
    assert_eq!(act(&host, "tag_customer", &input).unwrap()["tags"], json!(["vip"]));
}

#[test]
fn tagging_needs_a_customer_and_tags() {
    for input in [
        json!({"customer_id": "1"}),
        json!({"add": ["vip"]}),
        json!({"customer_id": "1", "email": "jane@example.com", "add": ["vip"]}),
        json!({"customer_id": "x", "add": ["vip"]}),
    ] {
        assert_eq!(act(&MockHost::new(), "tag_customer", &input).unwrap_err().kind, ErrorKind::InvalidInput, "{input}");
    }
    let nobody = MockHost::new().json(200, &data(&json!({"customers": {"nodes": []}})));
    let error = act(&nobody, "tag_customer", &json!({"email": "x@example.com", "add": ["vip"]})).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    let objecting = MockHost::new().json(
        200,
        &data(&json!({"added": {"node": null, "userErrors": [
        {"field": ["id"], "message": "Customer does not exist"}]}})),
    );
    let error = act(&objecting, "tag_customer", &json!({"customer_id": "1", "add": ["vip"]})).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    assert!(error.message.contains("Customer does not exist"));
}

#[test]
fn an_unknown_action_is_unsupported() {
    assert_eq!(act(&MockHost::new(), "dance", &json!({})).unwrap_err().kind, ErrorKind::Unsupported);
}
