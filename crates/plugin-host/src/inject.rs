//! Puts a named secret into a request, at the one place and for the one host of the manifest.

use egress::Request;
use http::{HeaderName, HeaderValue, header};
use manifest::{InjectionPlace, Manifest};
use serde_json::Value;
use url::Url;

use crate::call::CallSecrets;

/// Puts the secret called `name` into `request`. `Err` says why it is denied.
pub(crate) fn inject(
    request: &mut Request,
    name: &str,
    manifest: &Manifest,
    settings: &Value,
    secrets: &CallSecrets,
) -> Result<(), String> {
    let injection = manifest
        .secrets
        .get(name)
        .and_then(|rule| rule.inject.as_ref())
        .ok_or_else(|| format!("the manifest injects no secret `{name}`"))?;
    let host = injection.host.resolve(settings).map_err(|error| error.to_string())?;
    let mut url = Url::parse(&request.url).map_err(|error| format!("not a URL: {error}"))?;
    if url.scheme() != "https" || url.host_str() != Some(&host) || url.port().is_some() {
        return Err(format!("the secret `{name}` is bound to https://{host}"));
    }
    let secret = secrets
        .get(name)
        .filter(|secret| !secret.is_empty())
        .ok_or_else(|| format!("the secret `{name}` is not set"))?;

    if request.headers.contains_key(header::RANGE) {
        // In one part of an answer after the other, half a secret is none that redaction knows.
        return Err("a request with a secret takes the whole answer".to_owned());
    }

    match &injection.place {
        InjectionPlace::Header { name, prefix } => {
            let header =
                HeaderName::try_from(name.as_str()).map_err(|_| format!("`{}` is no header", name.as_str()))?;
            let mut value = HeaderValue::try_from(format!("{prefix}{secret}"))
                .map_err(|_| "the secret cannot stand in a header".to_owned())?;
            value.set_sensitive(true);
            if request.headers.insert(header, value).is_some() {
                return Err(format!("the header `{}` is for the secret", name.as_str()));
            }
        }
        InjectionPlace::Query { name } => {
            if url.query_pairs().any(|(key, _)| key == *name) {
                return Err(format!("the parameter `{name}` is for the secret"));
            }
            url.query_pairs_mut().append_pair(name, secret);
        }
        InjectionPlace::Path { placeholder } => {
            let path = fill_path(url.path(), placeholder, secret)?;
            url.set_path(&path);
        }
        InjectionPlace::Body { pointer } => {
            request.body = fill_body(&request.body, pointer, secret)?.into();
        }
    }
    request.url = url.into();
    Ok(())
}

/// A parsed URL holds the braces of a placeholder as escapes. There is one place for the secret:
/// a path with a second one, or with other braces, is not what the manifest speaks of.
fn fill_path(path: &str, placeholder: &str, secret: &str) -> Result<String, String> {
    let escaped = placeholder.replace('{', "%7B").replace('}', "%7D");
    let (before, after) = path.split_once(&escaped).ok_or_else(|| format!("the path does not hold `{placeholder}`"))?;
    let has_braces = |rest: &str| ["%7B", "%7D", "%7b", "%7d"].iter().any(|brace| rest.contains(brace));
    if has_braces(before) || has_braces(after) {
        return Err(format!("the path holds more in braces than `{placeholder}`"));
    }
    if secret == "." || secret == ".." {
        return Err("the secret cannot stand in a path".to_owned());
    }
    Ok(format!("{before}{}{after}", escape_segment(secret)))
}

/// Escapes all but what RFC 3986 (section 3.3) allows in a path segment.
fn escape_segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b if b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&b) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}

