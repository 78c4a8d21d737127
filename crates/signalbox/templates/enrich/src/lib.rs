//! What {{title}} knows about a customer.

pub mod check;
pub mod facts;
pub mod settings;

use signalbox_plugin_sdk::{Admin, CheckReport, Context, Enrich, Fact, Host, PluginError, Subject};

/// The plugin.
pub struct {{Type}};

impl Enrich for {{Type}} {
    fn facts(_: &Context, host: &impl Host, subject: &Subject) -> Result<Vec<Fact>, PluginError> {
        facts::about(host, subject)
    }
}

impl Admin for {{Type}} {
    fn check(_: &Context, host: &impl Host) -> Result<CheckReport, PluginError> {
        check::connection(host)
    }
}

signalbox_plugin_sdk::export_plugin!({{Type}}: Enrich + Admin, built_manifest);
