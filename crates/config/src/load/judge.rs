//! Whether a setting is good: its type, its range, its form, and what it must agree with.

use super::{Setting, Settings, insert};
use crate::{
    errors::{ConfigError, Origin, suggestion},
    keys::{Key, Kind},
    sections::{Config, MailTls},
};
use serde_json::{Map, Value};

/// Judges one setting by itself.
pub(super) fn setting(key: &Key, setting: &Setting, errors: &mut Vec<ConfigError>) {
    let mut refuse = |message: String| {
        let origin = setting.origin.clone();
        errors.push(ConfigError { origin, key: key.path.clone(), message });
    };
    match (&key.kind, &setting.value) {
        (Kind::Integer { min, max }, value) => {
            if !value.as_u64().is_some_and(|number| (*min..=*max).contains(&number)) {
                refuse(format!("expected a whole number from {min} to {max}{}", got(key, value)));
            }
        }
        (Kind::Choice(words), value) => {
            if !value.as_str().is_some_and(|word| words.iter().any(|known| known == word)) {
                let written = value.as_str().unwrap_or_default();
                let hint = suggestion(written, words.iter().map(String::as_str));
                refuse(format!("expected one of {}{}{hint}", words.join(", "), got(key, value)));
            }
        }
        (Kind::List, Value::Array(entries)) => {
            for entry in entries {
                // One by one, so that every bad entry is named.
                if let Err(expected) = form(key, entry, Value::Array(vec![entry.clone()])) {
                    refuse(format!("{expected}{}", got(key, entry)));
                }
            }
        }
        (Kind::List, value) => refuse(format!("expected a list of texts{}", got(key, value))),
        (Kind::Text, value) => {
            if let Err(expected) = form(key, value, value.clone()) {
                refuse(format!("{expected}{}", got(key, value)));
            }
        }
    }
}

/// Whether the text is one that the field's own type takes; otherwise what it expected.
fn form(key: &Key, text: &Value, field: Value) -> Result<(), String> {
    match text.as_str() {
        None => return Err("expected a text".to_owned()),
        Some("") => return Err("expected a text that is not empty".to_owned()),
        Some(_) => {}
    }
    let mut root = Map::new();
    insert(&mut root, &key.path, field);
    serde_json::from_value::<Config>(Value::Object(root)).map(drop).map_err(|error| error.to_string())
}

/// What was written instead, unless it is a secret or has no short form.
fn got(key: &Key, value: &Value) -> String {
    let text = match value {
        _ if key.secret => return String::new(),
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return String::new(),
    };
    format!(", got `{}`", text.chars().take(80).collect::<String>())
}

/// Judges what only shows when all settings are known.
pub(super) fn together(config: &Config, settings: &Settings, errors: &mut Vec<ConfigError>) {
    let mut refuse = |key: &str, message: String| {
        let origin = settings.get(key).map_or(Origin::Settings, |setting| setting.origin.clone());
        errors.push(ConfigError { origin, key: key.to_owned(), message });
    };
    if !config.sandbox.bind.ip().is_loopback() {
        let message = "expected a loopback address: simulators have no login".to_owned();
        refuse("sandbox.bind", message);
    }
    if config.sandbox.bind == config.http.bind && config.http.bind.port() != 0 {
        refuse("sandbox.bind", format!("`http.bind` is {} already", config.http.bind));
    }
    if !config.sandbox.smtp_bind.ip().is_loopback() {
        refuse("sandbox.smtp_bind", "expected a loopback address: simulators have no login".to_owned());
    }
    let mail = &config.mail;
    if mail.host.is_some() && mail.from.is_none() {
        refuse("mail.from", "must be set too where `mail.host` is".to_owned());
    }
    if mail.username.is_some() != mail.password.is_some() {
        refuse("mail.username", "needs `mail.password`, and the other way round".to_owned());
    }
    if mail.password.is_some() && mail.tls == MailTls::None {
        refuse("mail.tls", "expected `starttls` or `tls`: the password would be sent in the clear".to_owned());
    }
    if config.plugins.cpu_ms > config.plugins.wall_ms {
        let wall = config.plugins.wall_ms;
        refuse("plugins.cpu_ms", format!("expected at most `plugins.wall_ms`, which is {wall}"));
    }
    let lanes = &config.worker.lanes;
    if lanes.live + lanes.automation + lanes.notify + lanes.timers + lanes.bulk == 0 {
        refuse("worker.lanes.live", "expected at least one lane with a place".to_owned());
    }
    if config.database.owner_url.is_some() && config.database.url.is_none() {
        let message = "`database.url` must be set too".to_owned();
        refuse("database.owner_url", message);
    }
}
