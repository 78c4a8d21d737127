//! Settings from the TOML file, each with its line.

use super::{Setting, Settings};
use crate::{
    errors::{ConfigError, Origin, suggestion},
    keys::Key,
};
use serde_json::Value;
use std::path::Path;
use toml::de::{DeInteger, DeTable, DeValue};

/// Reads what can be read; what cannot is among the errors.
pub(super) fn read(path: &Path, keys: &[Key], errors: &mut Vec<ConfigError>) -> Settings {
    let mut reader = Reader { path, text: "", keys, errors, settings: Settings::new() };
    match std::fs::read_to_string(path) {
        Ok(text) => Reader { text: &text, ..reader }.read(),
        Err(error) => {
            reader.error(None, "", format!("cannot be read: {error}"));
            reader.settings
        }
    }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    keys: &'a [Key],
    errors: &'a mut Vec<ConfigError>,
    settings: Settings,
}

impl Reader<'_> {
    fn read(mut self) -> Settings {
        let (table, syntax_errors) = DeTable::parse_recoverable(self.text);
        for error in syntax_errors {
            let line = error.span().map(|span| self.line(span.start));
            self.error(line, "", error.message().to_owned());
        }
        self.table("", table.get_ref());
        self.settings
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let path = format!("{prefix}{}", name.get_ref());
            let line = self.line(name.span().start);
            let below = format!("{path}.");
            let is_table = self.keys.iter().any(|key| key.path.starts_with(&below));
            match value.get_ref() {
                DeValue::Table(table) if is_table => self.table(&below, table),
                _ if is_table => {
                    self.error(Some(line), &path, format!("expected a table, written as [{path}]"));
                }
                value if self.keys.iter().any(|key| key.path == path) => {
                    let setting = Setting { value: json(value), origin: self.origin(Some(line)) };
                    self.settings.insert(path, setting);
                }
                _ => {
                    let hint = self.hint(prefix, name.get_ref());
                    self.error(Some(line), &path, format!("there is no such setting{hint}"));
                }
            }
        }
    }

    /// The name that was meant: one of the same table, or the same name in another.
    fn hint(&self, prefix: &str, name: &str) -> String {
        let siblings = (self.keys.iter())
            .filter_map(|key| key.path.strip_prefix(prefix))
            .map(|rest| rest.split('.').next().unwrap_or(rest));
        let hint = suggestion(name, siblings);
        if !hint.is_empty() {
            return hint;
        }
        let elsewhere = self.keys.iter().find(|key| key.name() == name);
        elsewhere.map(|key| format!(" (did you mean `{}`?)", key.path)).unwrap_or_default()
    }

    fn line(&self, at: usize) -> usize {
        1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count()
    }

    fn origin(&self, line: Option<usize>) -> Origin {
        Origin::File { path: self.path.to_owned(), line }
    }

    fn error(&mut self, line: Option<usize>, key: &str, message: String) {
        let origin = self.origin(line);
        self.errors.push(ConfigError { origin, key: key.to_owned(), message });
    }
}

/// The value as JSON. No setting is a float, time, table or number beyond 64 bits; these become
/// null, which every kind of setting refuses.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => integer(number),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Array(entries) => entries.iter().map(|entry| json(entry.get_ref())).collect(),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => Value::Null,
    }
}

fn integer(number: &DeInteger<'_>) -> Value {
    i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
}
