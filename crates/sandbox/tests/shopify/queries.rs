//! What can be asked.

use crate::world::{ORDER, SHOP, TOKEN, World};
use serde_json::{Value, json};

/// Every field of an order that a plugin may want.
const WHOLE_ORDER: &str = r"
query($id: ID!) {
  order(id: $id) {
    id legacyResourceId name email phone note tags closed confirmed cancelledAt cancelReason createdAt processedAt
    updatedAt currencyCode displayFinancialStatus displayFulfillmentStatus refundable statusPageUrl test
    subtotalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount } }
    totalPriceSet { shopMoney { amount currencyCode } }
    currentTotalPriceSet { shopMoney { amount } }
    totalReceivedSet { shopMoney { amount } }
    totalRefundedSet { shopMoney { amount } }
    totalOutstandingSet { shopMoney { amount } }
    totalShippingPriceSet { shopMoney { amount } }
    customer { id displayName email phone locale numberOfOrders amountSpent { amount currencyCode } tags state
      defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } defaultAddress { city formatted }
      lastOrder { name } orders(first: 5) { nodes { name } } }
    lineItems(first: 10) { edges { cursor node { id title name sku variantTitle quantity currentQuantity
      refundableQuantity unfulfilledQuantity originalUnitPriceSet { shopMoney { amount } }
      product { handle } variant { price title } } } pageInfo { hasNextPage endCursor } }
    fulfillments(first: 5) { name status displayStatus totalQuantity trackingInfo { company number url } }
    refunds(first: 5) { id totalRefundedSet { shopMoney { amount } } }
    transactions(first: 5) { id kind gateway status amountSet { shopMoney { amount } } parentTransaction { id } }
    suggestedRefund(suggestFullRefund: true) { amountSet { shopMoney { amount } }
      maximumRefundableSet { shopMoney { amount } } refundLineItems { quantity lineItem { id } }
      shipping { amountSet { shopMoney { amount } } }
      suggestedTransactions { kind gateway amountSet { shopMoney { amount } } parentTransaction { id } } }
  }
}";

#[tokio::test]
async fn an_order_has_all_its_fields_and_its_ids_are_exact() {
    let world = World::start().await;
    let order = world.data(WHOLE_ORDER, json!({ "id": ORDER })).await["order"].clone();
    assert_eq!((&order["id"], &order["legacyResourceId"]), (&json!(ORDER), &json!("9070000000001000002")));
    assert_eq!(order["totalPriceSet"]["shopMoney"], json!({ "amount": "218.8", "currencyCode": "EUR" }));
    assert_eq!(
        (&order["displayFinancialStatus"], &order["displayFulfillmentStatus"]),
        (&json!("PAID"), &json!("UNFULFILLED"))
    );
    assert_eq!(order["lineItems"]["edges"][0]["node"]["name"], "Lamp Älva - White");
    assert_eq!(order["lineItems"]["edges"][0]["node"]["variant"]["price"], "84.50");
    assert_eq!(order["customer"]["displayName"], "José Álvarez");
    assert_eq!(order["customer"]["numberOfOrders"], "1");
    assert_eq!(order["customer"]["amountSpent"]["amount"], "218.8");
    assert_eq!(order["customer"]["orders"]["nodes"], json!([{ "name": "#1002" }]));
    let suggested = &order["suggestedRefund"];
    assert_eq!(suggested["amountSet"]["shopMoney"]["amount"], "218.8");
    assert_eq!(suggested["suggestedTransactions"][0]["parentTransaction"]["id"], order["transactions"][0]["id"]);
}

#[tokio::test]
async fn a_parcel_says_where_it_is() {
    let world = World::start().await;
    let query = "{ orders(first: 1, query: \"name:#1001\") { nodes { displayFulfillmentStatus fulfillments { trackingInfo { number url } } } } }";
    let order = world.data(query, Value::Null).await["orders"]["nodes"][0].clone();
    assert_eq!(order["displayFulfillmentStatus"], "FULFILLED");
    assert_eq!(order["fulfillments"][0]["trackingInfo"][0]["number"], "JD000000000000000001");
}

