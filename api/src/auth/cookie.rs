//! The refresh token of a browser: a cookie that no script can read, sent to the login endpoints only.

use crate::{
    problem::{Code, Problem},
    state::Api,
};
use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue, header};

const NAME: &str = "signalbox_refresh";
const PATH: &str = "/api/v1/auth";

/// A header that a page of another site cannot send without being asked first (a preflight, which is never granted).
pub const CSRF_HEADER: &str = "x-signalbox-csrf";

/// The refresh token in the cookie, if there is one, after checking that our own pages sent it.
pub fn refresh_token(api: &Api, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(token) = value(headers) else { return Ok(None) };
    let foreign = headers
        .get(header::ORIGIN)
        .is_some_and(|origin| !origin.as_bytes().eq_ignore_ascii_case(api.base_url.as_bytes()));
    if foreign || !headers.contains_key(CSRF_HEADER) {
        return Err(Code::CrossSite.into());
    }
    Ok(Some(token))
}

/// Sets the cookie.
pub fn set(api: &Api, token: &str, lifetime: TimeDelta) -> Result<HeaderValue, Problem> {
    header(api, token, lifetime.num_seconds())
}

/// Removes the cookie.
pub fn clear(api: &Api) -> Result<HeaderValue, Problem> {
    header(api, "", 0)
}

fn header(api: &Api, token: &str, max_age: i64) -> Result<HeaderValue, Problem> {
    let secure = if api.base_url.starts_with("https://") { "; Secure" } else { "" };
    let value = format!("{NAME}={token}; Path={PATH}; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&value).map_err(Problem::internal)
}

fn value(headers: &HeaderMap) -> Option<String> {
    named(headers, NAME)
}

/// The value of the cookie of this name, if the browser has it.
pub fn named(headers: &HeaderMap, wanted: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == wanted && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
