//! Settings from environment variables.

use super::{Setting, Settings};
use crate::{
    errors::{ConfigError, Origin, suggestion},
    keys::{Key, Kind, PREFIX},
};
use serde_json::Value;
use std::path::PathBuf;

/// The variable that names the configuration file.
const FILE: &str = "SIGNALBOX_CONFIG";
/// The variable that other tools use for the database, too.
const DATABASE_URL: &str = "DATABASE_URL";

/// What the environment says.
pub(super) struct Environment {
    pub(super) settings: Settings,
    pub(super) file: Option<PathBuf>,
}

/// The environment of this process. A value that is not Unicode is read with replacement
/// characters, so that it is refused by name instead of being overlooked.
pub fn process_environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
}

pub(super) fn read(
    keys: &[Key],
    env: impl IntoIterator<Item = (String, String)>,
    errors: &mut Vec<ConfigError>,
) -> Environment {
    let mut environment = Environment { settings: Settings::new(), file: None };
    let mut database_url = None;
    for (name, text) in env {
        if text.is_empty() {
            continue;
        }
        if name == FILE {
            environment.file = Some(text.into());
        } else if name == DATABASE_URL {
            database_url = Some(text);
        } else if let Some(key) = keys.iter().find(|key| key.env() == name) {
            environment.settings.insert(key.path.clone(), setting(key, name, text));
        } else if name.starts_with(PREFIX) {
            errors.push(unknown(keys, name));
        }
    }
    if let Some(url) = database_url {
        environment.settings.entry("database.url".to_owned()).or_insert_with(|| Setting {
            value: Value::String(url),
            origin: Origin::Environment(DATABASE_URL.to_owned()),
        });
    }
    environment
}

/// A text as the key's kind of value; what cannot be read stays a text, to be refused with the
/// others.
fn setting(key: &Key, name: String, text: String) -> Setting {
    let value = match &key.kind {
        Kind::Integer { .. } => text.trim().parse::<i64>().map_or(Value::String(text), Value::from),
        Kind::List => text.split(',').map(|entry| Value::from(entry.trim())).collect(),
        Kind::Text | Kind::Choice(_) => Value::String(text),
    };
    Setting { value, origin: Origin::Environment(name) }
}

fn unknown(keys: &[Key], name: String) -> ConfigError {
    let names: Vec<String> = keys.iter().map(Key::env).chain([FILE.to_owned()]).collect();
    let hint = suggestion(&name, names.iter().map(String::as_str));
    ConfigError {
        origin: Origin::Environment(name),
        key: String::new(),
        message: format!("there is no such setting{hint}"),
    }
}
