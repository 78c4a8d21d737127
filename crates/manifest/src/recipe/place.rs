//! Places in a request that hold a key: a header, a query or form parameter, a JSON pointer.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

use http::HeaderName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::request::{Body, BodyFormat, Request};
use crate::form;

/// Where a key stands in a request. Only non-empty strings and whole numbers are keys; a header
/// or parameter that occurs more than once counts as absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A header's value.
    Header(HeaderField),
    /// A parameter of the query.
    Query(String),
    /// A field of a form body.
    Form(String),
    /// A member of a JSON body.
    Pointer(Pointer),
    /// The SHA-256 of the raw body; for deduplication only.
    BodyHash,
}

impl Place {
    /// The first key at this place.
    pub(super) fn first<'r>(
        &self,
        request: &'r Request<'_>,
        format: BodyFormat,
        element: Element<'_>,
    ) -> Option<Cow<'r, str>> {
        match self {
            Self::Pointer(pointer) => {
                let Ok(Body::Json(value)) = request.body(format) else {
                    return None;
                };
                let mut found = None;
                let _ = pointer.visit(value, element, &mut |value| match key(value) {
                    Some(key) => {
                        found = Some(key);
                        ControlFlow::Break(())
                    }
                    None => ControlFlow::Continue(()),
                });
                found
            }
            place => place.only(request, format),
        }
    }

    /// Every key at this place, in document order.
    pub(super) fn all<'r>(&self, request: &'r Request<'_>, format: BodyFormat) -> Vec<Cow<'r, str>> {
        match self {
            Self::Pointer(pointer) => {
                let mut found = Vec::new();
                if let Ok(Body::Json(value)) = request.body(format) {
                    let _ = pointer.visit(value, Element::WHOLE, &mut |value| {
                        found.extend(key(value));
                        ControlFlow::Continue(())
                    });
                }
                found
            }
            place => place.only(request, format).into_iter().collect(),
        }
    }

    /// The key at a place that holds at most one.
    fn only<'r>(&self, request: &'r Request<'_>, format: BodyFormat) -> Option<Cow<'r, str>> {
        let value = match self {
            Self::Header(name) => {
                let mut values = request.headers.get_all(&name.0).iter();
                let value = values.next().filter(|_| values.next().is_none())?;
                std::str::from_utf8(value.as_bytes()).ok().map(Cow::Borrowed)
            }
            Self::Query(name) => form::single(request.query().as_bytes(), name),
            Self::Form(name) => match request.body(format) {
                Ok(Body::Form(body)) => form::single(body, name),
                _ => None,
            },
            Self::BodyHash => Some(Cow::Owned(hex::encode(Sha256::digest(request.body)))),
            Self::Pointer(_) => None,
        };
        value.filter(|value| !value.is_empty())
    }
}

/// A value as a key. A number beyond 64 bits has lost digits in parsing, so it identifies nothing.
fn key(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        Value::Number(number) if !number.is_f64() => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// One element of a body: the indices chosen for the wildcards of `each`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    tokens: &'a [Token],
    indices: &'a [usize],
}

impl<'a> Element<'a> {
    /// The request as one element.
    pub(super) const WHOLE: Self = Self { tokens: &[], indices: &[] };

    pub(super) fn new(each: &'a Pointer, indices: &'a [usize]) -> Self {
        Self { tokens: &each.tokens, indices }
    }
}

/// A JSON pointer (RFC 6901) in which a `*` stands for every element of an array. Other tokens
/// name members of objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer {
    pub(super) tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Member(String),
    Every,
}

/// A text that is no JSON pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a JSON pointer starts with `/`, with `~` written as `~0` and `/` as `~1`")]
pub struct PointerMalformed;

impl Pointer {
    /// Whether it ends at array elements.
    pub(super) fn ends_in_wildcard(&self) -> bool {
        self.tokens.last() == Some(&Token::Every)
    }

    /// Visits the values the pointer leads to, in document order. Wildcards shared with `element`
    /// follow the element's own branch.
    fn visit<'v>(
        &self,
        root: &'v Value,
        element: Element<'_>,
        visitor: &mut dyn FnMut(&'v Value) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        visit(root, &self.tokens, element, visitor)
    }

    /// Visits the index of every element the pointer leads to, one index per wildcard.
    pub(super) fn elements<E>(
        &self,
        root: &Value,
        visitor: &mut dyn FnMut(&[usize]) -> Result<(), E>,
    ) -> Result<(), E> {
        enumerate(root, &self.tokens, &mut Vec::new(), visitor)
    }
}

