//! Generated from `wit/`: nothing here is written by hand.
//!
//! A world for each exported interface, so that a plugin exports the ones it has.
#![allow(clippy::all, clippy::pedantic, missing_docs, unsafe_code, reason = "generated code")]

/// What the host offers.
pub mod host {
    wit_bindgen::generate!({
        path: "wit",
        world: "host",
        generate_all,
    });
}

macro_rules! exported {
    ($module:ident, $world:literal, $path:literal) => {
        pub mod $module {
            wit_bindgen::generate!({
                path: "wit",
                world: $world,
                pub_export_macro: true,
                default_bindings_module: $path,
                with: {
                    "signalbox:plugin/types@1.0.0": crate::guest::bindings::host::signalbox::plugin::types,
                },
            });
        }
    };
}

exported!(webhooks, "exports-webhooks", "signalbox_plugin_sdk::guest::bindings::webhooks");
exported!(setup, "exports-setup", "signalbox_plugin_sdk::guest::bindings::setup");
exported!(channel, "exports-channel", "signalbox_plugin_sdk::guest::bindings::channel");
exported!(actions, "exports-actions", "signalbox_plugin_sdk::guest::bindings::actions");
exported!(triggers, "exports-triggers", "signalbox_plugin_sdk::guest::bindings::triggers");
exported!(enrich, "exports-enrich", "signalbox_plugin_sdk::guest::bindings::enrich");
exported!(admin, "exports-admin", "signalbox_plugin_sdk::guest::bindings::admin");
