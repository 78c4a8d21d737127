//! What the answer to a request for a token means (RFC 6749, sections 5.1 and 5.2).
//!
//! Nothing of a body gets into a text, but for the error codes of the standard: any other part may be a token.

use chrono::TimeDelta;
use egress::Response;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

/// The longest token, in bytes.
const LONGEST: usize = 16 << 10;
/// The longest life of an access token. One that is said to live longer is renewed then.
const LONGEST_LIFE_SECONDS: f64 = 366.0 * 86_400.0;

/// What was granted.
pub struct Granted {
    pub access_token: Zeroizing<String>,
    pub refresh_token: Option<Zeroizing<String>>,
    /// `None`: the provider names no end.
    pub expires_in: Option<TimeDelta>,
    /// `None`: what was asked for.
    pub scope: Option<String>,
}

/// Why nothing was granted.
#[derive(Debug)]
pub enum Denied {
    /// The server has decided, and will decide the same again: a person has to do something.
    Refused { why: String },
    /// It may be otherwise later.
    Later {
        /// When to ask again, if the server says so.
        after: Option<TimeDelta>,
        /// Whether the server may have granted something that did not arrive.
        answer_lost: bool,
        why: String,
    },
}

/// Error codes that may stand in a text, with what they mean for a person. The first are of RFC 6749, section 5.2.
const REFUSALS: [(&str, &str); 8] = [
    ("invalid_grant", "the authorization is invalid, expired or revoked"),
    ("invalid_client", "the client id or secret is wrong"),
    ("unauthorized_client", "the client may not ask in this way"),
    ("invalid_scope", "a scope is unknown or not allowed"),
    ("invalid_request", "the request lacks something"),
    ("unsupported_grant_type", "the server does not know this kind of grant"),
    ("access_denied", "access was denied"),
    ("invalid_token", "the authorization is invalid, expired or revoked"),
];

/// Error codes that pass by themselves.
const TROUBLES: [&str; 3] = ["temporarily_unavailable", "server_error", "slow_down"];

#[derive(Deserialize)]
struct Success {
    access_token: Zeroizing<String>,
    token_type: Option<String>,
    refresh_token: Option<Zeroizing<String>>,
    expires_in: Option<Value>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    error: Option<String>,
}

/// Reads an answer.
pub fn read(response: &Response) -> Result<Granted, Denied> {
    let status = response.status;
    if status.is_success()
        && let Ok(success) = serde_json::from_slice::<Success>(&response.body)
    {
        return success.accept();
    }
    let code = serde_json::from_slice::<Failure>(&response.body).ok().and_then(|failure| failure.error);
    let is_trouble = code.as_deref().is_some_and(|code| TROUBLES.contains(&code));
    let known = code.and_then(|code| REFUSALS.into_iter().find(|(known, _)| *known == code));
    if is_passing(status) || is_trouble {
        return Err(later(retry_after(&response.headers), format!("the authorization server answered {status}")));
    }
    match known {
        Some((code, meaning)) => Err(Denied::Refused { why: format!("{meaning} ({code})") }),
        // Providers that have error codes of their own use the statuses of the standard.
        None if matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) => {
            Err(Denied::Refused { why: format!("the authorization server refused ({status})") })
        }
        // It granted something, in words that we do not understand.
        None if status.is_success() => {
            let why = "the authorization server's answer holds no token".to_owned();
            Err(Denied::Later { after: None, answer_lost: true, why })
        }
        None => Err(later(None, format!("the authorization server answered {status}"))),
    }
}

impl Success {
    fn accept(self) -> Result<Granted, Denied> {
        let unusable = |what| {
            let why = format!("the authorization server's answer has {what}");
            Err(Denied::Later { after: None, answer_lost: true, why })
        };
        if self.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return unusable("another type of token than `Bearer`");
        }
        let tokens = [Some(&self.access_token), self.refresh_token.as_ref()];
        if tokens.into_iter().flatten().any(|token| !is_token(token)) {
            return unusable("a token with characters that no token has");
        }
        Ok(Granted {
            access_token: self.access_token,
            refresh_token: self.refresh_token,
            expires_in: self.expires_in.as_ref().and_then(lifetime),
            scope: self.scope,
        })
    }
}

/// RFC 6749, appendix A.12: visible ASCII.
fn is_token(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

/// A number of seconds, which some providers write as a text. Zero says as little as nothing.
fn lifetime(value: &Value) -> Option<TimeDelta> {
    let seconds: f64 = match value {
        Value::String(text) => text.trim().parse().ok()?,
        value => value.as_f64()?,
    };
    #[expect(clippy::cast_possible_truncation, reason = "it is at most the longest life, and no number is zero")]
    let whole = seconds.clamp(0.0, LONGEST_LIFE_SECONDS) as i64;
    (whole > 0).then(|| TimeDelta::seconds(whole))
}

/// Too many requests, too early, or trouble on the other side.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS)
}

