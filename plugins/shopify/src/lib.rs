//! A Shopify shop: its webhooks as events, and what can be looked up and done through the GraphQL
//! Admin API.
//!
//! [`parse`] reads webhooks, [`setup`] registers them; [`orders`], [`products`], [`customers`],
//! [`refund`] and [`cancel`] are the actions, [`enrich`] tells about customers, [`check`] and
//! [`options`] serve the settings form. All of them talk to Shopify through [`graphql`]. Shopify's
//! documentation is the source of every rule here unless a comment says otherwise:
//! <https://shopify.dev/docs/api/admin-graphql>.

pub mod cancel;
pub mod check;
pub mod customers;
pub mod drafts;
pub mod enrich;
pub mod gid;
pub mod graphql;
pub mod json;
pub mod model;
pub mod options;
pub mod orders;
pub mod parse;
pub mod products;
pub mod refund;
pub mod settings;
pub mod setup;

use plugin_sdk::actions::{Actions, Call};
use plugin_sdk::{
    Admin, CheckReport, Choice, Context, Enrich, Event, Fact, Host, InboundRequest, PluginError, Setup, Subject,
    Webhooks,
};
use serde::Serialize;
use serde_json::Value;

use crate::graphql::Client;
use crate::settings::Settings;

/// The plugin.
pub struct Shopify;

impl Webhooks for Shopify {
    fn parse(ctx: &Context, request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
        parse::webhook(ctx.now(), request)
    }
}

impl Setup for Shopify {
    fn subscribe(ctx: &Context, host: &impl Host, url: &str) -> Result<Value, PluginError> {
        setup::subscribe(&Client::new(&Settings::of(ctx)?, host), url)
    }

    fn unsubscribe(ctx: &Context, host: &impl Host, registration: &Value) -> Result<(), PluginError> {
        setup::unsubscribe(&Client::new(&Settings::of(ctx)?, host), registration)
    }
}

impl Actions for Shopify {
    fn invoke(ctx: &Context, host: &impl Host, call: &Call) -> Result<Value, PluginError> {
        let settings = Settings::of(ctx)?;
        let client = Client::new(&settings, host);
        match call.name.as_str() {
            "find_orders" => value(&orders::find(&client, &call.input()?)?),
            "get_order" => value(&orders::get(&client, &call.input()?)?),
            "find_products" => value(&products::find(&client, &call.input()?)?),
            "tag_customer" => value(&customers::tag(&client, &call.input()?)?),
            "draft_refund" => value(&refund::draft(&client, &settings, host, &call.input()?)?),
            "commit_refund" => refund::commit(&client, host, &call.input()?),
            "draft_cancel" => value(&cancel::draft(&client, host, &call.input()?)?),
            "commit_cancel" => cancel::commit(&client, host, &call.input()?),
            _ => Err(call.unknown()),
        }
    }
}

impl Enrich for Shopify {
    fn facts(ctx: &Context, host: &impl Host, subject: &Subject) -> Result<Vec<Fact>, PluginError> {
        let settings = Settings::of(ctx)?;
        enrich::facts(&Client::new(&settings, host), &settings.shop, subject)
    }
}

impl Admin for Shopify {
    fn check(ctx: &Context, host: &impl Host) -> Result<CheckReport, PluginError> {
        let settings = Settings::of(ctx)?;
        check::connection(&Client::new(&settings, host), &settings)
    }

    fn options(ctx: &Context, host: &impl Host, field: &str, search: &str) -> Result<Vec<Choice>, PluginError> {
        options::of(&Client::new(&Settings::of(ctx)?, host), field, search)
    }
}

fn value(output: &impl Serialize) -> Result<Value, PluginError> {
    serde_json::to_value(output).map_err(|error| PluginError::internal(format!("output: {error}")))
}

plugin_sdk::export_plugin!(Shopify: Webhooks + Setup + Actions + Enrich + Admin, built_manifest);
