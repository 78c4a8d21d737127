//! The recipes, the documented vectors, and requests to try them on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use signalbox_manifest::{Denied, Recipe, Reply, Request, Routing, Unroutable};

pub const URL: &str = "https://signalbox.example/hooks/k1";

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(tests().join("fixtures").join(name)).unwrap()
}

/// The vectors of one provider.
pub fn vectors(provider: &str) -> Value {
    let mut all: Value = serde_json::from_slice(&fixture("signature_vectors.json")).unwrap();
    let vectors = all[provider].take();
    assert!(vectors["source"].is_string(), "{provider} names its source");
    vectors
}

pub fn recipe_names() -> Vec<String> {
    let files = std::fs::read_dir(tests().join("recipes")).unwrap();
    let mut names: Vec<_> =
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

pub fn recipe_json(name: &str) -> Value {
    let path = tests().join("recipes").join(format!("{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub fn recipe(name: &str) -> Recipe {
    let recipe: Recipe = serde_json::from_value(recipe_json(name)).unwrap();
    recipe.check().unwrap();
    recipe
}

pub fn secrets(secrets: &[(&str, &str)]) -> BTreeMap<String, String> {
    secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// A request that can be changed before it is tried.
#[derive(Debug, Clone)]
pub struct Sent {
    pub method: &'static str,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Sent {
    pub fn post(body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST", url: URL.to_owned(), headers: HeaderMap::new(), body: body.into() }
    }

    pub fn get(url: &str) -> Self {
        Self { method: "GET", ..Self::post("").to(url) }
    }

    pub fn to(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// Adds a header, keeping what is there under that name.
    pub fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.headers.append(name, value);
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        assert!(self.headers.remove(name).is_some());
        self
    }

    pub fn request(&self) -> Request<'_> {
        Request::new(self.method, &self.url, &self.headers, &self.body)
    }

    pub fn verify(
        &self,
        recipe: &Recipe,
        secrets: &BTreeMap<String, String>,
        now: DateTime<Utc>,
    ) -> Result<(), Denied> {
        recipe.verify(&self.request(), secrets, now)
    }

    pub fn handshake(&self, recipe: &Recipe, secrets: &BTreeMap<String, String>, now: DateTime<Utc>) -> Option<Reply> {
        recipe.handshake(&self.request(), secrets, now)
    }

    pub fn route(&self, recipe: &Recipe) -> Result<Routing, Unroutable> {
        recipe.route(&self.request())
    }
}

/// A form body.
pub fn form(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
