//! The trigger `new_orders`.

use serde::Deserialize;
use serde_json::Value;
use signalbox_plugin_sdk::event::{Custom, Event};
use signalbox_plugin_sdk::http::Request;
use signalbox_plugin_sdk::{Host, News, PluginError};

/// A page of orders, the oldest first.
#[derive(Deserialize)]
struct Page {
    orders: Vec<Value>,
    /// Where the next page begins.
    cursor: String,
    more: bool,
}

/// Asks for the orders since the cursor. Without one, the provider says where now is.
pub fn poll(now_ms: i64, host: &impl Host, cursor: Option<&str>) -> Result<News, PluginError> {
    let url = format!("https://api.example.com/orders?after={}", cursor.unwrap_or("now"));
    let response = host.send(Request::get(url).secret("api_key"))?;
    if !response.is_success() {
        return Err(PluginError::of_response(&response));
    }
    let page: Page = response.json()?;
    let events = page.orders.into_iter().map(|order| {
        Event::Custom(Custom {
            name: "{{name}}.order".to_owned(),
            occurred_at_ms: order["placed_at"].as_i64().map_or(now_ms, |seconds| seconds * 1000),
            external_id: order["id"].as_str().map(str::to_owned),
            // Whose order it is, if the provider tells it: the event is shown in their conversation.
            sender: None,
            data: order,
        })
    });
    Ok(News { events: events.collect(), cursor: Some(page.cursor), more: page.more })
}
