//! Limits of interactive messages: buttons and lists, and the frame that all of them share.

use plugin_sdk::PluginError;
use serde_json::Value;

use super::{at_most, filled, refuse};

const BODY: usize = 1_024;
const LIST_BODY: usize = 4_096;
const HEADER_AND_FOOTER: usize = 60;
const BUTTONS: usize = 3;
const BUTTON_TITLE: usize = 20;
const BUTTON_ID: usize = 256;
const SECTIONS: usize = 10;
const SECTION_TITLE: usize = 24;
const ROWS: usize = 10;
const ROW_TITLE: usize = 24;
const ROW_DESCRIPTION: usize = 72;
const ROW_ID: usize = 200;

/// Refuses an interactive object that Meta would refuse.
pub fn check(interactive: &Value) -> Result<(), PluginError> {
    let kind = text(interactive, "/type");
    filled("interactive.type", kind)?;
    // A product speaks for itself; the others need words.
    let body = text(interactive, "/body/text");
    if kind != "product" {
        filled("interactive.body.text", body)?;
    }
    let limit = if kind == "list" { LIST_BODY } else { BODY };
    at_most("interactive.body.text", body, limit)?;
    at_most("interactive.header.text", text(interactive, "/header/text"), HEADER_AND_FOOTER)?;
    at_most("interactive.footer.text", text(interactive, "/footer/text"), HEADER_AND_FOOTER)?;
    match kind {
        "button" => buttons(items(interactive, "/action/buttons")),
        "list" => list(interactive),
        _ => Ok(()),
    }
}

fn buttons(buttons: &[Value]) -> Result<(), PluginError> {
    count("interactive.action.buttons", buttons.len(), BUTTONS)?;
    let mut ids = Vec::with_capacity(buttons.len());
    for button in buttons {
        let (id, title) = (text(button, "/reply/id"), text(button, "/reply/title"));
        filled("reply.id", id)?;
        at_most("reply.id", id, BUTTON_ID)?;
        filled("reply.title", title)?;
        at_most("reply.title", title, BUTTON_TITLE)?;
        ids.push(id);
    }
    unique("reply.id", ids)
}

fn list(interactive: &Value) -> Result<(), PluginError> {
    let label = text(interactive, "/action/button");
    filled("interactive.action.button", label)?;
    at_most("interactive.action.button", label, BUTTON_TITLE)?;
    let sections = items(interactive, "/action/sections");
    count("interactive.action.sections", sections.len(), SECTIONS)?;
    for section in sections {
        let title = text(section, "/title");
        if sections.len() > 1 {
            filled("section.title", title)?;
        }
        at_most("section.title", title, SECTION_TITLE)?;
    }
    let rows: Vec<&Value> = sections.iter().flat_map(|section| items(section, "/rows")).collect();
    count("rows of all sections", rows.len(), ROWS)?;
    for row in &rows {
        filled("row.id", text(row, "/id"))?;
        at_most("row.id", text(row, "/id"), ROW_ID)?;
        filled("row.title", text(row, "/title"))?;
        at_most("row.title", text(row, "/title"), ROW_TITLE)?;
        at_most("row.description", text(row, "/description"), ROW_DESCRIPTION)?;
    }
    unique("row.id", rows.into_iter().map(|row| text(row, "/id")).collect())
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn count(field: &str, length: usize, limit: usize) -> Result<(), PluginError> {
    if !(1..=limit).contains(&length) {
        return refuse(format!("`{field}`: {length} given; WhatsApp takes 1 to {limit}"));
    }
    Ok(())
}

/// An answer names only the id, so two equal ids could not be told apart.
fn unique(field: &str, mut ids: Vec<&str>) -> Result<(), PluginError> {
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return refuse(format!("`{field}` must differ from choice to choice"));
    }
    Ok(())
}
