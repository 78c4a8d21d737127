//! Facts by a function of the host that 1.0.0 does not have. The WIT files in `wit/` are an invented 1.1.0, as far as this
//! needs it.

wit_bindgen::generate!({
    path: "wit",
    inline: "package golden:guest; world golden { import signalbox:plugin/log@1.1.0; export signalbox:plugin/enrich@1.1.0; }",
    world: "golden",
    generate_all,
});

#[used]
#[unsafe(link_section = "signalbox:manifest")]
static MANIFEST: [u8; include_bytes!("../manifest.json").len()] = *include_bytes!("../manifest.json");

use exports::signalbox::plugin::enrich::Guest;
use signalbox::plugin::log;
use signalbox::plugin::types::{CallContext, Error, Json};

struct Golden;

impl Guest for Golden {
    fn facts(_: CallContext, _: Json) -> Result<Json, Error> {
        log::log(log::Level::Info, "before");
        log::flush();
        Ok("[]".to_owned())
    }
}

export!(Golden);
