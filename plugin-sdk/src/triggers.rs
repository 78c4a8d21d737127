//! Asking the provider for news.

use crate::call::Context;
use crate::error::PluginError;
use crate::event::Event;
use crate::host::Host;

/// A plugin that asks its provider for news, because the provider does not tell them by itself.
/// The manifest lists the triggers and how often each is polled.
///
/// ```
/// use serde_json::Value;
/// use signalbox_plugin_sdk::http::Request;
/// use signalbox_plugin_sdk::{Context, Host, News, PluginError, Triggers};
///
/// struct Tickets;
///
/// impl Triggers for Tickets {
///     fn poll(_: &Context, host: &impl Host, name: &str, cursor: Option<&str>) -> Result<News, PluginError> {
///         let url = format!("https://api.example.com/{name}?after={}", cursor.unwrap_or("now"));
///         let page: Value = host.send(Request::get(url).secret("token"))?.json()?;
///         Ok(News { events: Vec::new(), cursor: page["next"].as_str().map(str::to_owned), more: false })
///     }
/// }
/// ```
pub trait Triggers {
    /// What happened since `cursor`; without one, from now on.
    fn poll(ctx: &Context, host: &impl Host, name: &str, cursor: Option<&str>) -> Result<News, PluginError>;
}

/// What a poll brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct News {
    /// In the order in which they happened.
    pub events: Vec<Event>,
    /// Where the next poll begins. Kept together with the events, so that nothing is missed or
    /// read twice. `None` keeps the cursor as it is.
    pub cursor: Option<String>,
    /// Whether there is more already.
    pub more: bool,
}
