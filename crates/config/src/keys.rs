//! The list of all keys, read from the schema that the section structs generate.

use crate::sections::Config;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// What every environment variable of the product begins with.
pub const PREFIX: &str = "SIGNALBOX_";

/// The schema (draft-07) of the configuration file.
pub fn schema() -> Value {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<Config>().to_value()
}

/// One setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Where it stands in the file: `http.bind` is `bind` in the table `[http]`.
    pub path: String,
    /// What values it takes.
    pub kind: Kind,
    /// Whether its value is never printed.
    pub secret: bool,
    /// Its default; null if there is none.
    pub default: Value,
    /// What it means, for people.
    pub meaning: String,
}

/// What values a setting takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A text, perhaps of a certain form.
    Text,
    /// A whole number between two bounds, both included.
    Integer {
        /// The smallest.
        min: u64,
        /// The largest.
        max: u64,
    },
    /// One of a few words.
    Choice(Vec<String>),
    /// A list of texts; in the environment with commas between them.
    List,
}

impl Key {
    /// The environment variable that sets it.
    pub fn env(&self) -> String {
        format!("{PREFIX}{}", self.path.replace('.', "_").to_uppercase())
    }

    /// The table it stands in; empty for the top level.
    pub fn table(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(table, _)| table)
    }

    /// Its name within the table.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('.').map_or(self.path.as_str(), |(_, name)| name)
    }
}

/// One table of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name with dots; empty for the top level.
    pub path: String,
    /// What it is for.
    pub meaning: String,
    /// Its own keys, in the order of their declaration.
    pub keys: Vec<Key>,
}

/// Every table with its keys, the top level first.
pub fn tables() -> Vec<Table> {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<Config>().to_value();
    let mut tables = Vec::new();
    let defaults = serde_json::to_value(Config::default()).expect("settings are plain data");
    collect(&schema, "", &defaults, &mut tables);
    tables
}

fn collect(schema: &Value, path: &str, defaults: &Value, tables: &mut Vec<Table>) {
    let place = tables.len();
    tables.push(Table { path: path.to_owned(), meaning: meaning(schema), keys: Vec::new() });
    let Some(properties) = schema["properties"].as_object() else { return };
    for (name, property) in properties {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if property.get("properties").is_some() {
            collect(property, &path, &defaults[name], tables);
        } else {
            tables[place].keys.push(key(path, property, defaults[name].clone()));
        }
    }
}

fn key(path: String, schema: &Value, default: Value) -> Key {
    Key {
        kind: kind(schema),
        secret: schema["writeOnly"] == Value::Bool(true),
        default,
        meaning: meaning(schema),
        path,
    }
}

fn kind(schema: &Value) -> Kind {
    let is = |name: &str| {
        let kind = &schema["type"];
        kind == name || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == name))
    };
    if let Some(choices) = schema["oneOf"].as_array() {
        let words = choices.iter().filter_map(|choice| choice["const"].as_str());
        return Kind::Choice(words.map(str::to_owned).collect());
    }
    if is("array") {
        return Kind::List;
    }
    if is("integer") {
        return Kind::Integer {
            min: schema["minimum"].as_u64().unwrap_or(0),
            max: schema["maximum"].as_u64().unwrap_or(u64::MAX),
        };
    }
    Kind::Text
}

/// The doc comment, as one line.
fn meaning(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_follow_from_the_structs() {
        let keys: Vec<Key> = tables().into_iter().flat_map(|table| table.keys).collect();
        let find = |path: &str| keys.iter().find(|key| key.path == path).expect(path);
        assert_eq!(find("data_dir").env(), "SIGNALBOX_DATA_DIR");
        assert_eq!(find("worker.lanes.live").env(), "SIGNALBOX_WORKER_LANES_LIVE");
        assert_eq!(find("database.max_connections").kind, Kind::Integer { min: 2, max: 1000 });
        assert_eq!(find("worker.lanes.bulk").kind, Kind::Integer { min: 0, max: 1000 });
        assert_eq!(find("http.trusted_proxies").kind, Kind::List);
        assert_eq!(find("log.format").kind, Kind::Choice(vec!["text".to_owned(), "json".to_owned()]));
        assert!(find("master_key").secret && find("database.owner_url").secret);
        assert!(!find("http.bind").secret);
        assert!(keys.iter().all(|key| !key.meaning.is_empty()), "every key says what it means");
    }

    #[test]
    fn every_number_has_bounds() {
        for key in tables().into_iter().flat_map(|table| table.keys) {
            if let Kind::Integer { max, .. } = key.kind {
                assert!(max < u64::MAX, "{} has no upper bound", key.path);
            }
        }
    }

    #[test]
    fn no_two_keys_share_a_variable() {
        let mut names: Vec<_> = tables().iter().flat_map(|table| &table.keys).map(Key::env).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
