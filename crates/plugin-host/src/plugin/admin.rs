//! What the settings form of a connection needs.

use plugin_sdk::{CheckReport, Choice};
use serde_json::Value;

use super::Plugin;
use crate::call::CallContext;
use crate::error::CallError;
use crate::function::Function;

impl Plugin {
    /// Tests the connection with the provider.
    pub async fn check(&self, ctx: &CallContext) -> Result<CheckReport, CallError> {
        self.call_json(Function::Check, ctx, |ctx| (ctx,)).await
    }

    /// What can be chosen for the settings field at the JSON pointer `field`.
    pub async fn options(&self, ctx: &CallContext, field: &str, search: &str) -> Result<Vec<Choice>, CallError> {
        let (field, search) = (field.to_owned(), search.to_owned());
        self.call_json(Function::Options, ctx, |ctx| (ctx, field, search)).await
    }

    /// Settings of this version, made of the context's, which are of `from_version`. For the caller
    /// to hold against the schema.
    pub async fn migrate_settings(&self, ctx: &CallContext, from_version: &str) -> Result<Value, CallError> {
        let from_version = from_version.to_owned();
        self.call_json(Function::MigrateSettings, ctx, |ctx| (ctx, from_version)).await
    }
}
