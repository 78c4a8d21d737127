//! What of a request's headers and query is stored: everything but credentials.

use super::directory::Credentials;
use http::HeaderMap;
use serde_json::Value;
use std::borrow::Cow;

/// Headers that carry credentials, whatever the provider.
const NEVER: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "x-forwarded-authorization"];

/// Pairs of name and value, in the order of the request.
pub fn stored(headers: &HeaderMap, credentials: &Credentials) -> Value {
    let pairs = headers.iter().filter(|(name, _)| {
        let name = name.as_str();
        !NEVER.contains(&name) && !credentials.headers.contains(name)
    });
    pairs
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            Value::Array(vec![Value::String(name.as_str().to_owned()), Value::String(value)])
        })
        .collect()
}

/// The query without the parameters that carry credentials, otherwise as received.
pub fn stored_query<'a>(query: &'a str, credentials: &Credentials) -> Cow<'a, str> {
    if credentials.parameters.is_empty() {
        return Cow::Borrowed(query);
    }
    let is_credential = |pair: &str| {
        url::form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| credentials.parameters.contains(&*name))
    };
    let kept: Vec<_> = query.split('&').filter(|pair| !is_credential(pair)).collect();
    Cow::Owned(kept.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use serde_json::json;

    #[test]
    fn credentials_are_left_out() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("content-type", "application/json"),
            ("authorization", "Bearer x"),
            ("x-token", "secret"),
            ("x-twice", "1"),
            ("x-twice", "2"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let credentials = Credentials { headers: ["x-token".to_owned()].into(), parameters: ["key".to_owned()].into() };
        assert_eq!(
            stored(&headers, &credentials),
            json!([["content-type", "application/json"], ["x-twice", "1"], ["x-twice", "2"]])
        );
        assert_eq!(stored_query("a=1&k%65y=secret&b=%20", &credentials), "a=1&b=%20");
    }
}
