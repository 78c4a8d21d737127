//! Loading: read the file and the environment, judge every setting by itself, then all together.

mod environment;
mod file;
mod judge;

pub use environment::process_environment;

use crate::{
    errors::{ConfigError, ConfigErrors, Origin},
    keys::{Key, tables},
    sections::Config,
};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, path::Path};

/// A setting that somebody made: what it says, and where.
pub(crate) struct Setting {
    value: Value,
    origin: Origin,
}

/// The settings that were made, by the path of their key. A later one replaces an earlier one.
type Settings = BTreeMap<String, Setting>;

impl Config {
    /// Loads the settings: defaults, then the file, then the environment.
    ///
    /// Without `file`, the variable `SIGNALBOX_CONFIG` may name one. `DATABASE_URL` sets
    /// `database.url` unless `SIGNALBOX_DATABASE_URL` does. Variables that do not begin with
    /// `SIGNALBOX_` are ignored, and so are empty ones. The error has everything that is wrong.
    pub fn load(file: Option<&Path>, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigErrors> {
        let keys: Vec<Key> = tables().into_iter().flat_map(|table| table.keys).collect();
        let mut errors = Vec::new();
        let environment = environment::read(&keys, env, &mut errors);
        let file = file.map(Path::to_owned).or(environment.file);
        let mut settings = match file {
            Some(path) => file::read(&path, &keys, &mut errors),
            None => Settings::new(),
        };
        settings.extend(environment.settings);
        for (path, setting) in &settings {
            let key = keys.iter().find(|key| key.path == *path);
            let key = key.expect("readers only keep keys that they know");
            judge::setting(key, setting, &mut errors);
        }
        if errors.is_empty() {
            let config = assemble(&settings)?;
            judge::together(&config, &settings, &mut errors);
            if errors.is_empty() {
                return Ok(config);
            }
        }
        errors.sort();
        Err(ConfigErrors(errors))
    }
}

fn assemble(settings: &Settings) -> Result<Config, ConfigErrors> {
    let mut root = Map::new();
    for (path, setting) in settings {
        insert(&mut root, path, setting.value.clone());
    }
    serde_json::from_value(Value::Object(root)).map_err(|error| {
        // Each setting was judged before, so this can only be about several together.
        let message = error.to_string();
        ConfigErrors(vec![ConfigError { origin: Origin::Settings, key: String::new(), message }])
    })
}

/// Puts a value below the tables that its path names.
fn insert(root: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            root.insert(path.to_owned(), value);
        }
        Some((table, rest)) => {
            let table = root.entry(table).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(table) = table {
                insert(table, rest, value);
            }
        }
    }
}
