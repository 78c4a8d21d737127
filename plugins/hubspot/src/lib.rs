//! HubSpot's CRM for Signalbox.
//!
//! [`parse`] turns HubSpot's webhooks into events and [`poll`] asks for changes where there are
//! none; [`contacts`], [`tickets`], [`engagements`] and [`associations`] are the actions, of which
//! those that create something go through [`create`]; [`facts`] tells what is known about a
//! customer; [`check`] and [`options`] serve the settings form. HubSpot's documentation is the
//! source of every rule here unless a comment says otherwise:
//! <https://developers.hubspot.com/docs/api-reference/latest/overview>.

pub mod api;
pub mod associations;
pub mod check;
pub mod contacts;
pub mod create;
pub mod engagements;
pub mod errors;
pub mod facts;
pub mod html;
pub mod journal;
pub mod json;
pub mod links;
pub mod model;
pub mod options;
pub mod parse;
pub mod person;
pub mod pipelines;
pub mod poll;
pub mod search;
pub mod settings;
pub mod tickets;
pub mod time;

use plugin_sdk::actions::{Actions, Call};
use plugin_sdk::{
    Admin, CheckReport, Choice, Context, Enrich, Event, Fact, Host, InboundRequest, News, PluginError, Subject,
    Triggers, Webhooks,
};
use serde::Serialize;
use serde_json::Value;

use crate::settings::Settings;

/// The plugin.
pub struct HubSpot;

impl Webhooks for HubSpot {
    fn parse(ctx: &Context, request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
        parse::webhook(&Settings::of(ctx)?, ctx.now(), &request.body)
    }
}

impl Actions for HubSpot {
    fn invoke(ctx: &Context, host: &impl Host, call: &Call) -> Result<Value, PluginError> {
        let settings = &Settings::of(ctx)?;
        let (key, now_ms) = (call.idempotency_key.as_str(), ctx.now());
        match call.name.as_str() {
            "find_contact" => output(&contacts::find(settings, host, &call.input()?)?),
            "create_contact" => output(&contacts::create(settings, host, key, now_ms, call.input()?)?),
            "update_contact" => output(&contacts::update(settings, host, call.input()?)?),
            "create_ticket" => output(&tickets::create(settings, host, key, now_ms, call.input()?)?),
            "get_ticket" => output(&tickets::get(settings, host, &call.input()?)?),
            "log_engagement" => output(&engagements::log(settings, host, key, now_ms, &call.input()?)?),
            "associate" => output(&associations::associate(host, call.input()?)?),
            _ => Err(call.unknown()),
        }
    }
}

impl Triggers for HubSpot {
    fn poll(ctx: &Context, host: &impl Host, name: &str, cursor: Option<&str>) -> Result<News, PluginError> {
        match name {
            "contacts_changed" => poll::contacts_changed(&Settings::of(ctx)?, host, ctx.now(), cursor),
            _ => Err(PluginError::unsupported(format!("no trigger `{name}`"))),
        }
    }
}

impl Enrich for HubSpot {
    fn facts(ctx: &Context, host: &impl Host, subject: &Subject) -> Result<Vec<Fact>, PluginError> {
        facts::about(&Settings::of(ctx)?, host, subject)
    }
}

impl Admin for HubSpot {
    fn check(ctx: &Context, host: &impl Host) -> Result<CheckReport, PluginError> {
        check::connection(&Settings::of(ctx)?, host)
    }

    fn options(ctx: &Context, host: &impl Host, field: &str, search: &str) -> Result<Vec<Choice>, PluginError> {
        options::of_field(ctx, host, field, search)
    }
}

fn output(value: &impl Serialize) -> Result<Value, PluginError> {
    serde_json::to_value(value).map_err(|error| PluginError::internal(format!("the result: {error}")))
}

plugin_sdk::export_plugin!(HubSpot: Webhooks + Actions + Triggers + Enrich + Admin, built_manifest);
