//! What one connection's plugin is shown of a request that serves several.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Sent, recipe};

fn portion(recipe_name: &str, body: &str, accounts: &[&str]) -> String {
    let accounts: BTreeSet<_> = accounts.iter().map(|account| (*account).to_owned()).collect();
    let sent = Sent::post(body);
    String::from_utf8(recipe(recipe_name).portion(&sent.request(), &accounts)).unwrap()
}

fn change(number: &str) -> Value {
    json!({"field": "messages", "value": {"metadata": {"phone_number_id": number}}})
}

#[test]
fn other_accounts_changes_and_emptied_entries_are_gone() {
    let body = json!({"object": "whatsapp_business_account", "entry": [
        {"id": "waba1", "changes": [change("n1"), change("n2"), change("n1")]},
        {"id": "waba2", "changes": [change("n3")]},
        {"id": "waba3", "changes": []},
        {"id": "waba4"},
    ]})
    .to_string();
    let left: Value = serde_json::from_str(&portion("whatsapp", &body, &["n1"])).unwrap();
    assert_eq!(
        left,
        json!({"object": "whatsapp_business_account", "entry": [
            {"id": "waba1", "changes": [change("n1"), change("n1")]},
        ]})
    );
    let left: Value = serde_json::from_str(&portion("whatsapp", &body, &["n2", "n3"])).unwrap();
    assert_eq!(left["entry"][0]["changes"], json!([change("n2")]));
    assert_eq!(left["entry"][1]["changes"], json!([change("n3")]));
}

#[test]
fn nobodys_portion_is_an_empty_list() {
    let body = json!({"entry": [{"id": "w", "changes": [change("n1")]}], "object": "x"});
    assert_eq!(portion("whatsapp", &body.to_string(), &["n9"]), r#"{"entry":[],"object":"x"}"#);
}

#[test]
fn elements_without_an_account_are_everyones() {
    let body = r#"[{"objectId":1},{"portalId":7,"objectId":2},{"portalId":8,"objectId":3}]"#;
    assert_eq!(portion("hubspot", body, &["8"]), r#"[{"objectId":1},{"portalId":8,"objectId":3}]"#);
}

#[test]
fn what_stays_keeps_its_bytes() {
    let body = r#"[ {"portalId":7, "n":123456789012345678901234567890, "t":"\u00e4\/", "f":1.10},
                    {"portalId":8} ]"#;
    assert_eq!(
        portion("hubspot", body, &["7"]),
        r#"[{"portalId":7, "n":123456789012345678901234567890, "t":"\u00e4\/", "f":1.10}]"#
    );
    assert_eq!(portion("hubspot", body, &["7", "8"]), body);
}

#[test]
fn a_repeated_member_does_not_smuggle_another_accounts_elements() {
    let hidden = r#"[{"id":"w","changes":[{"value":{"metadata":{"phone_number_id":"n2"}}}]}]"#;
    let shown = json!([{"id": "w", "changes": [change("n1"), change("n3")]}]).to_string();
    let body = format!(r#"{{"entry":{hidden},"object":"x","entry":{shown}}}"#);
    let left = portion("whatsapp", &body, &["n1"]);
    assert!(left.contains("\"n1\"") && !left.contains("\"n2\"") && !left.contains("\"n3\""));
}

#[test]
fn a_body_without_elements_is_returned_whole() {
    assert_eq!(portion("whatsapp", "not json", &["n1"]), "not json");
    assert_eq!(portion("stripe", r#"{"account":"a"}"#, &["b"]), r#"{"account":"a"}"#);
    assert_eq!(portion("whatsapp", r#"{"entry": 5}"#, &["n1"]), r#"{"entry": 5}"#);
}
