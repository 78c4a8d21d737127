//! `parse` of the WhatsApp plugin behind Extism's interface: the body comes in as it is, settings and time as
//! configuration, events go out as JSON.
//!
//! The modules are links to the plugin's own sources.
#![allow(dead_code, reason = "the modules serve the whole plugin, and this is one function of it")]

mod errors;
mod json;
mod parse;
mod phone;
mod settings;

use extism_pdk::{FnResult, config, plugin_fn};

#[plugin_fn]
pub fn parse(body: Vec<u8>) -> FnResult<Vec<u8>> {
    let settings = config::get("settings")?.unwrap_or_default();
    let now_ms = config::get("now_ms")?.unwrap_or_default().parse()?;
    let events = parse::webhook(&serde_json::from_str(&settings)?, now_ms, &body)
        .map_err(|error| extism_pdk::Error::msg(format!("{error:?}")))?;
    Ok(serde_json::to_vec(&events)?)
}