fn visit<'v>(
    value: &'v Value,
    tokens: &[Token],
    element: Element<'_>,
    visitor: &mut dyn FnMut(&'v Value) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Some((token, rest)) = tokens.split_first() else {
        return visitor(value);
    };
    let shared = element.tokens.split_first();
    match token {
        Token::Member(name) => {
            let element = match shared {
                Some((same, tokens)) if same == token => Element { tokens, ..element },
                _ => Element::WHOLE,
            };
            match value.as_object().and_then(|members| members.get(name)) {
                Some(value) => visit(value, rest, element, visitor),
                None => ControlFlow::Continue(()),
            }
        }
        Token::Every => {
            let items = value.as_array().map_or(&[][..], Vec::as_slice);
            match (shared, element.indices.split_first()) {
                (Some((Token::Every, tokens)), Some((index, indices))) => match items.get(*index) {
                    Some(item) => visit(item, rest, Element { tokens, indices }, visitor),
                    None => ControlFlow::Continue(()),
                },
                _ => items.iter().try_for_each(|item| visit(item, rest, Element::WHOLE, visitor)),
            }
        }
    }
}

fn enumerate<E>(
    value: &Value,
    tokens: &[Token],
    indices: &mut Vec<usize>,
    visitor: &mut dyn FnMut(&[usize]) -> Result<(), E>,
) -> Result<(), E> {
    let Some((token, rest)) = tokens.split_first() else {
        return visitor(indices);
    };
    match token {
        Token::Member(name) => match value.as_object().and_then(|members| members.get(name)) {
            Some(value) => enumerate(value, rest, indices, visitor),
            None => Ok(()),
        },
        Token::Every => {
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                indices.push(index);
                enumerate(item, rest, indices, visitor)?;
                indices.pop();
            }
            Ok(())
        }
    }
}

impl TryFrom<String> for Pointer {
    type Error = PointerMalformed;

    fn try_from(text: String) -> Result<Self, PointerMalformed> {
        let Some(tokens) = text.strip_prefix('/') else {
            return Err(PointerMalformed);
        };
        let tokens = tokens.split('/').map(|token| match token {
            "*" => Ok(Token::Every),
            token => unescape(token).map(Token::Member),
        });
        Ok(Self { tokens: tokens.collect::<Result<_, _>>()? })
    }
}

fn unescape(token: &str) -> Result<String, PointerMalformed> {
    let mut parts = token.split('~');
    let mut member = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escaped, rest) = match part.as_bytes().first() {
            Some(b'0') => ('~', &part[1..]),
            Some(b'1') => ('/', &part[1..]),
            _ => return Err(PointerMalformed),
        };
        member.push(escaped);
        member.push_str(rest);
    }
    Ok(member)
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.tokens {
            match token {
                Token::Every => f.write_str("/*")?,
                Token::Member(name) => {
                    write!(f, "/{}", name.replace('~', "~0").replace('/', "~1"))?;
                }
            }
        }
        Ok(())
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.to_string()
    }
}

/// A header's name, in any case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct HeaderField(#[schemars(with = "String")] pub(super) HeaderName);

impl HeaderField {
    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for HeaderField {
    type Error = http::header::InvalidHeaderName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        HeaderName::from_bytes(name.as_bytes()).map(Self)
    }
}

impl From<HeaderField> for String {
    fn from(field: HeaderField) -> Self {
        field.0.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointer(text: &str) -> Pointer {
        Pointer::try_from(text.to_owned()).unwrap()
    }

    fn found(text: &str, root: &Value, each: &str, indices: &[usize]) -> Vec<Value> {
        let each = pointer(each);
        let mut found = Vec::new();
        let _ = pointer(text).visit(root, Element::new(&each, indices), &mut |value| {
            found.push(value.clone());
            ControlFlow::Continue(())
        });
        found
    }

    #[test]
    fn shared_wildcards_follow_the_element_and_others_are_free() {
        let root = json!({"entry": [
            {"id": "a", "changes": [{"m": [1, 2]}, {"m": [3]}]},
            {"id": "b", "changes": [{"m": [4, 5]}]},
        ]});
        let each = "/entry/*/changes/*";
        assert_eq!(found("/entry/*/id", &root, each, &[1, 0]), [json!("b")]);
        assert_eq!(found("/entry/*/changes/*/m/*", &root, each, &[0, 0]), [json!(1), json!(2)]);
        assert_eq!(found("/entry/*/changes/*/m/*", &root, each, &[1, 0]), [4, 5]);
        assert_eq!(found("/entry/*/id", &root, "/*", &[0]), ["a", "b"]);
    }

    #[test]
    fn a_number_that_lost_digits_is_no_key() {
        let huge: Value = serde_json::from_str("123456789012345678901234567890").unwrap();
        assert_eq!(key(&huge), None);
        assert_eq!(key(&json!(u64::MAX)).as_deref(), Some("18446744073709551615"));
        assert_eq!(key(&json!("")), None);
        assert_eq!(key(&json!(true)), None);
    }

    #[test]
    fn pointers_are_written_as_they_were_read() {
        for text in ["/", "/a/*/b", "/a~1b/~0c", "/*/*"] {
            assert_eq!(pointer(text).to_string(), text);
        }
        for text in ["", "a", "/~", "/~2"] {
            assert!(Pointer::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
