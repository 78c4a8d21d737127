//! Carries calls of the host to the traits of a plugin.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::bindings::host::signalbox::plugin::types::{CallContext, Error};
use super::bindings::{actions, admin, channel, enrich, setup, triggers, webhooks};
use super::imports::WasmHost;
use crate::actions::{Actions, Call};
use crate::error::PluginError;
use crate::{Admin, Channel, Enrich, Setup, Triggers, Webhooks};

/// Implements an exported interface for a plugin that has its trait.
pub struct Exports<P>(PhantomData<P>);

impl<P: Webhooks> webhooks::exports::signalbox::plugin::webhooks::Guest for Exports<P> {
    fn parse(
        ctx: CallContext,
        request: webhooks::exports::signalbox::plugin::webhooks::InboundRequest,
    ) -> Result<String, Error> {
        to_json(&P::parse(&ctx.into(), &request.into())?)
    }
}

impl<P: Setup> setup::exports::signalbox::plugin::setup::Guest for Exports<P> {
    fn subscribe(ctx: CallContext, url: String) -> Result<String, Error> {
        to_json(&P::subscribe(&ctx.into(), &WasmHost, &url)?)
    }

    fn unsubscribe(ctx: CallContext, registration: String) -> Result<(), Error> {
        Ok(P::unsubscribe(&ctx.into(), &WasmHost, &from_json(&registration)?)?)
    }
}

impl<P: Channel> channel::exports::signalbox::plugin::channel::Guest for Exports<P> {
    fn send(ctx: CallContext, message: String) -> Result<channel::exports::signalbox::plugin::channel::Receipt, Error> {
        let receipt = P::send(&ctx.into(), &WasmHost, &from_json(&message)?)?;
        Ok(receipt.into())
    }

    fn poll_status(ctx: CallContext, external_ids: Vec<String>) -> Result<String, Error> {
        to_json(&P::poll_status(&ctx.into(), &WasmHost, &external_ids)?)
    }
}

impl<P: Actions> actions::exports::signalbox::plugin::actions::Guest for Exports<P> {
    fn invoke(ctx: CallContext, name: String, input: String, idempotency_key: String) -> Result<String, Error> {
        let call = Call { name, input: from_json(&input)?, idempotency_key };
        to_json(&P::invoke(&ctx.into(), &WasmHost, &call)?)
    }
}

impl<P: Triggers> triggers::exports::signalbox::plugin::triggers::Guest for Exports<P> {
    fn poll(
        ctx: CallContext,
        name: String,
        cursor: Option<String>,
    ) -> Result<triggers::exports::signalbox::plugin::triggers::News, Error> {
        let news = P::poll(&ctx.into(), &WasmHost, &name, cursor.as_deref())?;
        let events = to_json(&news.events)?;
        Ok(triggers::exports::signalbox::plugin::triggers::News { events, cursor: news.cursor, more: news.more })
    }
}

impl<P: Enrich> enrich::exports::signalbox::plugin::enrich::Guest for Exports<P> {
    fn facts(ctx: CallContext, subject: String) -> Result<String, Error> {
        to_json(&P::facts(&ctx.into(), &WasmHost, &from_json(&subject)?)?)
    }
}

impl<P: Admin> admin::exports::signalbox::plugin::admin::Guest for Exports<P> {
    fn check(ctx: CallContext) -> Result<String, Error> {
        to_json(&P::check(&ctx.into(), &WasmHost)?)
    }

    fn options(ctx: CallContext, field: String, search: String) -> Result<String, Error> {
        to_json(&P::options(&ctx.into(), &WasmHost, &field, &search)?)
    }

    fn migrate_settings(ctx: CallContext, from_version: String) -> Result<String, Error> {
        to_json(&P::migrate_settings(&ctx.into(), &from_version)?)
    }
}

fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| PluginError::invalid_input(error.to_string()).into())
}

fn to_json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| PluginError::internal(error.to_string()).into())
}
