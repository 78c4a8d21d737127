//! {{title}} as a Signalbox channel.

pub mod check;
pub mod parse;
pub mod send;
pub mod settings;

use signalbox_plugin_sdk::{
    Admin, Channel, CheckReport, Context, Event, Host, InboundRequest, OutboundMessage,
    PluginError, Receipt, Webhooks,
};

/// The plugin.
pub struct {{Type}};

impl Webhooks for {{Type}} {
    fn parse(ctx: &Context, request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
        parse::webhook(ctx.now(), &request.body)
    }
}

impl Channel for {{Type}} {
    fn send(
        ctx: &Context,
        host: &impl Host,
        message: &OutboundMessage,
    ) -> Result<Receipt, PluginError> {
        send::message(&ctx.settings()?, host, message)
    }
}

impl Admin for {{Type}} {
    fn check(_: &Context, host: &impl Host) -> Result<CheckReport, PluginError> {
        check::connection(host)
    }
}

signalbox_plugin_sdk::export_plugin!({{Type}}: Webhooks + Channel + Admin, built_manifest);
