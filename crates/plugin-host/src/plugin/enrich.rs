//! What a provider knows about a customer.

use plugin_sdk::{Fact, Subject};

use super::Plugin;
use crate::call::CallContext;
use crate::error::CallError;
use crate::function::Function;

impl Plugin {
    /// Facts about a customer; none if the provider does not know them.
    pub async fn facts(&self, ctx: &CallContext, subject: &Subject) -> Result<Vec<Fact>, CallError> {
        let subject = serde_json::to_string(subject).expect("a subject has only string keys");
        self.call_json(Function::Facts, ctx, |ctx| (ctx, subject)).await
    }
}
