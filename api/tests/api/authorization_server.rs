//! A provider that grants access by OAuth, and the plugin that speaks for it.

use crate::app::{App, Person};
use domain::{Clock, ManualClock};
use egress::{Config, Egress, Mapping};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use test_support::{
    AuthorizationServer,
    authorization_server::{Behaviour, CLIENT_ID, CLIENT_SECRET},
};
use url::Url;

const HOST: &str = "kettle.shops.example";

/// Starts a server that sends people back to the API at `base`.
pub async fn start(base: &str, clock: &ManualClock) -> AuthorizationServer {
    let clock = clock.clone();
    let behaviour = Behaviour { redirect_uri: format!("{base}/oauth/callback"), ..Behaviour::default() };
    AuthorizationServer::start(behaviour, move || clock.now().timestamp()).await
}

/// A way out that leads to it.
pub fn egress(server: &AuthorizationServer) -> Egress {
    let sandbox = vec![Mapping { host: HOST.to_owned(), to: server.address() }];
    Egress::new(Config { sandbox, ..Config::default() }).unwrap()
}

/// Installs a plugin that uses OAuth with this grant, under this id.
pub async fn install(app: &App, id: &str, grant: &Value) {
    let manifest = json!({
        "id": id, "name": "Shop", "version": "1.0.0", "api": "1", "interfaces": ["admin"],
        "egress": [{"host": "{shop}.shops.example", "methods": ["GET"]}],
        "secrets": {
            "access_token": {"scope": "connection", "inject": {
                "host": "{shop}.shops.example",
                "place": {"header": {"name": "authorization", "prefix": "Bearer "}},
            }},
            "client_secret": {"scope": "endpoint"},
        },
        "oauth": {
            "grant": grant,
            "token_url": "https://{shop}.shops.example/oauth/token",
            "client": {"id": {"endpoint_setting": "client_id"}, "secret": "client_secret"},
            "scopes": ["messages.read"],
            "access_token": "access_token",
        },
        "settings": {
            "type": "object", "additionalProperties": false, "required": ["shop"],
            "properties": {"shop": {"type": "string"}},
        },
        "endpoint_settings": {
            "type": "object", "additionalProperties": false,
            "properties": {"client_id": {"type": "string"}, "client_secret": {"type": "string", "x-secret": true}},
        },
    });
    store::plugins::install(&app.db.app, id, "1.0.0", &manifest, id.as_bytes(), app.clock.now()).await.unwrap();
}

/// A person consents.
pub fn by_person() -> Value {
    json!({"authorization_code": {"url": "https://{shop}.shops.example/oauth/authorize"}})
}

/// Connects a shop whose client is set up; the connection's address in the API.
pub async fn connect(admin: &Person, plugin: &str) -> String {
    let connection = json!({
        "plugin_id": plugin, "name": "Kettle <& Sons>",
        "settings": {"shop": "kettle"},
        "endpoint_settings": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    });
    let made = admin.post("/api/v1/connections", &connection).await.ok();
    format!("/api/v1/connections/{}", made["id"].as_str().unwrap())
}

/// What a browser does with the address that `authorize` answers: where it is sent back to.
pub async fn consent(app: &App, authorization_url: &str) -> Url {
    let mut url = Url::parse(authorization_url).unwrap();
    assert_eq!(url.host_str(), Some(HOST));
    url.set_scheme("http").unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(app.provider.address().port())).unwrap();
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let answer = browser.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap()
}
