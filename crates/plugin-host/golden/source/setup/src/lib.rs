//! Telling the provider where webhooks go: two requests with a secret.

wit_bindgen::generate!({
    path: "../../wit/1.0.0",
    inline: "package golden:guest; world golden { import signalbox:plugin/http@1.0.0; export signalbox:plugin/setup@1.0.0; }",
    world: "golden",
    generate_all,
});

#[used]
#[unsafe(link_section = "signalbox:manifest")]
static MANIFEST: [u8; include_bytes!("../manifest.json").len()] = *include_bytes!("../manifest.json");

use exports::signalbox::plugin::setup::Guest;
use signalbox::plugin::http::{self, Request};
use signalbox::plugin::types::{CallContext, Error, ErrorKind, Json};

struct Golden;

fn ask(method: &str, body: String) -> Result<u16, Error> {
    let request = Request {
        method: method.to_owned(),
        url: "https://api.provider.example/webhooks".to_owned(),
        headers: Vec::new(),
        body: Some(body.into_bytes()),
        secret: Some("token".to_owned()),
        timeout_ms: Some(5_000),
    };
    match http::send(&request) {
        Ok(response) => Ok(response.status),
        Err(failure) => Err(Error {
            kind: ErrorKind::Transient,
            code: None,
            message: failure.message,
            retry_after_ms: None,
            remote_status: None,
        }),
    }
}

impl Guest for Golden {
    fn subscribe(_: CallContext, url: String) -> Result<Json, Error> {
        let status = ask("POST", url)?;
        Ok(format!(r#"{{"status":{status}}}"#))
    }

    fn unsubscribe(_: CallContext, registration: Json) -> Result<(), Error> {
        ask("DELETE", registration).map(drop)
    }
}

export!(Golden);
