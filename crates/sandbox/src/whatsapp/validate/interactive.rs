//! Buttons, lists, links and the other interactive messages.
//!
//! Limits: Meta's guides for reply buttons, lists and call-to-action links. Types that only differ in
//! catalogue data are checked for their frame.

use super::fields::Fields;
use crate::whatsapp::graph_error::GraphError;
use std::collections::HashSet;

const TYPES: [&str; 14] = [
    "address_message",
    "button",
    "call_permission_request",
    "carousel",
    "catalog_message",
    "cta_url",
    "flow",
    "list",
    "location_request_message",
    "order_details",
    "order_status",
    "product",
    "product_list",
    "request_contact_info",
];

pub(super) fn check(body: &Fields<'_>) -> Result<(), GraphError> {
    let interactive = body.object("interactive")?;
    interactive.only(&["type", "header", "body", "footer", "action"])?;
    let kind = interactive.one_of("type", &TYPES)?;
    let longest_body = if kind == "list" { 4096 } else { 1024 };
    if kind == "product" {
        if let Some(text) = interactive.optional_object("body")? {
            text.optional_text("text", longest_body)?;
        }
    } else {
        interactive.object("body")?.text("text", longest_body)?;
    }
    if let Some(footer) = interactive.optional_object("footer")? {
        footer.optional_text("text", 60)?;
    }
    if let Some(header) = interactive.optional_object("header")? {
        check_header(&header)?;
    }
    if kind == "call_permission_request" {
        return Ok(());
    }
    let action = interactive.object("action")?;
    match kind.as_str() {
        "button" => buttons(&action),
        "list" => list(&action),
        "cta_url" => link(&action),
        "flow" => flow(&action),
        _ => Ok(()),
    }
}

fn check_header(header: &Fields<'_>) -> Result<(), GraphError> {
    match header.one_of("type", &["text", "image", "video", "document"])?.as_str() {
        "text" => header.text("text", 60).map(|_| ()),
        kind => {
            let media = header.object(kind)?;
            if media.get("id").is_none() {
                media.link("link")?;
            }
            Ok(())
        }
    }
}

fn buttons(action: &Fields<'_>) -> Result<(), GraphError> {
    let buttons = action.objects("buttons")?;
    if !(1..=3).contains(&buttons.len()) {
        return Err(GraphError::invalid_value("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"));
    }
    let mut seen = HashSet::new();
    for button in &buttons {
        button.one_of("type", &["reply"])?;
        let reply = button.object("reply")?;
        let id = reply.text("id", usize::MAX)?;
        length_between("Button id", id, 256)?;
        let title = reply.text("title", usize::MAX)?;
        length_between("Button title", title, 20)?;
        if !seen.insert(id) || !seen.insert(title) && id != title {
            return Err(GraphError::invalid_value("Button ids and titles must be unique."));
        }
    }
    Ok(())
}

fn list(action: &Fields<'_>) -> Result<(), GraphError> {
    length_between("List button", action.text("button", usize::MAX)?, 20)?;
    let sections = action.objects("sections")?;
    if !(1..=10).contains(&sections.len()) {
        return Err(GraphError::invalid_value(
            "Invalid sections count. Min allowed sections: 1, Max allowed sections: 10",
        ));
    }
    let mut ids = HashSet::new();
    let mut rows = 0;
    for section in &sections {
        if sections.len() > 1 {
            length_between("Section title", section.text("title", usize::MAX)?, 24)?;
        }
        for row in section.objects("rows")? {
            rows += 1;
            let id = row.text("id", usize::MAX)?;
            length_between("Row id", id, 200)?;
            length_between("Row title", row.text("title", usize::MAX)?, 24)?;
            row.optional_text("description", 72)?;
            if !ids.insert(id) {
                return Err(GraphError::invalid_value(format!("Duplicated row id {id}.")));
            }
        }
    }
    match rows {
        0 => Err(GraphError::invalid_value("Invalid rows count. Min allowed rows: 1")),
        1..=10 => Ok(()),
        _ => Err(GraphError::invalid_value("Total row count exceed max allowed count: 10")),
    }
}

fn link(action: &Fields<'_>) -> Result<(), GraphError> {
    let parameters = action.object("parameters")?;
    length_between("Link text", parameters.text("display_text", usize::MAX)?, 20)?;
    parameters.link("url").map(|_| ())
}

fn flow(action: &Fields<'_>) -> Result<(), GraphError> {
    let parameters = action.object("parameters")?;
    parameters.text("flow_message_version", usize::MAX)?;
    parameters.text("flow_cta", 30)?;
    match (parameters.get("flow_id").is_some(), parameters.get("flow_name").is_some()) {
        (true, false) | (false, true) => Ok(()),
        _ => Err(GraphError::missing_value("Exactly one of flow_id and flow_name must be given.")),
    }
}

fn length_between(what: &str, text: &str, max: usize) -> Result<(), GraphError> {
    if text.chars().count() <= max {
        Ok(())
    } else {
        Err(GraphError::invalid_value(format!("{what} length invalid. Min length: 1, Max length: {max}")))
    }
}
