//! The page for operators: every setting with its key, variable, type, default and meaning.

use crate::keys::{Key, Kind, Table, tables};
use serde_json::Value;
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Configuration

<!-- Generated from crates/config; `UPDATE_GENERATED=1 cargo test -p signalbox-config` rewrites it. -->

A setting comes from, in rising order: its default, the TOML file, the environment. The file is \
named by `--config` or `SIGNALBOX_CONFIG`; keys of a section stand in a table of its name, so that \
`http.bind` is `bind` in `[http]`. In the environment, lists are written with commas, and an empty \
variable counts as not set. `DATABASE_URL` sets `database.url` unless `SIGNALBOX_DATABASE_URL` \
does.

Everything is checked before anything listens: a wrong value, an unknown key and an unknown \
`SIGNALBOX_` variable are refused, all at once, each with the line or variable it came from. Values \
of secrets are never printed.
";

/// The reference as Markdown.
pub fn reference_markdown() -> String {
    let mut page = INTRODUCTION.to_owned();
    for table in tables().iter().filter(|table| !table.keys.is_empty()) {
        section(&mut page, table);
    }
    page
}

fn section(page: &mut String, table: &Table) {
    let (title, meaning) = match table.path.as_str() {
        "" => ("Top level".to_owned(), "Before the first table of the file."),
        path => (format!("[{path}]"), table.meaning.as_str()),
    };
    let header = "| Key | Environment | Type | Default | Meaning |\n|---|---|---|---|---|";
    // Writing to a String cannot fail.
    let _ = writeln!(page, "\n## {title}\n\n{meaning}\n\n{header}");
    for key in &table.keys {
        let _ = writeln!(
            page,
            "| `{}` | `{}` | {} | {} | {} |",
            key.name(),
            key.env(),
            kind(key),
            default(key),
            key.meaning.replace('|', "\\|"),
        );
    }
}

fn kind(key: &Key) -> String {
    match &key.kind {
        Kind::Text if key.secret => "secret text".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Integer { min, max } => format!("{min} to {max}"),
        Kind::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "),
        Kind::List => "list of texts".to_owned(),
    }
}

fn default(key: &Key) -> String {
    match &key.default {
        Value::Null => "not set".to_owned(),
        Value::String(text) => format!("`{text}`"),
        Value::Array(entries) if entries.is_empty() => "none".to_owned(),
        value => format!("`{value}`"),
    }
}
