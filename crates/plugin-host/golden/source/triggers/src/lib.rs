//! News: counts its polls in the cursor.

wit_bindgen::generate!({
    path: "../../wit/1.0.0",
    inline: "package golden:guest; world golden { export signalbox:plugin/triggers@1.0.0; }",
    world: "golden",
    generate_all,
});

#[used]
#[unsafe(link_section = "signalbox:manifest")]
static MANIFEST: [u8; include_bytes!("../manifest.json").len()] = *include_bytes!("../manifest.json");

use exports::signalbox::plugin::triggers::{Guest, News};
use signalbox::plugin::types::{CallContext, Error};

struct Golden;

impl Guest for Golden {
    fn poll(ctx: CallContext, name: String, cursor: Option<String>) -> Result<News, Error> {
        let polls = cursor.and_then(|cursor| cursor.parse::<u32>().ok()).unwrap_or(0) + 1;
        let events = format!(
            r#"[{{"event":"custom","name":"golden.{name}","occurred_at_ms":{},"data":{{"polls":{polls}}}}}]"#,
            ctx.now_ms
        );
        Ok(News { events, cursor: Some(polls.to_string()), more: polls < 2 })
    }
}

export!(Golden);
