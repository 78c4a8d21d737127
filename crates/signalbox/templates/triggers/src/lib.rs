//! News of {{title}}, which does not tell them by itself.

pub mod check;
pub mod orders;
pub mod settings;

use signalbox_plugin_sdk::{Admin, CheckReport, Context, Host, News, PluginError, Triggers};

/// The plugin.
pub struct {{Type}};

impl Triggers for {{Type}} {
    fn poll(
        ctx: &Context,
        host: &impl Host,
        name: &str,
        cursor: Option<&str>,
    ) -> Result<News, PluginError> {
        match name {
            "new_orders" => orders::poll(ctx.now(), host, cursor),
            _ => Err(PluginError::unsupported(format!("no trigger `{name}`"))),
        }
    }
}

impl Admin for {{Type}} {
    fn check(_: &Context, host: &impl Host) -> Result<CheckReport, PluginError> {
        check::connection(host)
    }
}

signalbox_plugin_sdk::export_plugin!({{Type}}: Triggers + Admin, built_manifest);
