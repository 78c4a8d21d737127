//! What a manifest may say about OAuth, and where it is told to be wrong.

use serde_json::{Value, json};
use signalbox_manifest::{ClientAuth, ClientId, Fault, Grant, Manifest, ManifestError, Reason, ScopeSeparator};

/// A plugin whose provider is asked by a person, at a host of their own.
fn by_person() -> Value {
    json!({
        "id": "shop", "name": "Shop", "version": "1.0.0", "api": "1",
        "interfaces": ["admin"],
        "egress": [{"host": "{shop}.shops.example", "methods": ["POST"]}],
        "secrets": {
            "access_token": {"scope": "connection", "inject": {
                "host": "{shop}.shops.example",
                "place": {"header": {"name": "authorization", "prefix": "Bearer "}},
            }},
            "client_secret": {"scope": "endpoint"},
        },
        "oauth": {
            "grant": {"authorization_code": {
                "url": "https://{shop}.shops.example/oauth/authorize",
                "parameters": {"access_type": "offline"},
            }},
            "token_url": "https://{shop}.shops.example/oauth/token",
            "client": {"id": {"endpoint_setting": "client_id"}, "secret": "client_secret", "auth": "body"},
            "scopes": ["read_orders", "write_orders"],
            "scope_separator": "comma",
            "token_parameters": {"expiring": "1"},
            "access_token": "access_token",
        },
        "settings": {
            "type": "object",
            "required": ["shop"],
            "properties": {"shop": {"type": "string"}},
        },
        "endpoint_settings": {
            "type": "object",
            "required": ["client_id", "client_secret"],
            "properties": {
                "client_id": {"type": "string"},
                "client_secret": {"type": "string", "x-secret": true},
            },
        },
    })
}

fn parse(manifest: &Value) -> Result<Manifest, ManifestError> {
    Manifest::parse(manifest.to_string().as_bytes())
}

