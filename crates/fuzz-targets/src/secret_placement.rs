//! Secrets in requests: the lines are a secret, a method, a URL, and name and value of a header; the
//! rest is the body.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use egress::Request;
use http::{HeaderName, HeaderValue, Method};
use manifest::Manifest;
use percent_encoding::percent_decode;
use plugin_host::CallSecrets;
use plugin_host::fuzzing::{place, redact};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use crate::Outcome;
use crate::lines::Lines;

const HOST: &str = "kettle.example.com";
const PREFIX: &str = "Bearer ";

/// A secret stands in its place and nowhere else, and no echo of the request gives it away.
pub fn run(data: &[u8]) -> Outcome {
    let Some((secret, request)) = read(data) else {
        return Outcome::Refused;
    };
    let secrets = CallSecrets::new(BTreeMap::from([("token".to_owned(), Zeroizing::new(secret.to_owned()))]));
    let mut outcome = Outcome::Refused;
    for (kind, manifest) in manifests() {
        let mut placed = request.clone();
        match place(&mut placed, "token", manifest, &json!({"shop": "kettle"}), &secrets) {
            Ok(()) => {
                check_place(*kind, secret, &request, &placed);
                outcome = Outcome::Accepted;
            }
            Err(why) => {
                assert!(!why.contains(secret), "{why}");
                assert_eq!(placed.url, request.url, "a refused request has no secret in its URL");
            }
        }
        check_echo(secret, &placed, &secrets);
    }
    outcome
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Header,
    Query,
    Path,
    Body,
}

/// One manifest for each place.
fn manifests() -> &'static [(Kind, Manifest)] {
    static MANIFESTS: OnceLock<Vec<(Kind, Manifest)>> = OnceLock::new();
    MANIFESTS.get_or_init(|| {
        [
            (Kind::Header, json!({"header": {"name": "authorization", "prefix": PREFIX}})),
            (Kind::Query, json!({"query": {"name": "key"}})),
            (Kind::Path, json!({"path": {"placeholder": "{token}"}})),
            (Kind::Body, json!({"body": {"pointer": "/auth/token"}})),
        ]
        .map(|(kind, place)| (kind, manifest(&place)))
        .into()
    })
}

fn manifest(place: &Value) -> Manifest {
    let host = "{shop}.example.com";
    let manifest = json!({
        "id": "probe", "name": "Probe", "version": "1.0.0", "api": "1", "interfaces": ["actions"],
        "egress": [{"host": host, "methods": ["GET", "POST"]}],
        "secrets": {"token": {"scope": "connection", "inject": {"host": host, "place": place}}},
        "settings": {"type": "object", "properties": {
            "shop": {"type": "string"},
            "token": {"type": "string", "format": "password", "writeOnly": true, "x-secret": true},
        }},
    });
    Manifest::parse(manifest.to_string().as_bytes()).expect("a manifest with one secret")
}

fn read(data: &[u8]) -> Option<(&str, Request)> {
    let mut lines = Lines(data);
    let secret = lines.text()?;
    // Shorter or plainer texts stand in messages and in `[redacted]` by chance.
    let is_telling = secret.trim() == secret
        && (8..=64).contains(&secret.len())
        && !secret.contains(['[', ']'])
        && secret.contains(|it: char| it.is_ascii_uppercase())
        && secret.contains(|it: char| it.is_ascii_digit());
    if !is_telling {
        return None;
    }
    let method = Method::from_bytes(lines.bytes()).ok()?;
    let mut request = Request::new(method, lines.text()?);
    let (name, value) = (lines.bytes(), lines.bytes());
    if !name.is_empty() {
        request.headers.insert(HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?);
    }
    request.body = lines.0.to_vec().into();
    let said = [request.url.as_bytes(), value, &request.body].concat();
    // Whoever has the secret already can send it where it likes.
    let knows = said.windows(secret.len()).any(|window| window == secret.as_bytes());
    (!knows).then_some((secret, request))
}

fn check_place(kind: Kind, secret: &str, before: &Request, after: &Request) {
    let (old, new) = (parse(&before.url), parse(&after.url));
    assert_eq!((new.scheme(), new.host_str(), new.port()), ("https", Some(HOST), None), "{new}");
    assert_eq!((old.username(), old.password(), old.fragment()), (new.username(), new.password(), new.fragment()));
    let mut headers = after.headers.clone();
    if matches!(kind, Kind::Header) {
        let value = headers.remove("authorization").expect("it is there");
        assert_eq!(value.as_bytes(), format!("{PREFIX}{secret}").as_bytes());
        assert!(value.is_sensitive());
    }
    assert_eq!(headers, before.headers);
    assert_eq!(after.method, before.method);
    let pairs = |url: &Url| -> Vec<(String, String)> { url.query_pairs().into_owned().collect() };
    match kind {
        Kind::Header => assert_eq!((old.path(), old.query()), (new.path(), new.query())),
        Kind::Query => {
            let mut expected = pairs(&old);
            expected.push(("key".to_owned(), secret.to_owned()));
            assert_eq!((old.path(), expected), (new.path(), pairs(&new)));
        }
        Kind::Path => {
            assert_eq!(old.query(), new.query());
            let (start, end) = old.path().split_once("%7Btoken%7D").expect("it had the placeholder");
            let filled = new.path().strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
            let filled = filled.expect("the rest of the path is as before");
            assert!(!filled.contains('/') && percent_decode(filled.as_bytes()).eq(secret.bytes()), "{filled}");
        }
        Kind::Body => {
            assert_eq!((old.path(), old.query()), (new.path(), new.query()));
            let (old, new) = (body(before), body(after));
            assert_eq!(new.pointer("/auth/token"), Some(&json!(secret)));
            assert_eq!(names(&old), names(&new));
            assert_eq!(names(&old["auth"]), names(&new["auth"]));
        }
    }
    if !matches!(kind, Kind::Body) {
        assert_eq!(after.body, before.body);
    }
}

fn parse(url: &str) -> Url {
    Url::parse(url).expect("a secret goes only into a URL")
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).expect("a secret goes only into JSON")
}

fn names(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// A host that sends back all it got, as it is or with its escapes undone.
fn check_echo(secret: &str, request: &Request, secrets: &CallSecrets) {
    let mut echo = request.url.clone().into_bytes();
    for (name, value) in &request.headers {
        echo.extend_from_slice(format!("\n{name}: ").as_bytes());
        echo.extend_from_slice(value.as_bytes());
    }
    echo.push(b'\n');
    echo.extend_from_slice(&request.body);
    let undone: Vec<u8> = percent_decode(&echo).collect();
    for echo in [echo, undone] {
        let redacted = redact(echo, secrets);
        let holds = |text: &[u8]| text.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!holds(&redacted), "{}", String::from_utf8_lossy(&redacted));
        let undone: Vec<u8> = percent_decode(&redacted).collect();
        assert!(!holds(&undone), "{}", String::from_utf8_lossy(&redacted));
    }
}
