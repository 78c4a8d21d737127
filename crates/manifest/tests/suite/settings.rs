//! How settings change, and how little is ever said about secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use signalbox_manifest::{Change, DataSchema, FieldError, SecretChange, SettingsSchema};

fn schema() -> SettingsSchema {
    SettingsSchema::compile(&json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["number", "token"],
        "properties": {
            "number": {"type": "string", "pattern": "^[0-9]+$", "maxLength": 20},
            "version": {"type": "string", "enum": ["v25.0", "v26.0"], "default": "v26.0"},
            "contact": {"type": "string", "format": "email"},
            "token": {"type": "string", "x-secret": true, "minLength": 8, "pattern": "^[A-Z]+$"},
            "smtp": {
                "type": "object",
                "required": ["host", "password"],
                "properties": {
                    "host": {"type": "string"},
                    "port": {"type": "integer", "default": 587},
                    "password": {"type": "string", "format": "password", "writeOnly": true},
                },
            },
        },
    }))
    .unwrap()
}

fn set(value: &str) -> SecretChange {
    SecretChange::Set(value.to_owned())
}

fn secrets(changes: &[(&str, SecretChange)]) -> BTreeMap<String, SecretChange> {
    let owned = changes.iter().cloned();
    owned.map(|(name, change)| (name.to_owned(), change)).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Pointer and code of every error, sorted.
fn told(errors: &[FieldError]) -> Vec<(&str, &str)> {
    let mut told: Vec<_> = errors.iter().map(|error| (error.pointer.as_str(), error.code.as_str())).collect();
    told.sort_unstable();
    told
}

#[test]
fn secrets_are_kept_apart_and_defaults_filled_in() {
    let change = schema().create(&json!({
        "number": "123", "token": "ABCDEFGH", "smtp": {"host": "mail", "password": "p"},
    }));
    assert_eq!(
        change.unwrap(),
        Change {
            settings: json!({
                "number": "123", "version": "v26.0", "smtp": {"host": "mail", "port": 587},
            }),
            own: json!({"number": "123", "smtp": {"host": "mail"}}),
            secrets: secrets(&[("token", set("ABCDEFGH")), ("smtp.password", set("p"))]),
        }
    );
}

#[test]
fn what_is_omitted_stays_and_null_clears() {
    let schema = schema();
    let stored = json!({"number": "123", "version": "v25.0", "contact": "a@example.com"});
    let update = |change: Value| schema.update(&stored, &names(&["token"]), &change);

    let unchanged = update(json!({})).unwrap();
    assert_eq!((unchanged.settings, unchanged.secrets), (stored.clone(), BTreeMap::new()));

    let cleared = update(json!({"contact": null, "version": null})).unwrap();
    assert_eq!(cleared.settings, json!({"number": "123", "version": "v26.0"}));

    let rotated = update(json!({"token": "NEWTOKEN"})).unwrap();
    assert_eq!(rotated.settings, stored);
    assert_eq!(rotated.secrets, secrets(&[("token", set("NEWTOKEN"))]));
}

#[test]
fn a_required_secret_is_satisfied_by_the_stored_one_until_it_is_cleared() {
    let schema = schema();
    let stored = json!({"number": "123"});
    let missing = [("/token", "required")];
    let errors = schema.create(&stored).unwrap_err();
    assert_eq!(told(&errors), missing);
    let errors = schema.update(&stored, &names(&["token"]), &json!({"token": null}));
    assert_eq!(told(&errors.unwrap_err()), missing);
    assert!(schema.update(&stored, &names(&["token"]), &json!({"number": "5"})).is_ok());

    let smtp = json!({"smtp": {"host": "mail"}});
    let errors = schema.update(&stored, &names(&["token"]), &smtp).unwrap_err();
    assert_eq!(told(&errors), [("/smtp/password", "required")]);
    assert!(schema.update(&stored, &names(&["token", "smtp.password"]), &smtp).is_ok());
}

#[test]
fn clearing_a_group_clears_its_secrets() {
    let stored = json!({"number": "1", "smtp": {"host": "mail"}});
    let both = names(&["token", "smtp.password"]);
    let change = schema().update(&stored, &both, &json!({"smtp": null})).unwrap();
    assert_eq!(change.settings, json!({"number": "1", "version": "v26.0"}));
    assert_eq!(change.secrets, secrets(&[("smtp.password", SecretChange::Clear)]));
}

#[test]
fn every_field_at_fault_is_told() {
    let errors = schema().create(&json!({
        "number": "12a", "version": "v1", "contact": "nobody", "colour": "red",
        "token": "short", "smtp": {"host": 7, "password": ""},
    }));
    let errors = errors.unwrap_err();
    assert_eq!(
        told(&errors),
        [
            ("/colour", "additionalProperties"),
            ("/contact", "format"),
            ("/number", "pattern"),
            ("/smtp/host", "type"),
            ("/smtp/password", "minLength"),
            ("/token", "minLength"),
            ("/token", "pattern"),
            ("/version", "enum"),
        ]
    );
}

#[test]
fn no_error_and_no_debug_output_repeats_a_value() {
    let values = ["12a-number", "hunter2secret", "p4ssw0rd-nested", "not-an-email"];
    let errors = schema().create(&json!({
        "number": values[0], "contact": values[3],
        "token": values[1], "smtp": {"password": {"value": values[2]}},
    }));
    let told = format!("{:?}", errors.unwrap_err());
    for value in values {
        assert!(!told.contains(value), "{told}");
    }
    let change = schema().create(&json!({"number": "1", "token": "TOPSECRET"})).unwrap();
    assert!(!format!("{change:?}").contains("TOPSECRET"));
}

#[test]
fn the_masked_form_of_a_secret_is_not_taken_for_one() {
    let masked = json!({"set": true, "updated_at": "2026-11-01T00:00:00Z"});
    let change = json!({"number": "1", "token": masked});
    for stored in [names(&[]), names(&["token"])] {
        let errors = schema().update(&json!({}), &stored, &change).unwrap_err();
        assert_eq!(told(&errors), [("/token", "type")]);
    }
}

#[test]
fn a_secret_among_stored_settings_is_dropped() {
    let stored = json!({"number": "1", "token": "LEAKEDTOKEN"});
    let change = schema().update(&stored, &names(&["token"]), &json!({})).unwrap();
    assert_eq!(change.settings, json!({"number": "1", "version": "v26.0"}));
}

#[test]
fn conditions_can_require_secrets() {
    let schema = SettingsSchema::compile(&json!({
        "type": "object",
        "properties": {
            "auth": {"type": "string", "enum": ["none", "token"]},
            "token": {"type": "string", "x-secret": true, "minLength": 3},
        },
        "oneOf": [
            {"properties": {"auth": {"const": "none"}}},
            {"properties": {"auth": {"const": "token"}}, "required": ["token"]},
        ],
        "required": ["auth"],
    }))
    .unwrap();
    assert!(schema.create(&json!({"auth": "none"})).is_ok());
    assert!(schema.create(&json!({"auth": "token"})).is_err());
    assert!(schema.create(&json!({"auth": "token", "token": "abc"})).is_ok());
    let keep = schema.update(&json!({"auth": "none"}), &names(&["token"]), &json!({"auth": "token"}));
    assert!(keep.is_ok());
}

#[test]
fn something_else_than_an_object_is_refused() {
    for input in [json!(null), json!([]), json!("x")] {
        assert_eq!(told(&schema().create(&input).unwrap_err()), [("", "type")]);
    }
    let errors = schema().create(&json!({"number": "1", "token": "ABCDEFGH", "smtp": "x"}));
    assert_eq!(told(&errors.unwrap_err()), [("/smtp", "type")]);
}

#[test]
fn data_of_actions_is_checked_with_local_references() {
    let schema = DataSchema::compile(&json!({
        "definitions": {"money": {"type": "object", "required": ["amount"], "properties": {
            "amount": {"type": "string", "pattern": r"^\d+\.\d{2}$"},
        }}},
        "type": "object",
        "properties": {"total": {"$ref": "#/definitions/money"}, "at": {"format": "date-time"}},
    }))
    .unwrap();
    assert_eq!(schema.check(&json!({"total": {"amount": "1.50"}})), []);
    let errors = schema.check(&json!({"total": {}, "at": "yesterday"}));
    assert_eq!(told(&errors), [("/at", "format"), ("/total/amount", "required")]);
}
