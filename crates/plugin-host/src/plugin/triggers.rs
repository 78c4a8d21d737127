//! News that the provider is asked for.

use plugin_sdk::News;

use super::Plugin;
use crate::bindings::exports::signalbox::plugin::triggers as guest;
use crate::call::CallContext;
use crate::error::CallError;
use crate::function::Function;
use crate::output;

impl Plugin {
    /// What happened since `cursor`; without one, from now on.
    pub async fn poll(&self, ctx: &CallContext, name: &str, cursor: Option<&str>) -> Result<News, CallError> {
        if self.manifest.trigger(name).is_none() {
            return Err(self.unsupported(Function::Poll));
        }
        let (name, cursor) = (name.to_owned(), cursor.map(str::to_owned));
        self.call(
            Function::Poll,
            ctx,
            |ctx| (ctx, name, cursor),
            |news: guest::News, limits| {
                let events = output::decode(&news.events, limits.output)?;
                Ok(News { events, cursor: news.cursor, more: news.more })
            },
        )
        .await
    }
}
