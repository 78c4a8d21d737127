//! Telling the provider where webhooks go.

use serde_json::Value;

use super::Plugin;
use crate::call::CallContext;
use crate::error::CallError;
use crate::function::Function;

impl Plugin {
    /// Registers `url` with the provider. What comes back is for [`unsubscribe`](Self::unsubscribe).
    pub async fn subscribe(&self, ctx: &CallContext, url: &str) -> Result<Value, CallError> {
        let url = url.to_owned();
        self.call_json(Function::Subscribe, ctx, |ctx| (ctx, url)).await
    }

    /// Takes back what [`subscribe`](Self::subscribe) did.
    pub async fn unsubscribe(&self, ctx: &CallContext, registration: &Value) -> Result<(), CallError> {
        let registration = registration.to_string();
        self.call(Function::Unsubscribe, ctx, |ctx| (ctx, registration), |(), _| Ok(())).await
    }
}
