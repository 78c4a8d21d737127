//! Actions of {{title}} for rules and people.

pub mod check;
pub mod find_customer;
pub mod settings;
pub mod shapes;

use serde_json::Value;
use signalbox_plugin_sdk::actions::{Actions, Call};
use signalbox_plugin_sdk::{Admin, CheckReport, Context, Host, PluginError};

/// The plugin.
pub struct {{Type}};

impl Actions for {{Type}} {
    fn invoke(_: &Context, host: &impl Host, call: &Call) -> Result<Value, PluginError> {
        match call.name.as_str() {
            "find_customer" => find_customer::run(host, &call.input()?),
            _ => Err(call.unknown()),
        }
    }
}

impl Admin for {{Type}} {
    fn check(_: &Context, host: &impl Host) -> Result<CheckReport, PluginError> {
        check::connection(host)
    }
}

signalbox_plugin_sdk::export_plugin!({{Type}}: Actions + Admin, built_manifest);
