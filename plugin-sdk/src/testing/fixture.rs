//! Recorded webhooks with the events they become. The same file is replayed natively by a plugin's tests and inside the
//! sandbox by `signalbox plugin test`, so that the two cannot drift apart.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::NOW_MS;
use crate::call::Context;
use crate::error::ErrorKind;
use crate::http::Header;
use crate::webhooks::{InboundRequest, Webhooks};

/// What came of a webhook: its events as JSON, or the kind of error that the plugin answered with.
pub type Outcome = Result<Vec<Value>, ErrorKind>;

/// A recorded webhook and what the plugin makes of it.
///
/// ```
/// use signalbox_plugin_sdk::testing::Fixture;
///
/// let fixture: Fixture = serde_json::from_str(r#"{
///     "about": "A text",
///     "settings": {"shop": "kettle"},
///     "request": {"json": {"id": "m1"}},
///     "events": []
/// }"#)?;
/// assert_eq!(fixture.request()?.body, br#"{"id": "m1"}"#);
/// assert_eq!(fixture.expected(), Some(Ok(Vec::new())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What it shows, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The time of the call, in milliseconds since the Unix epoch.
    #[serde(default = "now_ms")]
    pub now_ms: u64,
    /// The connection's settings, without its secrets.
    #[serde(default = "no_settings")]
    pub settings: Value,
    /// The webhook.
    pub request: RecordedRequest,
    /// The events it becomes. With neither events nor error, nothing is expected yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Value>>,
    /// The error it is answered with instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorKind>,
}

/// The webhook of a [`Fixture`]. Its body is exactly one of `json`, `text` and `hex`; without any it is empty.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordedRequest {
    /// In capitals; `POST` if empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// Without the question mark.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// Names and values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// A JSON body, byte for byte as it stands in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json: Option<Box<RawValue>>,
    /// A body that is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A body of any bytes, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
}

impl Fixture {
    /// Reads a fixture. The error names the file and the place in it.
    pub fn read(file: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(file).map_err(|error| about(file, &error))?;
        serde_json::from_str(&text).map_err(|error| about(file, &error))
    }

    /// The fixtures of a directory, `*.json`, by name. A directory that is not there has none.
    pub fn read_all(directory: &Path) -> io::Result<Vec<(PathBuf, Self)>> {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries.collect::<io::Result<Vec<_>>>()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(about(directory, &error)),
        };
        let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        files.into_iter().map(|file| Ok((file.clone(), Self::read(&file)?))).collect()
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a fixture has only string keys");
        text.push('\n');
        text
    }

    /// The context of the call.
    pub fn context(&self) -> Context {
        Context { now_ms: self.now_ms, ..super::context(&self.settings) }
    }

    /// The webhook as the plugin gets it. Fails if it has more than one body, or one that is no hexadecimal.
    pub fn request(&self) -> io::Result<InboundRequest> {
        let recorded = &self.request;
        let body = match (&recorded.json, &recorded.text, &recorded.hex) {
            (None, None, None) => Vec::new(),
            (Some(json), None, None) => json.get().as_bytes().to_vec(),
            (None, Some(text), None) => text.as_bytes().to_vec(),
            (None, None, Some(hex)) => from_hex(hex).ok_or_else(|| invalid("`hex` is no hexadecimal"))?,
            _ => return Err(invalid("a body is one of `json`, `text` and `hex`")),
        };
        let headers =
            recorded.headers.iter().map(|(name, value)| Header { name: name.clone(), value: value.clone().into() });
        Ok(InboundRequest {
            method: if recorded.method.is_empty() { "POST".to_owned() } else { recorded.method.clone() },
            path: String::new(),
            query: recorded.query.clone(),
            headers: headers.collect(),
            body,
        })
    }

    /// What should come of it; `None` if nothing is expected yet.
    pub fn expected(&self) -> Option<Outcome> {
        match (&self.error, &self.events) {
            (Some(kind), _) => Some(Err(*kind)),
            (None, Some(events)) => Some(Ok(events.clone())),
            (None, None) => None,
        }
    }

    /// Expects this from now on.
    pub fn expect(&mut self, outcome: Outcome) {
        (self.events, self.error) = match outcome {
            Ok(events) => (Some(events), None),
            Err(kind) => (None, Some(kind)),
        };
    }
}

impl RecordedRequest {
    /// Keeps a body so that it is the same bytes when it is read again, and as readable as it can be.
    pub fn set_body(&mut self, body: Vec<u8>) {
        (self.json, self.text, self.hex) = (None, None, None);
        match String::from_utf8(body) {
            Ok(text) => match RawValue::from_string(text.clone()) {
                // What surrounds the value would be lost.
                Ok(json) if json.get() == text => self.json = Some(json),
                _ => self.text = Some(text),
            },
            Err(error) => self.hex = Some(to_hex(error.as_bytes())),
        }
    }
}

