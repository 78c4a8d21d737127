//! From bytes to a checked manifest.

use serde_path_to_error::{Path, Segment};

use super::Manifest;
use crate::error::ManifestError;
use crate::schema::escape_token;

/// Largest manifest in bytes; schemas of settings and actions are most of it.
const SIZE_MAX: usize = 512 * 1024;

impl Manifest {
    /// Reads and checks a manifest. The error names the place at fault.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > SIZE_MAX {
            return Err(ManifestError::TooLarge { limit: SIZE_MAX });
        }
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let manifest: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| ManifestError::Shape {
            pointer: pointer(error.path()),
            message: error.inner().to_string(),
        })?;
        json.end().map_err(|error| ManifestError::Shape { pointer: String::new(), message: error.to_string() })?;
        manifest.check()?;
        Ok(manifest)
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
