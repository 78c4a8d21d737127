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

use plugin_sdk::http::Http;
use plugin_sdk::{CheckReport, Context, Event, InboundRequest, OutboundMessage, Plugin, PluginError, Receipt};
use serde_json::Value;

use crate::settings::Settings;

/// The plugin.
pub struct WhatsApp;

impl Plugin for WhatsApp {
    fn parse(ctx: &Context, request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
        parse::webhook(&ctx.settings()?, ctx.now(), &request.body)
    }

    fn send(ctx: &Context, http: &dyn Http, message: &OutboundMessage) -> Result<Receipt, PluginError> {
        send::message(&Settings::of(ctx)?, http, message)
    }

    fn invoke(ctx: &Context, http: &dyn Http, name: &str, input: Value) -> Result<Value, PluginError> {
        match name {
            "list_templates" => templates::list(&Settings::of(ctx)?, http, &input),
            _ => Err(PluginError::unsupported(format!("no action `{name}`"))),
        }
    }

    fn check(ctx: &Context, http: &dyn Http) -> Result<CheckReport, PluginError> {
        check::connection(&Settings::of(ctx)?, http)
    }
}

plugin_sdk::export_plugin!(WhatsApp, manifest = "manifest.json");
