//! Messages out: counts them in its state.

wit_bindgen::generate!({
    path: "../../wit/1.0.0",
    inline: "package golden:guest; world golden { import signalbox:plugin/state@1.0.0; export signalbox:plugin/channel@1.0.0; }",
    world: "golden",
    generate_all,
});

#[used]
#[unsafe(link_section = "signalbox:manifest")]
static MANIFEST: [u8; include_bytes!("../manifest.json").len()] = *include_bytes!("../manifest.json");

use exports::signalbox::plugin::channel::{Guest, Receipt, ReceiptState};
use signalbox::plugin::state;
use signalbox::plugin::types::{CallContext, Error, ErrorKind, Json};

struct Golden;

fn failed() -> Error {
    Error {
        kind: ErrorKind::Transient,
        code: None,
        message: "the state cannot be reached".to_owned(),
        retry_after_ms: None,
        remote_status: None,
    }
}

impl Guest for Golden {
    fn send(_: CallContext, _: Json) -> Result<Receipt, Error> {
        let found = state::get("sent").map_err(|_| failed())?;
        let (count, version) = found.map_or((0, 0), |entry| (entry.value[0], entry.version));
        state::put("sent", &[count + 1], Some(version), Some(60_000)).map_err(|_| failed())?;
        Ok(Receipt { external_id: Some(format!("golden-{}", count + 1)), state: ReceiptState::Accepted })
    }

    fn poll_status(_: CallContext, external_ids: Vec<String>) -> Result<Json, Error> {
        state::delete("sent").map_err(|_| failed())?;
        let status =
            |id: String| format!(r#"{{"event":"status","external_id":"{id}","state":"delivered","occurred_at_ms":7}}"#);
        Ok(format!("[{}]", external_ids.into_iter().map(status).collect::<Vec<_>>().join(",")))
    }
}

export!(Golden);
