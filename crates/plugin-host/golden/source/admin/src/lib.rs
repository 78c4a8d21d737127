//! What a settings form needs.

wit_bindgen::generate!({
    path: "../../wit/1.0.0",
    inline: "package golden:guest; world golden { export signalbox:plugin/admin@1.0.0; }",
    world: "golden",
    generate_all,
});

#[used]
#[unsafe(link_section = "signalbox:manifest")]
static MANIFEST: [u8; include_bytes!("../manifest.json").len()] = *include_bytes!("../manifest.json");

use exports::signalbox::plugin::admin::Guest;
use signalbox::plugin::types::{CallContext, Error, Json};

struct Golden;

impl Guest for Golden {
    fn check(ctx: CallContext) -> Result<Json, Error> {
        let id = ctx.connection_id;
        Ok(format!(
            r#"{{"ok":true,"account":{{"id":"{id}","name":"Golden"}},
                 "checks":[{{"name":"settings","ok":true,"message":"they are there"}}]}}"#
        ))
    }

    fn options(_: CallContext, field: String, search: String) -> Result<Json, Error> {
        Ok(format!(r#"[{{"value":"{field}","label":"{search}"}}]"#))
    }

    fn migrate_settings(ctx: CallContext, from_version: String) -> Result<Json, Error> {
        Ok(format!(r#"{{"from":"{from_version}","before":{}}}"#, ctx.settings))
    }
}

export!(Golden);
