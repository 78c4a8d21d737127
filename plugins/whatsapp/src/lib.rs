//! The WhatsApp Cloud API as a Signalbox channel.
//!
//! [`parse`] turns Meta's webhooks into events, [`send`] hands messages to the Graph API; the rest
//! is what both stand on. Meta's documentation is the source of every rule here unless a comment
//! says otherwise: <https://developers.facebook.com/documentation/business-messaging/whatsapp>.

pub mod check;
pub mod errors;
pub mod graph;
pub mod json;
pub mod parse;
pub mod phone;
pub mod send;
pub mod settings;
pub mod templates;

use plugin_sdk::actions::{Actions, Call};
use plugin_sdk::{
    Admin, Channel, CheckReport, Context, Event, Host, InboundRequest, OutboundMessage, PluginError, Receipt, Webhooks,
};
use serde_json::Value;

use crate::settings::Settings;

/// The plugin.
pub struct WhatsApp;

impl Webhooks for WhatsApp {
    fn parse(ctx: &Context, request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
        parse::webhook(&ctx.settings()?, ctx.now(), &request.body)
    }
}

impl Channel for WhatsApp {
    fn send(ctx: &Context, host: &impl Host, message: &OutboundMessage) -> Result<Receipt, PluginError> {
        send::message(&Settings::of(ctx)?, host, message)
    }
}

impl Actions for WhatsApp {
    fn invoke(ctx: &Context, host: &impl Host, call: &Call) -> Result<Value, PluginError> {
        match call.name.as_str() {
            "list_templates" => templates::list(&Settings::of(ctx)?, host, &call.input),
            _ => Err(call.unknown()),
        }
    }
}

impl Admin for WhatsApp {
    fn check(ctx: &Context, host: &impl Host) -> Result<CheckReport, PluginError> {
        check::connection(&Settings::of(ctx)?, host)
    }
}

plugin_sdk::export_plugin!(WhatsApp: Webhooks + Channel + Actions + Admin, built_manifest);
