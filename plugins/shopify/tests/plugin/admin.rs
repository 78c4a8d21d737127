//! The settings form: connection test, choices, settings.

use plugin_sdk::http::{Failure, FailureKind};
use plugin_sdk::testing::{MockHost, context};
use plugin_sdk::{Admin, CheckReport, Choice, ErrorKind};
use serde_json::{Value, json};
use signalbox_shopify::Shopify;
use signalbox_shopify::settings::Settings;

use crate::support::{answer, data, settings, shop};

const SCOPES: [&str; 4] = ["write_orders", "write_customers", "read_products", "read_locations"];

fn opened(domain: &str, scopes: &[&str]) -> Value {
    let scopes: Vec<Value> = scopes.iter().map(|scope| json!({"handle": scope})).collect();
    data(
        &json!({"shop": {"name": "Blue Kettle", "myshopifyDomain": domain}, "currentAppInstallation": {"accessScopes": scopes}}),
    )
}

fn failed(report: &CheckReport) -> Vec<&str> {
    report.checks.iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect()
}

#[test]
fn an_open_shop_is_shown() {
    // Who may write may read.
    let host = MockHost::new().json(200, &opened("blue-kettle.myshopify.com", &SCOPES));
    let report = Shopify::check(&shop(), &host).unwrap();
    assert!(report.ok, "{report:?}");
    assert_eq!(report.account.unwrap().name, "Blue Kettle");
    let names: Vec<&str> = report.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["credentials", "shop", "api_version", "scopes"]);
}

#[test]
fn each_missing_scope_is_named_with_what_is_lost() {
    let host = MockHost::new().json(200, &opened("blue-kettle.myshopify.com", &["read_orders", "read_customers"]));
    let report = Shopify::check(&shop(), &host).unwrap();
    assert_eq!(
        failed(&report),
        ["scope_write_orders", "scope_write_customers", "scope_read_products", "scope_read_locations"]
    );
    let message = &report.checks.iter().find(|check| !check.ok).unwrap().message;
    assert!(
        message.contains("write_orders") && message.contains("refunded") && message.contains("install the app again")
    );
}

#[test]
fn another_shop_and_another_version_are_noticed() {
    let body = opened("red-kettle.myshopify.com", &SCOPES).to_string();
    let host = MockHost::new().respond(answer(200, &body, &[("X-Shopify-API-Version", "2026-10")]));
    assert_eq!(failed(&Shopify::check(&shop(), &host).unwrap()), ["shop", "api_version"]);
}

#[test]
fn what_is_wrong_with_the_settings_is_a_report() {
    for (status, body, check) in [
        (401, r#"{"errors":"[API] Invalid API key or access token"}"#, "credentials"),
        (404, r#"{"errors":"Not Found"}"#, "shop"),
        (402, "{}", "shop"),
        (403, "{}", "shop"),
    ] {
        let report = Shopify::check(&shop(), &MockHost::new().respond(answer(status, body, &[]))).unwrap();
        assert_eq!((report.ok, failed(&report)), (false, vec![check]), "{status}");
    }
}

#[test]
fn trouble_on_the_way_is_an_error() {
    for (failure, kind) in [
        (Failure::unsent(FailureKind::Connect, "refused"), ErrorKind::Transient),
        (Failure::unsent(FailureKind::Denied, "policy"), ErrorKind::PermissionDenied),
    ] {
        assert_eq!(Shopify::check(&shop(), &MockHost::new().fail(failure)).unwrap_err().kind, kind);
    }
}

#[test]
fn locations_and_versions_can_be_chosen() {
    let locations = data(&json!({"locations": {"nodes": [
        {"id": "gid://shopify/Location/24826418", "name": "Springfield", "isActive": true, "address": {"city": "Springfield", "country": "Exampleland"}},
        {"id": "gid://shopify/Location/2", "name": "Closed", "isActive": false, "address": {}},
        {"id": "gid://shopify/Location/3", "name": "Harbour", "isActive": true, "address": {"city": null}},
    ]}}));
    let host = MockHost::new().json(200, &locations).json(200, &locations);
    let choices = Shopify::options(&shop(), &host, "/restock_location_id", "").unwrap();
    let described =
        Choice { description: Some("Springfield, Exampleland".to_owned()), ..Choice::new("24826418", "Springfield") };
    assert_eq!(choices, [described, Choice::new("3", "Harbour")]);
    assert_eq!(
        Shopify::options(&shop(), &host, "/restock_location_id", " HARB").unwrap(),
        [Choice::new("3", "Harbour")]
    );

    let versions = data(&json!({"publicApiVersions": [
        {"handle": "2025-10", "displayName": "2025-10", "supported": true},
        {"handle": "2026-04", "displayName": "2026-04", "supported": true},
        {"handle": "2026-07", "displayName": "2026-07 (Latest)", "supported": true},
        {"handle": "2026-10", "displayName": "2026-10 (Release candidate)", "supported": false},
        {"handle": "unstable", "displayName": "unstable", "supported": true},
    ]}));
    let host = MockHost::new().json(200, &versions);
    let choices = Shopify::options(&shop(), &host, "/api_version", "").unwrap();
    assert_eq!(choices, [Choice::new("2026-07", "2026-07 (Latest)"), Choice::new("2026-04", "2026-04")]);
    assert_eq!(Shopify::options(&shop(), &MockHost::new(), "/shop", "").unwrap_err().kind, ErrorKind::Unsupported);
}

#[test]
fn settings_are_complete_or_refused() {
    let read = Settings::of(&context(&settings())).unwrap();
    assert_eq!((read.api_version.as_str(), read.restock_location_id()), ("2026-07", Some("24826418")));
    let with = |name: &str, value: &str| {
        let mut settings = settings();
        settings[name] = value.into();
        Settings::of(&context(&settings))
    };
    assert_eq!(with("restock_location_id", "").unwrap().restock_location_id(), None);
    assert!(with("api_version", "2026-01").is_ok());
    for (name, value) in [
        ("shop", ""),
        ("shop", "blue-kettle.myshopify.com"),
        ("shop", "evil.example/"),
        ("shop_domain", "red-kettle.myshopify.com"),
        ("shop_domain", "blue-kettle.example.com"),
        ("api_version", "2025-10"),
        ("api_version", "latest"),
        ("api_version", "2026-07/../x"),
        ("colour", "blue"),
    ] {
        assert_eq!(with(name, value).unwrap_err().kind, ErrorKind::InvalidConfig, "{name} {value}");
    }
}

#[test]
fn settings_of_an_earlier_version_stay_as_they_are() {
    assert_eq!(Shopify::migrate_settings(&shop(), "0.0.9").unwrap(), settings());
}
