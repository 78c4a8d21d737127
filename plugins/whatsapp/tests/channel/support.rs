//! What the tests share: fixtures and a parse call as the host makes it.

use std::path::{Path, PathBuf};

use plugin_sdk::actions::Call;
use plugin_sdk::testing::{context, webhook};
use plugin_sdk::{Event, PluginError, Webhooks};
use serde_json::{Value, json};
use signalbox_whatsapp::WhatsApp;

/// The phone number id of the fixtures.
pub const NUMBER: &str = "106540352242922";
/// The time of every call.
pub const NOW_MS: i64 = 1_780_000_000_000;
/// The folders of webhooks.
pub const FOLDERS: [&str; 2] = ["inbound", "inbound_meta"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Every file of a folder by its name, in order.
pub fn fixtures(name: &str) -> Vec<(String, Value)> {
    let mut files: Vec<_> = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, read(path))
        })
        .collect()
}

/// One file.
pub fn fixture(folder_name: &str, name: &str) -> Value {
    read(&folder(folder_name).join(format!("{name}.json")))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Parses a webhook under these settings.
pub fn parse(settings: &Value, body: &Value) -> Result<Vec<Event>, PluginError> {
    WhatsApp::parse(&context(settings), &webhook(body.to_string()))
}

/// An action without input.
pub fn action(name: &str) -> Call {
    Call { name: name.to_owned(), input: json!({}), idempotency_key: "key-1".to_owned() }
}
