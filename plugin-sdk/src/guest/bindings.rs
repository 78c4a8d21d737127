//! Generated from `wit/`: nothing here is written by hand.
#![allow(clippy::all, clippy::pedantic, missing_docs, unsafe_code, reason = "generated code")]

wit_bindgen::generate!({
    path: "wit",
    world: "plugin",
    pub_export_macro: true,
    default_bindings_module: "signalbox_plugin_sdk::guest::bindings",
});
