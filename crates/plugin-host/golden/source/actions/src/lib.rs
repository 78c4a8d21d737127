//! An action that asks the host for everything there is: time, randomness, a signature, state, a request, a log line.

wit_bindgen::generate!({
    path: "../../wit/1.0.0",
    inline: "package golden:guest; world golden { include signalbox:plugin/host@1.0.0; export signalbox:plugin/actions@1.0.0; }",
    world: "golden",
    generate_all,
});

#[used]
#[unsafe(link_section = "signalbox:manifest")]
static MANIFEST: [u8; include_bytes!("../manifest.json").len()] = *include_bytes!("../manifest.json");

use exports::signalbox::plugin::actions::Guest;
use signalbox::plugin::crypto::Hash;
use signalbox::plugin::http::{self, Request};
use signalbox::plugin::types::{CallContext, Error, ErrorKind, Header, Json};
use signalbox::plugin::{clock, crypto, log, state};

struct Golden;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn failed(message: String) -> Error {
    Error { kind: ErrorKind::Internal, code: None, message, retry_after_ms: None, remote_status: None }
}

impl Guest for Golden {
    fn invoke(ctx: CallContext, name: String, input: Json, idempotency_key: String) -> Result<Json, Error> {
        log::log(log::Level::Info, &name);
        let now = clock::now_ms();
        let random = hex(&crypto::random(8));
        let signed = hex(&crypto::hmac(Hash::Sha256, "key", input.as_bytes()).map_err(failed)?);
        let earlier = state::get("runs").map_err(|_| failed("state".to_owned()))?;
        let runs = earlier.as_ref().map_or(1, |entry| entry.value[0] + 1);
        state::put("runs", &[runs], None, None).map_err(|_| failed("state".to_owned()))?;
        let request = Request {
            method: "GET".to_owned(),
            url: format!("https://api.provider.example/nonce/{random}"),
            headers: vec![Header { name: "x-golden".to_owned(), value: b"1".to_vec() }],
            body: None,
            secret: Some("token".to_owned()),
            timeout_ms: None,
        };
        let response = http::send(&request).map_err(|failure| failed(failure.message))?;
        let body = String::from_utf8_lossy(&response.body).into_owned();
        Ok(format!(
            r#"{{"now":{now},"after":{},"random":"{random}","signed":"{signed}","runs":{runs},"status":{},"body":{body},
                 "key":"{idempotency_key}","attempt":{}}}"#,
            clock::now_ms(),
            response.status,
            ctx.attempt,
        ))
    }
}

export!(Golden);