#[tokio::test]
async fn orders_are_found_by_email_and_by_their_customers_phone() {
    let world = World::start().await;
    let by_email =
        "query($q: String) { orders(first: 10, query: $q, sortKey: CREATED_AT, reverse: true) { nodes { name } } }";
    let found = world.data(by_email, json!({ "q": "email:maren@example.com" })).await;
    assert_eq!(found["orders"]["nodes"], json!([{ "name": "#1001" }]));
    let by_phone =
        "query($q: String) { customers(first: 1, query: $q) { nodes { orders(first: 10) { nodes { name } } } } }";
    let found = world.data(by_phone, json!({ "q": "phone:+15555550102" })).await;
    assert_eq!(found["customers"]["nodes"][0]["orders"]["nodes"], json!([{ "name": "#1002" }]));
}

/// The trap of the real API: everybody's orders, and a warning that only who looks for it sees.
#[tokio::test]
async fn orders_cannot_be_searched_by_phone() {
    let world = World::start().await;
    let query = "{ found: orders(first: 10, query: \"phone:+15555550102\") { nodes { name } } }";
    let answer = world.ask(query, Value::Null).await;
    assert_eq!(answer.json["data"]["found"]["nodes"].as_array().unwrap().len(), 3);
    let search = &answer.json["extensions"]["search"][0];
    assert_eq!(search["path"], json!(["found"]));
    assert_eq!(
        (&search["warnings"][0]["field"], &search["warnings"][0]["code"]),
        (&json!("phone"), &json!("invalid_field"))
    );
}

#[tokio::test]
async fn products_nodes_shop_and_installation_are_answered() {
    let world = World::start().await;
    let query = r#"{
      shop { id name myshopifyDomain currencyCode ianaTimezone plan { publicDisplayName } }
      currentAppInstallation { id app { apiKey } accessScopes { handle } }
      products(first: 5, query: "title:lamp") { nodes { title totalInventory priceRangeV2 { minVariantPrice { amount } }
        variants(first: 5) { nodes { sku inventoryQuantity availableForSale } } } }
      node(id: "gid://shopify/Customer/7101") { id ... on Customer { displayName phone } ... on Order { name } }
      missing: order(id: "gid://shopify/Order/1") { id }
    }"#;
    let data = world.data(query, Value::Null).await;
    assert_eq!(data["shop"]["myshopifyDomain"], SHOP);
    assert_eq!(data["products"]["nodes"][0]["priceRangeV2"]["minVariantPrice"]["amount"], "84.5");
    assert_eq!(data["node"], json!({ "id": "gid://shopify/Customer/7101", "displayName": "Zoë 🌻", "phone": null }));
    assert_eq!(data["missing"], Value::Null);
}

#[tokio::test]
async fn what_the_schema_does_not_have_is_refused_before_anything_runs() {
    let world = World::start().await;
    let unknown = world.ask("{ order(id: \"1\") { nmae } }", Value::Null).await;
    assert_eq!((unknown.status, unknown.json.get("data")), (200, None));
    assert_eq!(unknown.json["errors"][0]["locations"][0]["line"], 1, "{}", unknown.json);
    let variable = world.ask("query($n: Int!) { orders(first: $n) { nodes { id } } }", json!({ "n": "ten" })).await;
    assert!(variable.json["errors"][0]["message"].is_string(), "{}", variable.json);
    let size = world.ask("{ orders { nodes { id } } }", Value::Null).await;
    assert_eq!(size.json["errors"][0]["message"], "you must provide one of first or last");
}

#[tokio::test]
async fn tokens_scopes_shops_versions_and_bodies_are_checked() {
    let world = World::with(|shop| shop.scopes = vec!["read_products".to_owned()]).await;
    let query = "{ shop { name } }";
    assert_eq!(world.ask_version("2026-10", "shpat_other", query, Value::Null).await.status, 401);
    assert_eq!(world.ask_version("2026-02", TOKEN, query, Value::Null).await.status, 404);
    let old = world.ask_version("2024-01", TOKEN, query, Value::Null).await;
    assert_eq!((old.status, &old.headers["x-shopify-api-version"]), (200, &"2026-01".parse().unwrap()));
    assert_eq!(world.ask("{ orders(first: 1) { nodes { id } } }", Value::Null).await.code(), "ACCESS_DENIED");
    let request = world.request(reqwest::Method::POST, "/admin/api/2026-10/graphql.json");
    let request = request.header("x-shopify-access-token", TOKEN).body("{");
    assert_eq!(crate::world::answer(request).await.status, 400);
    let elsewhere = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/admin/api/2026-10/graphql.json", world.sandbox.url());
    let elsewhere = elsewhere.post(url).header("host", "other.myshopify.com").json(&json!({ "query": query }));
    assert_eq!(crate::world::answer(elsewhere).await.status, 404);
}

