//! A JSON body, refused with pointers to what is wrong.

use crate::problem::{Code, FieldProblem, Problem};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

/// A JSON body. Its type denies unknown fields, so that a misspelt one is not silently ignored.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        parse(&read(request, state).await?).map(Self)
    }
}

/// The bytes of a body, up to the limit of its route.
pub(super) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| Code::of_status(rejection.status()).into())
}

/// The media type of the body, without its parameters.
pub(super) fn essence(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

pub(super) fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    match essence(headers) {
        Some(essence) if essence == "application/json" || essence.ends_with("+json") => Ok(()),
        _ => Err(Code::UnsupportedMediaType.into()),
    }
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would fill an object from a list, too, by the order of its members. No body of ours is meant so.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::field("", "shape", "must be an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (pointer, error) = (pointer(error.path()), error.into_inner());
        if error.is_data() {
            Problem::invalid(vec![FieldProblem::new(pointer, "shape", without_place(&error))])
        } else {
            Problem::new(Code::MalformedJson).detail(error.to_string())
        }
    })?;
    json.end().map_err(|error| Problem::new(Code::MalformedJson).detail(error.to_string()))?;
    Ok(value)
}

/// Reads a part of a body that stands at a pointer in it.
pub fn read_part<T: DeserializeOwned>(part: &serde_json::Value, at: &str) -> Result<T, Problem> {
    serde_path_to_error::deserialize(part).map_err(|error| {
        let (pointer, error) = (pointer(error.path()), error.into_inner());
        Problem::invalid(vec![FieldProblem::new(format!("{at}{pointer}"), "shape", without_place(&error))])
    })
}

/// The message without `at line 1 column 2`, which a pointer says better.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let token = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&token);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::problem::{Code, Problem};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its parsing is tested")]
        list: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its parsing is tested")]
        n: u8,
    }

    fn refused(body: &str) -> Problem {
        parse::<Outer>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_not_json_is_a_bad_request() {
        assert_eq!(refused("{").code(), Code::MalformedJson);
        assert_eq!(refused(r#"{"list":[]} x"#).code(), Code::MalformedJson);
    }

    #[test]
    fn a_wrong_shape_is_pointed_at() {
        let problem = format!("{:?}", refused(r#"{"list":[{"n":1},{"n":300}]}"#));
        assert!(problem.contains("\"/list/1/n\""), "{problem}");
        assert_eq!(refused(" [[]]").code(), Code::Invalid, "a list of the values of an object is none");
        let problem = format!("{:?}", refused(r#"{"list":[],"a/b":1}"#));
        assert!(problem.contains("unknown field") && problem.contains("Invalid"), "{problem}");
    }
}