/// What is wrong with the manifest when `value` stands at `pointer`.
fn fault(pointer: &str, value: Value) -> (String, Fault) {
    let mut manifest = by_person();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    manifest.pointer_mut(parent).unwrap()[name] = value;
    match parse(&manifest).unwrap_err().reasons() {
        // Two, where the manifest contradicts itself: of the two places, the one about OAuth says why.
        [.., Reason::Invalid { pointer, fault }] => (pointer.clone(), fault.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_persons_grant_is_read_and_written() {
    let manifest = parse(&by_person()).unwrap();
    let oauth = manifest.oauth.clone().unwrap();
    assert!(oauth.needs_person());
    let Grant::AuthorizationCode { url, parameters } = &oauth.grant else { panic!("{oauth:?}") };
    assert_eq!(url.resolve(&json!({"shop": "kettle"})).unwrap(), "https://kettle.shops.example/oauth/authorize");
    assert_eq!(parameters["access_type"], "offline");
    assert_eq!(oauth.client.id, ClientId::EndpointSetting("client_id".to_owned()));
    assert_eq!(oauth.scope_separator, ScopeSeparator::Comma);
    let written = serde_json::to_vec(&manifest).unwrap();
    assert_eq!(Manifest::parse(&written).unwrap(), manifest);
}

#[test]
fn nobody_types_the_access_token() {
    let manifest = parse(&by_person()).unwrap();
    let settings = manifest.settings_schema().unwrap();
    assert_eq!(settings.secret_names().count(), 0);
    let typed = json!({"type": "string", "x-secret": true});
    assert_eq!(
        fault("/settings/properties/access_token", typed),
        ("/secrets/access_token".to_owned(), Fault::OauthAccessToken)
    );
    let at = || "/oauth/access_token".to_owned();
    assert_eq!(fault("/oauth/access_token", json!("nothing")), (at(), Fault::OauthAccessToken));
    assert_eq!(fault("/secrets/access_token/scope", json!("endpoint")), (at(), Fault::OauthAccessToken));
}

#[test]
fn client_credentials_need_no_person_and_a_secret() {
    let mut manifest = by_person();
    manifest["oauth"]["grant"] = json!("client_credentials");
    manifest["oauth"]["client"].as_object_mut().unwrap().remove("auth");
    let oauth = parse(&manifest).unwrap().oauth.unwrap();
    assert!(!oauth.needs_person());
    assert_eq!(oauth.client.auth, ClientAuth::Basic);

    manifest["oauth"]["client"].as_object_mut().unwrap().remove("secret");
    let error = parse(&manifest).unwrap_err();
    assert_eq!(error.reasons()[0].pointer(), "/oauth/client");
    manifest["oauth"]["grant"] = by_person()["oauth"]["grant"].clone();
    assert!(parse(&manifest).is_ok(), "a public client has its proof key");
}

#[test]
fn what_it_names_must_be_there() {
    let setting = |name: &str| Fault::OauthSetting { name: name.to_owned() };
    let secret = |name: &str| Fault::OauthSecret { name: name.to_owned() };
    for (pointer, value, at, expected) in [
        ("/oauth/client/id", json!({"endpoint_setting": "shop"}), "/endpoint_setting", setting("shop")),
        (
            "/oauth/client/id",
            json!({"endpoint_setting": "client_secret"}),
            "/endpoint_setting",
            setting("client_secret"),
        ),
        ("/oauth/client/id", json!({"setting": "client_id"}), "/setting", setting("client_id")),
        ("/oauth/client/id", json!({"secret": "client_id"}), "/secret", secret("client_id")),
        ("/oauth/client/id", json!({"secret": "access_token"}), "/secret", secret("access_token")),
        ("/oauth/client/secret", json!("client_id"), "", secret("client_id")),
        ("/oauth/client/secret", json!("access_token"), "", secret("access_token")),
    ] {
        assert_eq!(fault(pointer, value), (format!("{pointer}{at}"), expected));
    }
    let label = Fault::HostLabel { label: "store".to_owned() };
    let elsewhere = json!("https://{store}.shops.example/oauth/token");
    assert_eq!(fault("/oauth/token_url", elsewhere), ("/oauth/token_url".to_owned(), label));
}

#[test]
fn the_host_keeps_its_own_parameters() {
    for (pointer, name) in [
        ("/oauth/token_parameters", "grant_type"),
        ("/oauth/token_parameters", "client_secret"),
        ("/oauth/token_parameters", ""),
        ("/oauth/grant/authorization_code/parameters", "redirect_uri"),
        ("/oauth/grant/authorization_code/parameters", "state"),
    ] {
        let expected = Fault::OauthParameter { name: name.to_owned() };
        assert_eq!(fault(pointer, json!({ name: "x" })), (pointer.to_owned(), expected));
    }
}

#[test]
fn scopes_are_those_of_the_standard() {
    for scope in ["", "two words", "a,b", "quote\"", "back\\slash", "ümlaut"] {
        assert_eq!(
            fault("/oauth/scopes", json!(["fine", scope])),
            ("/oauth/scopes/1".to_owned(), Fault::OauthScope),
            "{scope}"
        );
    }
    let mut manifest = by_person();
    manifest["oauth"]["scope_separator"] = json!("space");
    manifest["oauth"]["scopes"] = json!(["https://provider.example/auth/mail", "a,b"]);
    assert!(parse(&manifest).is_ok());
}

#[test]
fn a_malformed_address_is_told_where_it_stands() {
    for (pointer, value) in [
        ("/oauth/token_url", "http://login.example.com/token"),
        ("/oauth/grant/authorization_code/url", "https://login.example.com/a?b=c"),
    ] {
        let mut manifest = by_person();
        *manifest.pointer_mut(pointer).unwrap() = json!(value);
        let error = parse(&manifest).unwrap_err();
        assert!(matches!(error.reasons(), [Reason::Shape { .. }]), "{error}");
        assert_eq!(error.reasons()[0].pointer(), pointer);
    }
}