fn later(after: Option<TimeDelta>, why: String) -> Denied {
    Denied::Later { after, answer_lost: false, why }
}

/// `Retry-After` in seconds; a date needs a clock that agrees with the server's.
fn retry_after(headers: &HeaderMap) -> Option<TimeDelta> {
    let seconds: u32 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(TimeDelta::seconds(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(status: u16, body: &str) -> Result<Granted, Denied> {
        read(&Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
        })
    }

    fn granted(body: &Value) -> Granted {
        answer(200, &body.to_string()).unwrap_or_else(|denied| panic!("{denied:?}"))
    }

    #[test]
    fn the_example_of_the_standard() {
        let granted = granted(&json!({
            "access_token": "2YotnFZFEjr1zCsicMWpAA", "token_type": "Bearer", "expires_in": 3600,
            "refresh_token": "tGzv3JOkF0XG5Qx2TlKWIA", "example_parameter": "example_value",
        }));
        assert_eq!(granted.access_token.as_str(), "2YotnFZFEjr1zCsicMWpAA");
        assert_eq!(granted.refresh_token.unwrap().as_str(), "tGzv3JOkF0XG5Qx2TlKWIA");
        assert_eq!(granted.expires_in, Some(TimeDelta::hours(1)));
        assert_eq!(granted.scope, None);
    }

    #[test]
    fn lifetimes_as_providers_write_them() {
        for (expires_in, seconds) in [
            (json!(3600), Some(3600)),
            (json!("3600"), Some(3600)),
            (json!(1799.6), Some(1799)),
            (json!(0), None),
            (json!(-5), None),
            (json!(null), None),
            (json!("soon"), None),
            (json!(1e300), Some(366 * 86_400)),
            (json!("NaN"), None),
        ] {
            let granted = granted(&json!({"access_token": "a", "expires_in": expires_in}));
            assert_eq!(granted.expires_in.map(|it| it.num_seconds()), seconds, "{expires_in}");
        }
    }

    #[test]
    fn refusals_need_a_person_and_troubles_pass() {
        for (status, body, refused) in [
            (400, r#"{"error":"invalid_grant"}"#, Some("(invalid_grant)")),
            (401, r#"{"error":"invalid_client"}"#, Some("(invalid_client)")),
            (403, r#"{"error":"access_denied"}"#, Some("(access_denied)")),
            // Some answer errors with 200.
            (200, r#"{"error":"invalid_grant"}"#, Some("(invalid_grant)")),
            (400, r#"{"status":"BAD_REFRESH_TOKEN"}"#, Some("(400 Bad Request)")),
            (401, "", Some("(401 Unauthorized)")),
            (403, "<html>", None),
            (404, "", None),
            (302, "", None),
            (429, r#"{"error":"invalid_grant"}"#, None),
            (500, r#"{"error":"invalid_grant"}"#, None),
            (503, "", None),
            (400, r#"{"error":"temporarily_unavailable"}"#, None),
            (200, r#"{"error":"slow_down"}"#, None),
        ] {
            match (answer(status, body).err().unwrap(), refused) {
                (Denied::Refused { why }, Some(part)) => assert!(why.contains(part), "{status} {body}: {why}"),
                (Denied::Later { answer_lost: false, .. }, None) => {}
                (other, _) => panic!("{status} {body}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_was_granted_but_not_understood_is_lost() {
        for body in [
            "",
            "{}",
            "access_token=a&token_type=bearer",
            r#"{"access_token":""}"#,
            r#"{"access_token":"a","token_type":"mac"}"#,
            r#"{"access_token":"a\r\nb"}"#,
            r#"{"access_token":"a","refresh_token":"ü"}"#,
        ] {
            let denied = answer(200, body).err().unwrap();
            assert!(matches!(denied, Denied::Later { answer_lost: true, .. }), "{body}: {denied:?}");
        }
    }

    #[test]
    fn no_part_of_a_body_gets_into_a_text() {
        for (status, body) in [
            (400, r#"{"error":"s3cr3t","error_description":"s3cr3t"}"#),
            (400, r#"{"error":"invalid_grant","error_description":"s3cr3t"}"#),
            (200, r#"{"access_token":"s3cr3t\u0000","token_type":"s3cr3t"}"#),
            (503, "s3cr3t"),
        ] {
            let denied = format!("{:?}", answer(status, body).err().unwrap());
            assert!(!denied.contains("s3cr3t"), "{denied}");
        }
    }

    #[test]
    fn a_named_wait_is_heard() {
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, "30".parse().unwrap())]);
        let response = Response { status: StatusCode::TOO_MANY_REQUESTS, headers, body: "".into() };
        let Err(Denied::Later { after, .. }) = read(&response) else { panic!("must pass") };
        assert_eq!(after, Some(TimeDelta::seconds(30)));
    }
}
