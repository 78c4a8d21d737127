//! What the settings form of a connection needs.

use plugin_sdk::CheckReport;

use super::Plugin;
use super::run::guest_context;
use crate::call::CallContext;
use crate::error::{CallError, Function};
use crate::output;

impl Plugin {
    /// Tests the connection with the provider.
    pub async fn check(&self, ctx: &CallContext) -> Result<CheckReport, CallError> {
        let Some(admin) = &self.admin else {
            return Err(self.unsupported(Function::Check));
        };
        let mut call = self.begin(Function::Check, ctx).await;
        let ending = self
            .bounded(Function::Check, ctx, async {
                let instance = self.instance.instantiate_async(&mut call.store).await?;
                let guest = admin.load(&mut call.store, &instance)?;
                guest.call_check(&mut call.store, &guest_context(ctx)).await
            })
            .await;
        call.finish(ending, |json, limits| output::decode(&json, limits.output))
    }
}