#[tokio::test]
async fn the_schema_can_be_asked_for() {
    let world = World::start().await;
    let query = "{ __type(name: \"Order\") { fields { name } } }";
    let data = world.data(query, Value::Null).await;
    let fields = data["__type"]["fields"].as_array().unwrap();
    assert!(fields.iter().any(|field| field["name"] == "suggestedRefund"));
}

#[tokio::test]
async fn locations_are_the_active_ones_unless_all_are_asked_for() {
    let world = World::start().await;
    let query = "query($all: Boolean) { locations(first: 5, includeInactive: $all) { nodes { name isActive address { city country } } } }";
    let active = world.data(query, Value::Null).await["locations"]["nodes"].clone();
    let address = json!({ "city": "Kiel", "country": "Germany" });
    assert_eq!(active, json!([{ "name": "Warehouse", "isActive": true, "address": address }]));
    let all = world.data(query, json!({ "all": true })).await["locations"]["nodes"].clone();
    assert_eq!((&all[0]["name"], &all[0]["isActive"]), (&json!("Old shop"), &json!(false)));
    let one = "{ location(id: \"gid://shopify/Location/7901\") { name legacyResourceId } }";
    assert_eq!(world.data(one, Value::Null).await["location"]["legacyResourceId"], "7901");
    let world = World::with(|shop| shop.scopes = vec!["write_orders".to_owned()]).await;
    assert_eq!(world.ask(query, Value::Null).await.code(), "ACCESS_DENIED");
}

#[tokio::test]
async fn the_versions_of_the_api_are_told_the_oldest_first() {
    let world = World::start().await;
    let told = world.data("{ publicApiVersions { handle displayName supported } }", Value::Null).await;
    let told = told["publicApiVersions"].as_array().unwrap();
    let supported: Vec<&Value> = told.iter().filter(|it| it["supported"] == true).map(|it| &it["handle"]).collect();
    assert_eq!(supported, ["2026-01", "2026-04", "2026-07", "2026-10"]);
    for version in told {
        let handle = version["handle"].as_str().unwrap();
        assert_eq!(world.ask_version(handle, TOKEN, "{ shop { name } }", Value::Null).await.status, 200, "{handle}");
    }
}

#[tokio::test]
async fn products_are_found_by_relevance_with_their_pictures_and_pages() {
    let world = World::start().await;
    let query = r"query($q: String) { products(first: 5, query: $q, sortKey: RELEVANCE) { nodes {
        title tracksInventory onlineStoreUrl featuredMedia { id mediaContentType preview { image { url } } ... on MediaImage { image { altText } } } } } }";
    // `lamp` stands in the vase's vendor and in the lamp's title, which counts for more.
    let found = world.data(query, json!({ "q": "status:active lamp" })).await["products"]["nodes"].clone();
    assert_eq!((&found[0]["title"], &found[1]["title"]), (&json!("Lamp Älva"), &json!("Vase «Ærø»")));
    let media = &found[1]["featuredMedia"];
    assert_eq!(media["preview"]["image"]["url"], "https://cdn.example.com/vase-aero.jpg");
    assert_eq!((&media["image"]["altText"], &found[0]["featuredMedia"]), (&json!("Vase «Ærø»"), &Value::Null));
    assert_eq!(found[0]["onlineStoreUrl"], "https://lamps.myshopify.com/products/lamp-alva");
    assert_eq!(found[0]["tracksInventory"], true);
    let quoted = world.data(query, json!({ "q": "\"status:active\"" })).await;
    assert_eq!(quoted["products"]["nodes"], json!([]), "in quotation marks it is a text");
}
