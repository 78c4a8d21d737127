//! Facts about a customer.

wit_bindgen::generate!({
    path: "../../wit/1.0.0",
    inline: "package golden:guest; world golden { export signalbox:plugin/enrich@1.0.0; }",
    world: "golden",
    generate_all,
});

#[used]
#[unsafe(link_section = "signalbox:manifest")]
static MANIFEST: [u8; include_bytes!("../manifest.json").len()] = *include_bytes!("../manifest.json");

use exports::signalbox::plugin::enrich::Guest;
use signalbox::plugin::types::{CallContext, Error, Json};

struct Golden;

impl Guest for Golden {
    fn facts(_: CallContext, subject: Json) -> Result<Json, Error> {
        let bytes = subject.len();
        Ok(format!(r#"[{{"name":"golden","title":"Golden","text":"{bytes} bytes","data":{subject}}}]"#))
    }
}

export!(Golden);
