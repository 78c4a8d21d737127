//! What rules and people can ask a plugin to do.

use plugin_sdk::actions::Call;
use serde_json::Value;

use super::Plugin;
use crate::call::CallContext;
use crate::error::CallError;
use crate::function::Function;

impl Plugin {
    /// Runs an action of the manifest. Input and output are for the caller to hold against the
    /// schemas of the action.
    pub async fn invoke(&self, ctx: &CallContext, call: Call) -> Result<Value, CallError> {
        if self.manifest.action(&call.name).is_none() {
            return Err(self.unsupported(Function::Invoke));
        }
        let Call { name, input, idempotency_key } = call;
        self.call_json(Function::Invoke, ctx, |ctx| (ctx, name, input.to_string(), idempotency_key)).await
    }
}
