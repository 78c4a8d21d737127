//! What the tests share: settings, fixtures, answers and calls as the host makes them.

use std::path::{Path, PathBuf};

use plugin_sdk::actions::{Actions, Call};
use plugin_sdk::http::{Header, Request, Response};
use plugin_sdk::testing::{MockHost, context, webhook};
use plugin_sdk::{Context, Event, InboundRequest, PluginError, Webhooks};
use serde_json::{Value, json};
use signalbox_shopify::Shopify;

/// The settings of a shop.
pub fn settings() -> Value {
    json!({"shop": "blue-kettle", "shop_domain": "blue-kettle.myshopify.com", "restock_location_id": "24826418"})
}

/// A call's context with these settings.
pub fn shop() -> Context {
    context(&settings())
}

/// Runs an action.
pub fn act(host: &MockHost, name: &str, input: &Value) -> Result<Value, PluginError> {
    let call = Call { name: name.to_owned(), input: input.clone(), idempotency_key: "key-1".to_owned() };
    Shopify::invoke(&shop(), host, &call)
}

/// An answer of the GraphQL API with its data.
pub fn data(data: &Value) -> Value {
    json!({"data": data, "extensions": {"cost": {"requestedQueryCost": 12, "actualQueryCost": 4}}})
}

/// An answer of any status, body and headers.
pub fn answer(status: u16, body: &str, headers: &[(&str, &str)]) -> Response {
    let header = |(name, value): &(&str, &str)| Header { name: (*name).to_owned(), value: value.as_bytes().to_vec() };
    Response { status, headers: headers.iter().map(header).collect(), body: body.as_bytes().to_vec() }
}

/// The GraphQL document and the variables of a request.
pub fn asked(request: &Request) -> (String, Value) {
    let body: Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
    (body["query"].as_str().unwrap().to_owned(), body["variables"].clone())
}

/// The variables of the request at `index`.
pub fn variables(host: &MockHost, index: usize) -> Value {
    asked(&host.requests()[index]).1
}

/// A webhook of a topic, as Shopify sends it.
pub fn hook(topic: &str, body: impl Into<Vec<u8>>) -> InboundRequest {
    with_headers(
        body,
        &[
            ("X-Shopify-Topic", topic),
            ("X-Shopify-Shop-Domain", "blue-kettle.myshopify.com"),
            ("X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
            ("X-Shopify-Event-Id", "98880550-7158-44d4-b7cd-2c97c8a091b5"),
            ("X-Shopify-API-Version", "2026-07"),
            ("X-Shopify-Triggered-At", "2026-05-28T20:26:39.004Z"),
        ],
    )
}

/// A webhook with these headers.
pub fn with_headers(body: impl Into<Vec<u8>>, headers: &[(&str, &str)]) -> InboundRequest {
    let mut request = webhook(body);
    let header = |(name, value): &(&str, &str)| Header { name: (*name).to_owned(), value: value.as_bytes().to_vec() };
    request.headers.extend(headers.iter().map(header));
    request
}

/// Parses a webhook.
pub fn parse(request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
    Shopify::parse(&shop(), request)
}

/// Every webhook among the fixtures: its name, its topic and its body.
pub fn fixtures() -> Vec<(String, String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found = Vec::new();
    for folder in entries(&root).into_iter().filter(|path| path.is_dir()) {
        for file in entries(&folder) {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let resource = folder.file_name().unwrap().to_str().unwrap();
            let what = name.split('@').next().unwrap();
            found.push((format!("{resource}_{name}"), format!("{resource}/{what}"), std::fs::read(&file).unwrap()));
        }
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// One fixture's body.
pub fn fixture(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)).unwrap()
}

/// An order as the API gives it.
pub fn order(id: &str, name: &str, created_at: &str) -> Value {
    let money = |amount: &str| json!({"presentmentMoney": {"amount": amount, "currencyCode": "EUR"}});
    json!({
        "id": format!("gid://shopify/Order/{id}"), "name": name, "createdAt": created_at, "updatedAt": "2026-05-28T20:00:00Z",
        "cancelledAt": null, "cancelReason": null, "displayFinancialStatus": "PARTIALLY_REFUNDED",
        "displayFulfillmentStatus": "FULFILLED", "currentTotalPriceSet": money("54.90"), "totalRefundedSet": money("5.00"),
        "email": "jane.doe@example.com", "phone": null, "statusPageUrl": "https://blue-kettle.example.com/orders/1",
        "tags": ["gift"], "customer": {"id": "gid://shopify/Customer/207119551"},
        "lineItems": {"nodes": [{"id": "gid://shopify/LineItem/466157049001", "title": "Kettle", "variantTitle": "blue",
            "sku": "KETTLE-B", "quantity": 2, "refundableQuantity": 1, "originalUnitPriceSet": money("27.45")}]},
        "fulfillments": [
            {"displayStatus": "IN_TRANSIT", "trackingInfo": [{"company": "Example Post", "number": "1Z2345",
                "url": "https://tracking.example.com/1Z2345"}]},
            {"displayStatus": "FULFILLED", "trackingInfo": []},
        ],
    })
}
