//! `parse` of the WhatsApp plugin, from its own source, as an Extism plugin: settings, time and body in, events out.
#![allow(dead_code, reason = "the plugin's source has more than what is measured")]

#[path = "../../../../../plugins/whatsapp/src/errors.rs"]
pub mod errors;
#[path = "../../../../../plugins/whatsapp/src/json.rs"]
pub mod json;
#[path = "../../../../../plugins/whatsapp/src/parse.rs"]
pub mod parse;
#[path = "../../../../../plugins/whatsapp/src/phone.rs"]
pub mod phone;
#[path = "../../../../../plugins/whatsapp/src/settings.rs"]
pub mod settings;

use extism_pdk::{FnResult, plugin_fn};
use serde::Deserialize;

/// What the host's call brings, as ours does.
#[derive(Deserialize)]
struct Input {
    settings: settings::Settings,
    now_ms: i64,
    body: String,
}

/// Turns a webhook into events.
#[plugin_fn]
pub fn parse(input: Vec<u8>) -> FnResult<Vec<u8>> {
    let input: Input = serde_json::from_slice(&input)?;
    let events = parse::webhook(&input.settings, input.now_ms, input.body.as_bytes())?;
    Ok(serde_json::to_vec(&events)?)
}
