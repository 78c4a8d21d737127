//! What rules and people can ask a plugin to do.

use serde_json::Value;

use super::Plugin;
use super::run::guest_context;
use crate::call::CallContext;
use crate::error::{CallError, Function};
use crate::output;

impl Plugin {
    /// Runs an action of the manifest. Input and output are for the caller to hold against the
    /// schemas of the action.
    pub async fn invoke(&self, ctx: &CallContext, name: &str, input: &Value) -> Result<Value, CallError> {
        let Some(actions) = &self.actions else {
            return Err(self.unsupported(Function::Invoke));
        };
        if self.manifest.action(name).is_none() {
            return Err(self.unsupported(Function::Invoke));
        }
        let input = input.to_string();
        let mut call = self.begin(Function::Invoke, ctx).await;
        let ending = self
            .bounded(Function::Invoke, ctx, async {
                let instance = self.instance.instantiate_async(&mut call.store).await?;
                let guest = actions.load(&mut call.store, &instance)?;
                guest.call_invoke(&mut call.store, &guest_context(ctx), name, &input).await
            })
            .await;
        call.finish(ending, |json, limits| output::decode(&json, limits.output))
    }
}