fn fill_body(body: &[u8], pointer: &str, secret: &str) -> Result<Vec<u8>, String> {
    let mut json: Value = serde_json::from_slice(body).map_err(|_| "the body is not JSON".to_owned())?;
    match json.pointer_mut(pointer) {
        Some(Value::String(place)) => secret.clone_into(place),
        _ => return Err(format!("the body holds no string at `{pointer}`")),
    }
    Ok(json.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use http::Method;
    use serde_json::json;
    use zeroize::Zeroizing;

    use super::*;

    const SECRET: &str = "12:ab/c d\"é";

    fn manifest(place: &Value) -> Manifest {
        let manifest = json!({
            "id": "probe", "name": "Probe", "version": "1.0.0", "api": "1",
            "interfaces": ["channel"],
            "egress": [{"host": "{shop}.example.com", "methods": ["GET", "POST"]}],
            "secrets": {
                "token": {
                    "scope": "connection",
                    "inject": {"host": "{shop}.example.com", "place": place},
                },
                "kept": {"scope": "connection"},
            },
            "settings": {
                "type": "object",
                "properties": {
                    "shop": {"type": "string"},
                    "token": {"type": "string", "format": "password", "writeOnly": true, "x-secret": true},
                    "kept": {"type": "string", "format": "password", "writeOnly": true, "x-secret": true},
                },
            },
        });
        Manifest::parse(manifest.to_string().as_bytes()).unwrap()
    }

    fn try_inject(place: &Value, name: &str, request: &mut Request, secret: &str) -> Result<(), String> {
        let secrets = ["token", "kept", "stranger"].map(|name| (name.to_owned(), Zeroizing::new(secret.to_owned())));
        let secrets = CallSecrets::new(BTreeMap::from(secrets));
        let settings = json!({"shop": "kettle"});
        inject(request, name, &manifest(place), &settings, &secrets)
    }

    fn get(url: &str) -> Request {
        Request::new(Method::GET, url)
    }

    #[test]
    fn into_a_header() {
        let place = json!({"header": {"name": "Authorization", "prefix": "Bearer "}});
        let mut request = get("https://kettle.example.com/x");
        try_inject(&place, "token", &mut request, "abc").unwrap();
        assert_eq!(request.headers["authorization"], "Bearer abc");
        assert!(request.headers["authorization"].is_sensitive());

        // The guest may not have set it, and a secret with a line break ends no header.
        let error = try_inject(&place, "token", &mut request, "abc").unwrap_err();
        assert!(error.contains("authorization"), "{error}");
        let mut request = get("https://kettle.example.com/x");
        try_inject(&place, "token", &mut request, "a\r\nx: y").unwrap_err();
        assert!(request.headers.is_empty());
    }

    #[test]
    fn into_the_query() {
        let place = json!({"query": {"name": "key"}});
        let mut request = get("https://kettle.example.com/x?a=b");
        try_inject(&place, "token", &mut request, SECRET).unwrap();
        assert_eq!(request.url, "https://kettle.example.com/x?a=b&key=12%3Aab%2Fc+d%22%C3%A9");
        let mut request = get("https://kettle.example.com/x?%6bey=own");
        try_inject(&place, "token", &mut request, SECRET).unwrap_err();
    }

    #[test]
    fn into_the_path() {
        let place = json!({"path": {"placeholder": "{token}"}});
        for url in [
            "https://kettle.example.com/bot{token}/send?x={token}",
            "https://kettle.example.com/bot%7Btoken%7D/send?x={token}",
        ] {
            let mut request = get(url);
            try_inject(&place, "token", &mut request, SECRET).unwrap();
            assert_eq!(request.url, "https://kettle.example.com/bot12:ab%2Fc%20d%22%C3%A9/send?x={token}");
        }
        for url in [
            "https://kettle.example.com/bot/send?x={token}",
            "https://kettle.example.com/#{token}",
            // Twice, nested, beside another, escaped twice, and gone with its segment.
            "https://kettle.example.com/{token}/{token}",
            "https://kettle.example.com/{to{token}ken}",
            "https://kettle.example.com/{{token}}",
            "https://kettle.example.com/{token}/{other}",
            "https://kettle.example.com/%7b{token}",
            "https://kettle.example.com/%257Btoken%257D",
            "https://kettle.example.com/{token}/../x",
        ] {
            try_inject(&place, "token", &mut get(url), SECRET).unwrap_err();
        }
        let url = "https://kettle.example.com/a/{token}/b";
        try_inject(&place, "token", &mut get(url), "..").unwrap_err();
    }

    #[test]
    fn into_the_body() {
        let place = json!({"body": {"pointer": "/auth/token"}});
        let with = |body: &'static str| Request { body: body.into(), ..get("https://kettle.example.com/x") };
        let mut request = with(r#"{"auth":{"token":""},"x":1}"#);
        try_inject(&place, "token", &mut request, SECRET).unwrap();
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body, json!({"auth": {"token": SECRET}, "x": 1}));

        for body in ["", "no json", "{}", r#"{"auth":{"token":7}}"#] {
            try_inject(&place, "token", &mut with(body), SECRET).unwrap_err();
        }
    }

    #[test]
    fn not_for_a_part_of_an_answer() {
        let place = json!({"query": {"name": "key"}});
        let mut request = get("https://kettle.example.com/x");
        request.headers.insert("range", HeaderValue::from_static("bytes=0-3"));
        let error = try_inject(&place, "token", &mut request, SECRET).unwrap_err();
        assert!(error.contains("the whole answer"), "{error}");
    }

    #[test]
    fn only_for_the_host_it_is_bound_to() {
        let place = json!({"query": {"name": "key"}});
        for url in [
            "https://other.example.com/x",
            "https://example.com/x",
            "https://kettle.example.com.evil.example/x",
            "https://evil.example/kettle.example.com",
            "https://kettle.example.com:8443/x",
            "https://kettle.example.com@evil.example/x",
            "http://kettle.example.com/x",
            "kettle.example.com",
        ] {
            let mut request = get(url);
            try_inject(&place, "token", &mut request, SECRET).unwrap_err();
            assert_eq!(request.url, url, "untouched");
        }
    }

    #[test]
    fn only_what_the_manifest_names_and_the_connection_has() {
        let place = json!({"query": {"name": "key"}});
        for name in ["kept", "stranger", "unknown", ""] {
            let mut request = get("https://kettle.example.com/x");
            try_inject(&place, name, &mut request, SECRET).unwrap_err();
        }
        let mut request = get("https://kettle.example.com/x");
        try_inject(&place, "token", &mut request, "").unwrap_err();
    }
}
