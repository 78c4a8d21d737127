//! From bytes to a checked manifest.

use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::Manifest;
use crate::error::{Findings, ManifestError, Reason};
use crate::schema::{self, escape_token};

/// Largest manifest in bytes; schemas of settings and actions are most of it.
const SIZE_MAX: usize = 512 * 1024;

/// Changes with everything that decides whether a manifest is accepted: this crate and what it is built with. What has
/// been accepted under the same rules need not be checked again.
pub const RULES: &str = env!("MANIFEST_RULES");

impl Manifest {
    /// Reads and checks a manifest. The error names everything that is wrong, each with its place.
    ///
    /// How the parts fit together can only be judged when all of them have the right shape, so a manifest with faults of
    /// both kinds is told about its shape first.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest = Self::read(bytes)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Reads a manifest that [`parse`](Self::parse) has accepted before under the same [`RULES`], without checking it
    /// once more: that compiles every schema in it.
    pub fn read(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > SIZE_MAX {
            return Err(ManifestError::of(Reason::TooLarge { limit: SIZE_MAX }));
        }
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let manifest: Self = match serde_path_to_error::deserialize(&mut json) {
            Ok(manifest) => manifest,
            Err(error) => return Err(misshapen(bytes, &error)),
        };
        json.end().map_err(|error| shape(String::new(), error.to_string()))?;
        Ok(manifest)
    }
}

/// Everything that has the wrong shape. The parser knows best what it wanted, but stops at once; the published schema
/// finds the rest.
fn misshapen(bytes: &[u8], error: &serde_path_to_error::Error<serde_json::Error>) -> ManifestError {
    let (first, message) = (pointer_of(error), error.inner().to_string());
    let mut found = Findings::default();
    found.note::<()>(Err(shape(first.clone(), message)));
    let rest = serde_json::from_slice(bytes).map(|json: Value| schema::errors_of(&super::schema(), &json));
    for error in rest.unwrap_or_default() {
        // What is wrong with one value has been said, and with it what is wrong around and inside it.
        if !is_within(&error.pointer, &first) && !is_within(&first, &error.pointer) {
            found.note::<()>(Err(shape(error.pointer, error.message)));
        }
    }
    found.error()
}

fn shape(pointer: String, message: String) -> ManifestError {
    ManifestError::of(Reason::Shape { pointer, message })
}

fn is_within(pointer: &str, outer: &str) -> bool {
    pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where the parser stopped; for a member that is missing, where it belongs.
fn pointer_of(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let pointer = pointer(error.path());
    let message = error.inner().to_string();
    match message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        Some(name) => format!("{pointer}/{}", escape_token(name)),
        None => pointer,
    }
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let token = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => escape_token(key),
            // Enums with content are written as an object with one member, the variant's name.
            Segment::Enum { variant } => escape_token(variant),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&token);
    }
    pointer
}
