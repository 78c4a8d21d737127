//! Webhooks in: one event that tells what was handed in.

wit_bindgen::generate!({
    path: "../../wit/1.0.0",
    inline: "package golden:guest; world golden { export signalbox:plugin/webhooks@1.0.0; }",
    world: "golden",
    generate_all,
});

#[used]
#[unsafe(link_section = "signalbox:manifest")]
static MANIFEST: [u8; include_bytes!("../manifest.json").len()] = *include_bytes!("../manifest.json");

use exports::signalbox::plugin::webhooks::{Guest, InboundRequest};
use signalbox::plugin::types::{CallContext, Error, ErrorKind, Json};

struct Golden;

impl Guest for Golden {
    fn parse(ctx: CallContext, request: InboundRequest) -> Result<Json, Error> {
        if request.body.is_empty() {
            return Err(Error {
                kind: ErrorKind::InvalidInput,
                code: Some("empty:1".to_owned()),
                message: "there is no body".to_owned(),
                retry_after_ms: Some(7),
                remote_status: Some(400),
            });
        }
        Ok(format!(
            r#"[{{"event":"custom","name":"golden.webhook","occurred_at_ms":{},
                 "data":{{"method":"{}","headers":{},"bytes":{},"settings":{}}}}}]"#,
            ctx.now_ms,
            request.method,
            request.headers.len(),
            request.body.len(),
            ctx.settings,
        ))
    }
}

export!(Golden);
