//! WhatsApp: how much memory reading a webhook takes. What it makes of webhooks is tested beside the plugin.

use plugin_sdk::{Event, InboundRequest};
use serde_json::json;
use signalbox_plugin_host::Cause;

use crate::world::World;

/// So deep a value may lie in the change of a webhook, below which `serde_json` reads it.
const DEEPEST: usize = 121;

fn nested(open: &str, close: &str, depth: usize) -> InboundRequest {
    let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let change = format!(r#"{{"field":"news","value":{{"what":{value}}}}}"#);
    let body = format!(r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{change}]}}]}}"#);
    InboundRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        body: body.into(),
    }
}

/// Its `build.rs` gives it a smaller stack than the SDK does, so that stack, data and the SDK's first allocations fit
/// into two pages of 64 KiB, all of which the host writes over after each call.
#[tokio::test]
async fn a_small_stack_is_enough_for_the_deepest_webhook() {
    let world = World::start("whatsapp", json!({"phone_number_id": "106540352242922"})).await;
    world.plugin.parse(&world.call(), nested("[", "]", 1)).await.unwrap();
    assert_eq!(world.plugin.memory_peak(), 128 << 10);
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let events = world.plugin.parse(&world.call(), nested(open, close, DEEPEST)).await.unwrap();
        assert!(matches!(&events[..], [Event::Custom(event)] if event.name == "whatsapp.news"), "{events:?}");
        let error = world.plugin.parse(&world.call(), nested(open, close, DEEPEST + 1)).await.unwrap_err();
        assert!(matches!(&error.cause, Cause::Plugin(told) if told.message.contains("not JSON")), "{error:?}");
    }
}