/// Replays every fixture of a directory, which is relative to the crate's `Cargo.toml`.
///
/// # Panics
/// With what was expected and what came, of every fixture that differs; and if there is none.
pub fn replay<P: Webhooks>(directory: &str) {
    let fixtures = Fixture::read_all(Path::new(directory)).unwrap_or_else(|error| panic!("{error}"));
    assert!(!fixtures.is_empty(), "there is no fixture in {directory}");
    let differing: Vec<String> = fixtures.iter().filter_map(|(file, fixture)| difference::<P>(file, fixture)).collect();
    assert!(differing.is_empty(), "{}", differing.join("\n\n"));
}

fn difference<P: Webhooks>(file: &Path, fixture: &Fixture) -> Option<String> {
    let request = fixture.request().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let outcome = P::parse(&fixture.context(), &request);
    let told = match &outcome {
        Ok(events) => serde_json::to_string_pretty(events).expect("events are JSON"),
        Err(error) => error.to_string(),
    };
    let outcome: Outcome = outcome
        .map(|events| events.iter().map(|event| serde_json::to_value(event).expect("events are JSON")).collect())
        .map_err(|error| error.kind);
    if fixture.expected().as_ref() == Some(&outcome) {
        return None;
    }
    let expected = match fixture.expected() {
        Some(Ok(events)) => serde_json::to_string_pretty(&events).expect("events are JSON"),
        Some(Err(kind)) => kind.as_str().to_owned(),
        None => "nothing yet: `signalbox plugin replay --update` writes it down".to_owned(),
    };
    Some(format!("{}\nexpected: {expected}\ngot: {told}", file.display()))
}

fn now_ms() -> u64 {
    NOW_MS
}

fn no_settings() -> Value {
    Value::Object(serde_json::Map::new())
}

fn about(path: &Path, error: &impl std::fmt::Display) -> io::Error {
    invalid(format!("{}: {error}", path.display()))
}

fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let digits = digits?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::PluginError;
    use crate::event::{Custom, Event};

    struct Echo;

    impl Webhooks for Echo {
        fn parse(ctx: &Context, request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
            let data =
                serde_json::from_slice(&request.body).map_err(|error| PluginError::invalid_input(error.to_string()))?;
            let name = "echo.body".to_owned();
            Ok(vec![Event::Custom(Custom { name, occurred_at_ms: ctx.now(), external_id: None, sender: None, data })])
        }
    }

    fn fixture(text: &str) -> Fixture {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_body_comes_back_byte_for_byte_and_readable_where_it_can_be() {
        for (body, member) in [
            (&b"{ \"amount\": 1.0, \"b\": [ ] }"[..], "json"),
            (b" {}", "text"),
            (b"from=%2B1555&text=hi", "text"),
            (b"\xff\x00", "hex"),
        ] {
            let mut fixture = fixture(r#"{"request": {"text": "before"}}"#);
            fixture.request.set_body(body.to_vec());
            let text = fixture.to_text();
            assert!(text.contains(&format!("\"{member}\"")), "{text}");
            let again: Fixture = serde_json::from_str(&text).unwrap();
            assert_eq!(again.request().unwrap().body, body);
            assert_eq!(again.to_text(), text);
        }
    }

    #[test]
    fn a_request_has_one_body() {
        for request in [r#"{"json": {}, "text": ""}"#, r#"{"hex": "0"}"#, r#"{"hex": "zz"}"#] {
            let fixture = fixture(&format!(r#"{{"request": {request}}}"#));
            assert_eq!(fixture.request().unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
        assert!(serde_json::from_str::<Fixture>(r#"{"request": {"body": ""}}"#).is_err(), "a typing mistake");
    }

    #[test]
    fn what_differs_is_shown_with_its_file() {
        let file = Path::new("fixtures/a.json");
        let mut fixture = fixture(r#"{"now_ms": 7, "request": {"json": [1]}}"#);
        assert!(difference::<Echo>(file, &fixture).unwrap().contains("nothing yet"));
        fixture.expect(Ok(vec![serde_json::json!({
            "event": "custom", "name": "echo.body", "occurred_at_ms": 7, "data": [1]
        })]));
        assert_eq!(difference::<Echo>(file, &fixture), None);
        fixture.now_ms = 8;
        let told = difference::<Echo>(file, &fixture).unwrap();
        assert!(told.starts_with("fixtures/a.json") && told.contains("\"occurred_at_ms\": 8"), "{told}");

        fixture.request.set_body(b"nonsense".to_vec());
        assert!(difference::<Echo>(file, &fixture).unwrap().contains("invalid_input"));
        fixture.expect(Err(ErrorKind::InvalidInput));
        assert_eq!(difference::<Echo>(file, &fixture), None);
    }
}
