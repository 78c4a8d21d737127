//! Reads one JSON object and names its parameters as Meta does: `interactive['action']['buttons']`.

use crate::whatsapp::graph_error::GraphError;
use serde_json::{Map, Value};
use url::Url;

/// An object of the request and where it stands.
pub(super) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(super) fn root(map: &'a Map<String, Value>) -> Self {
        Self { path: String::new(), map }
    }

    /// The name of one of this object's parameters.
    pub(super) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}['{key}']", self.path) }
    }

    /// A value that is there; `null` counts as missing.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn required(&self, key: &str) -> Result<&'a Value, GraphError> {
        self.get(key).ok_or_else(|| GraphError::required(&self.name(key)))
    }

    /// Refuses keys that are not listed.
    pub(super) fn only(&self, allowed: &[&str]) -> Result<(), GraphError> {
        match self.map.keys().find(|key| !allowed.contains(&key.as_str())) {
            Some(key) => Err(GraphError::unexpected_key(key, &self.path)),
            None => Ok(()),
        }
    }

    /// A text of 1 to `max` characters.
    pub(super) fn text(&self, key: &str, max: usize) -> Result<&'a str, GraphError> {
        self.optional_text(key, max)?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| GraphError::required(&self.name(key)))
    }

    /// A text of at most `max` characters, if there is one.
    pub(super) fn optional_text(&self, key: &str, max: usize) -> Result<Option<&'a str>, GraphError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| GraphError::wrong_type(&self.name(key), "a string"))?;
        if text.len() > max && text.chars().count() > max {
            return Err(GraphError::too_long(&self.name(key), max));
        }
        Ok(Some(text))
    }

    /// A text out of a list; upper and lower case are the same.
    pub(super) fn one_of(&self, key: &str, allowed: &[&str]) -> Result<String, GraphError> {
        let value = self.required(key)?;
        let text = value.as_str().map(str::to_lowercase).unwrap_or_default();
        if allowed.contains(&text.as_str()) {
            Ok(text)
        } else {
            Err(GraphError::not_one_of(&self.name(key), allowed, value))
        }
    }

    /// A number between two bounds; Meta also takes it as a text.
    pub(super) fn number(&self, key: &str, min: f64, max: f64) -> Result<f64, GraphError> {
        let value = self.required(key)?;
        value
            .as_f64()
            .or_else(|| value.as_str()?.trim().parse().ok())
            .filter(|number| (min..=max).contains(number))
            .ok_or_else(|| GraphError::wrong_type(&self.name(key), &format!("a number from {min} to {max}")))
    }

    /// An address that starts with `http` or `https`.
    pub(super) fn link(&self, key: &str) -> Result<&'a str, GraphError> {
        let text = self.text(key, 2000)?;
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(text),
            _ => Err(GraphError::not_a_link(&self.name(key))),
        }
    }

    pub(super) fn object(&self, key: &str) -> Result<Self, GraphError> {
        self.optional_object(key)?.ok_or_else(|| GraphError::required(&self.name(key)))
    }

    pub(super) fn optional_object(&self, key: &str) -> Result<Option<Self>, GraphError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let path = self.name(key);
        match value.as_object() {
            Some(map) => Ok(Some(Self { path, map })),
            None => Err(GraphError::wrong_type(&path, "a JSON object")),
        }
    }

    /// A list of objects.
    pub(super) fn objects(&self, key: &str) -> Result<Vec<Self>, GraphError> {
        let path = self.name(key);
        let wrong_type = || GraphError::wrong_type(&path, "an array of JSON objects");
        self.required(key)?
            .as_array()
            .ok_or_else(wrong_type)?
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let map = value.as_object().ok_or_else(wrong_type)?;
                Ok(Self { path: format!("{path}[{index}]"), map })
            })
            .collect()
    }

    /// A list of objects that may be missing.
    pub(super) fn optional_objects(&self, key: &str) -> Result<Vec<Self>, GraphError> {
        if self.get(key).is_some() { self.objects(key) } else { Ok(Vec::new()) }
    }
}
