//! Reads what a plugin returned. A stranger's JSON: large, wrong or hostile until shown otherwise.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::error::Cause;

/// Most bytes of a pointer to what is wrong.
const POINTER: usize = 256;

/// Reads `json` of at most `limit` bytes as the type of the contract.
pub(crate) fn decode<T: DeserializeOwned>(json: &str, limit: usize) -> Result<T, Cause> {
    if json.len() > limit {
        return Err(Cause::OutputTooLarge { limit });
    }
    // Keeping track of the place doubles the time of reading; what is wrong somewhere is read again.
    serde_json::from_str(json).or_else(|_| located(json))
}

/// The same, with the place of what is wrong.
fn located<T: DeserializeOwned>(json: &str) -> Result<T, Cause> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| Cause::BadOutput { pointer: pointer(error.path()), message: describe(error.inner()) })?;
    reader.end().map_err(|error| Cause::BadOutput { pointer: String::new(), message: describe(&error) })?;
    Ok(value)
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1").replace('\0', "\u{fffd}"),
            // The variant of an enum is no step in the document; the rest is unknown ground.
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        // The names in a document are the plugin's, and as long as it likes.
        if pointer.len() + part.len() >= POINTER {
            return pointer + "/…";
        }
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

/// What was expected, without what was found: that may be a customer's name or number.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if !error.is_data() {
        return text;
    }
    if let Some(at) = text.rfind(", expected ") {
        return text[at + 2..].to_owned();
    }
    if text.starts_with("missing field") || text.starts_with("duplicate field") {
        return text;
    }
    "not a value of the contract".to_owned()
}

#[cfg(test)]
mod tests {
    use plugin_sdk::{CheckReport, Event};

    use super::*;

    fn bad<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> (String, String) {
        match decode::<T>(json, 1000).unwrap_err() {
            Cause::BadOutput { pointer, message } => (pointer, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_the_place_and_not_the_value() {
        let (pointer, message) =
            bad::<CheckReport>(r#"{"ok":true,"checks":[{"name":"a","ok":"+5511987654321, really","message":""}]}"#);
        assert_eq!(pointer, "/checks/0/ok");
        assert!(message.starts_with("expected a boolean"), "{message}");

        let (pointer, message) = bad::<CheckReport>(r#"{"ok":true,"checks":[{"name":"a","ok":true}]}"#);
        assert_eq!(pointer, "/checks/0");
        assert!(message.contains("`message`"), "{message}");

        let (_, message) = bad::<Vec<Event>>(r#"[{"event":"+5511987654321, expected no"}]"#);
        assert!(!message.contains("5511"), "{message}");
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for json in ["", "nonsense", "[", "[] []", "[]x", "{}", "null"] {
            bad::<Vec<Event>>(json);
        }
        // Deep enough to overflow a careless reader's stack.
        bad::<Vec<serde_json::Value>>(&"[".repeat(900));
    }

    #[test]
    fn the_place_is_no_longer_than_people_read() {
        let long = "k".repeat(500);
        let (pointer, _) = bad::<std::collections::BTreeMap<String, u8>>(&format!(r#"{{"{long}":"x"}}"#));
        assert_eq!(pointer, "/…");
    }

    #[test]
    fn the_limit_is_checked_before_reading() {
        let json = format!("[{}]", " ".repeat(100));
        assert!(decode::<Vec<Event>>(&json, 102).is_ok());
        assert!(matches!(decode::<Vec<Event>>(&json, 101), Err(Cause::OutputTooLarge { limit: 101 })));
    }
}
