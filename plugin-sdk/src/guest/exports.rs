//! Carries calls of the host to a [`Plugin`].

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::HostHttp;
use super::bindings::exports::signalbox::plugin::{actions, admin, channel};
use super::bindings::signalbox::plugin::types::{CallContext, Error};
use crate::error::PluginError;
use crate::plugin::Plugin;

/// Implements every exported interface for a plugin.
pub struct Exports<P>(PhantomData<P>);

impl<P: Plugin> channel::Guest for Exports<P> {
    fn parse(ctx: CallContext, request: channel::InboundRequest) -> Result<String, Error> {
        let events = P::parse(&ctx.into(), &request.into())?;
        to_json(&events)
    }

    fn send(ctx: CallContext, message: String) -> Result<channel::Receipt, Error> {
        let receipt = P::send(&ctx.into(), &HostHttp, &from_json(&message)?)?;
        Ok(receipt.into())
    }
}

impl<P: Plugin> actions::Guest for Exports<P> {
    fn invoke(ctx: CallContext, name: String, input: String) -> Result<String, Error> {
        let output = P::invoke(&ctx.into(), &HostHttp, &name, from_json(&input)?)?;
        to_json(&output)
    }
}

impl<P: Plugin> admin::Guest for Exports<P> {
    fn check(ctx: CallContext) -> Result<String, Error> {
        to_json(&P::check(&ctx.into(), &HostHttp)?)
    }
}

fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| PluginError::invalid_input(error.to_string()).into())
}

fn to_json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| PluginError::internal(error.to_string()).into())
}
