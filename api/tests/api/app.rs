//! A running API with tenants, people and a plugin.

use crate::authorization_server;
use chrono::{DateTime, Utc};
use domain::{
    Clock, ManualClock, TenantId, UserId,
    role::{Role, RoleKey},
};
use hmac::{Hmac, KeyInit, Mac};
use metrics_exporter_prometheus::PrometheusBuilder;
use queue::Queue;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use sha2::Sha256;
use signalbox_api::{AccessKey, Api, Parts};
use std::{net::SocketAddr, path::Path, sync::Arc};
use store::{Database, mailed_links, users::NewUser};
use test_support::{AuthorizationServer, TestDatabase};
use tokio::net::TcpListener;
use uuid::Uuid;
use vault::{DataKey, Keyring, Place, Sealed};

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";
pub const APP_SECRET: &str = "app-secret-of-the-tests";
pub const VERIFY_TOKEN: &str = "verify-token-of-the-tests";

/// A running API.
pub struct App {
    pub base: String,
    pub http: reqwest::Client,
    pub db: TestDatabase,
    pub database: Database,
    pub clock: ManualClock,
    pub keyring: Arc<Keyring>,
    /// Asks for consent and gives tokens, at the host of [`crate::authorization_server`].
    pub provider: AuthorizationServer,
    pub api: Api,
}

/// What differs from one installation to another.
struct Settings {
    installers: config::Installers,
    sends_mail: bool,
    rate_limit: config::RateLimit,
}

impl Default for Settings {
    fn default() -> Self {
        Self { installers: config::Installers::Admins, sends_mail: true, rate_limit: config::RateLimit::default() }
    }
}

/// Somebody who has logged in.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub tenant: TenantId,
    pub email: String,
    pub token: String,
    pub refresh: String,
    pub base: String,
    pub http: reqwest::Client,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        Self { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.body
    }

    /// The code of a problem with this status.
    #[track_caller]
    pub fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        self.body["code"].as_str().unwrap()
    }

    pub fn etag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }
}

impl App {
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    /// Runs where only the operator installs plugins.
    pub async fn for_the_operator() -> Self {
        Self::with(Settings { installers: config::Installers::Operator, ..Settings::default() }).await
    }

    /// Runs where no e-mail leaves.
    pub async fn without_mail() -> Self {
        Self::with(Settings { sends_mail: false, ..Settings::default() }).await
    }

    /// Runs where people may ask so often per minute.
    pub async fn with_rate_limit(rate_limit: config::RateLimit) -> Self {
        Self::with(Settings { rate_limit, ..Settings::default() }).await
    }

    /// Runs on this pool, which need not reach the database at all.
    pub async fn on(db: TestDatabase, database: Database) -> Self {
        Self::with_keyring(db, database, Arc::new(Keyring::new(DataKey::generate()))).await
    }

    /// Runs with these keys, as another process of the same installation.
    pub async fn with_keyring(db: TestDatabase, database: Database, keyring: Arc<Keyring>) -> Self {
        Self::run(db, database, keyring, Settings::default()).await
    }

    async fn with(settings: Settings) -> Self {
        let db = TestDatabase::create().await;
        let database = Database::from_pool(db.app.clone());
        Self::run(db, database, Arc::new(Keyring::new(DataKey::generate())), settings).await
    }

    async fn run(db: TestDatabase, database: Database, keyring: Arc<Keyring>, settings: Settings) -> Self {
        let clock = ManualClock::at(DateTime::from_timestamp(1_795_000_000, 0).unwrap());
        install_plugin(&db, clock.now()).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let provider = authorization_server::start(&base, &clock).await;
        let api = Api::new(Parts {
            database: database.clone(),
            queue: Queue::new(database.pool().clone(), Arc::new(clock.clone())),
            keyring: Arc::clone(&keyring),
            egress: authorization_server::egress(&provider),
            clock: Arc::new(clock.clone()),
            http: config::Http::default(),
            auth: config::Auth::default(),
            rate_limit: settings.rate_limit,
            sends_mail: settings.sends_mail,
            base_url: base.clone(),
            access_key: AccessKey::from_bytes(&[7; 32]),
            metrics: Some(PrometheusBuilder::new().build_recorder().handle()),
            installers: settings.installers,
            readiness: Arc::new(()),
        });
        serve(api.clone(), listener);
        Self { base, http: reqwest::Client::new(), db, database, clock, keyring, provider, api }
    }

    /// Another process of the same installation, and where it serves.
    pub async fn another_process(&self) -> (Api, String) {
        self.another_process_with(config::Http::default()).await
    }

    /// The same, served in its own way.
    pub async fn another_process_with(&self, http: config::Http) -> (Api, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        // With a pool of its own: nothing but the database is shared.
        let database = Database::connect_lazy(self.db.app_options(), 10, std::time::Duration::from_secs(5));
        let api = Api::new(Parts {
            queue: Queue::new(database.pool().clone(), Arc::new(self.clock.clone())),
            database,
            keyring: Arc::clone(&self.keyring),
            egress: authorization_server::egress(&self.provider),
            clock: Arc::new(self.clock.clone()),
            http,
            auth: config::Auth::default(),
            rate_limit: config::RateLimit::default(),
            sends_mail: true,
            base_url: base.clone(),
            access_key: AccessKey::from_bytes(&[7; 32]),
            metrics: None,
            installers: config::Installers::Admins,
            readiness: Arc::new(()),
        });
        serve(api.clone(), listener);
        (api, base)
    }

    /// What makes the newest link in an e-mail good, which a worker would put there.
    pub async fn mailed_token(&self) -> String {
        let newest = "SELECT tenant_id, id, sealed_token FROM mailed_links ORDER BY id DESC LIMIT 1";
        let (tenant, id, sealed): (Uuid, Uuid, Vec<u8>) =
            sqlx::query_as(newest).fetch_one(&self.db.owner).await.unwrap();
        let owner = mailed_links::owner(id.into());
        let place = Place { tenant: Some(tenant), owner: &owner, name: mailed_links::TOKEN };
        let token = self.keyring.open(&place, &Sealed::try_from(sealed).unwrap()).unwrap();
        token.expose_str().unwrap().to_owned()
    }

    /// Begins another session of a person.
    pub async fn log_in_again(&self, person: &Person) -> Person {
        let login = json!({ "email": person.email, "password": PASSWORD, "refresh_token_delivery": "body" });
        let tokens = self.post("/api/v1/auth/login", &login).await.ok();
        let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
        Person { refresh, ..person.with_token(tokens["access_token"].as_str().unwrap()) }
    }

    /// Makes a person of the admin's tenant with a role of its own, who logs in.
    pub async fn colleague_as(&self, admin: &Person, name: &str, role: &Value) -> Person {
        let slug = admin.email.split(['@', '.']).nth(1).unwrap().to_owned();
        let role = role.as_str().unwrap().parse().unwrap();
        self.person(admin.tenant, &slug, &format!("{name}@{slug}.example"), role).await
    }

    /// Makes a tenant with an admin, who logs in.
    pub async fn tenant(&self, slug: &str) -> Person {
        let tenant = TenantId::new();
        let mut tx = self.database.begin(tenant).await.unwrap();
        store::tenants::create(&mut tx, slug, slug, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.person(tenant, slug, &format!("admin@{slug}.example"), Role::Admin.into()).await
    }

    /// Makes a person of the admin's tenant, who logs in.
    pub async fn colleague(&self, admin: &Person, name: &str, role: Role) -> Person {
        let slug = admin.email.split(['@', '.']).nth(1).unwrap().to_owned();
        self.person(admin.tenant, &slug, &format!("{name}@{slug}.example"), role.into()).await
    }

    async fn person(&self, tenant: TenantId, slug: &str, email: &str, role: RoleKey) -> Person {
        let id = UserId::new();
        let password_hash = signalbox_api::hash_password(PASSWORD).unwrap();
        let user = NewUser { id, email, name: "Somebody", role, password_hash: &password_hash };
        let mut tx = self.database.begin(tenant).await.unwrap();
        store::users::create(&mut tx, &user, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let login = json!({ "email": email, "password": PASSWORD, "tenant": slug, "refresh_token_delivery": "body" });
        let tokens = self.post("/api/v1/auth/login", &login).await.ok();
        Person {
            id,
            tenant,
            email: email.to_owned(),
            token: tokens["access_token"].as_str().unwrap().to_owned(),
            refresh: tokens["refresh_token"].as_str().unwrap().to_owned(),
            base: self.base.clone(),
            http: self.http.clone(),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    /// Posts to an endpoint as Meta would.
    pub async fn hook(&self, key: &str, body: &str) -> Answer {
        Answer::of(self.signed(key, body).send().await.unwrap()).await
    }

    /// A request to an endpoint, signed as Meta would.
    pub fn signed(&self, key: &str, body: &str) -> RequestBuilder {
        let signature = signature(APP_SECRET, body.as_bytes());
        let request = self.request(Method::POST, &format!("/hooks/{key}"));
        request
            .header("content-type", "application/json")
            .header("x-hub-signature-256", signature)
            .body(body.to_owned())
    }

    /// How many rows a query counts, past row-level security.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        sqlx::query_scalar(sql).fetch_one(&self.db.owner).await.unwrap()
    }
}

impl Person {
    /// The same person with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// A machine with a new key of theirs.
    pub async fn api_key(&self, new: &Value) -> Self {
        let made = self.post("/api/v1/api-keys", new).await.ok();
        self.with_token(made["token"].as_str().unwrap())
    }

    /// Deletes the state with this entity tag.
    pub async fn delete_over(&self, path: &str, etag: &str) -> Answer {
        let request = self.request(Method::DELETE, path).header("if-match", etag);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Deletes with a body, as where a password proves who does.
    pub async fn delete_with(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::DELETE, path).json(body).send().await.unwrap()).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    /// Posts under an idempotency key.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).header("idempotency-key", key).json(body);
        Answer::of(request.send().await.unwrap()).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(body).send().await.unwrap()).await
    }

    pub async fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, path).header("if-match", etag).json(body);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Puts as a change of the state with this entity tag.
    pub async fn put_over(&self, path: &str, etag: &str, body: &Value) -> Answer {
        let request = self.request(Method::PUT, path).header("if-match", etag).json(body);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Hands in a `.wasm` file.
    pub async fn install(&self, query: &str, wasm: Vec<u8>) -> Answer {
        let request = self.request(Method::POST, &format!("/api/v1/plugins{query}"));
        Answer::of(request.header("content-type", "application/wasm").body(wasm).send().await.unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// Connects a number, with an endpoint of its own. Answers the connection and the endpoint's key.
    pub async fn connect(&self, number: &str) -> (Value, String) {
        let connection = self.post("/api/v1/connections", &connection(number)).await.ok();
        let key = connection["webhook_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        (connection, key)
    }
}

fn serve(api: Api, listener: TcpListener) {
    let service = signalbox_api::router(api, axum::Router::new()).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
}

/// What is posted to connect a number.
pub fn connection(number: &str) -> Value {
    json!({
        "plugin_id": "whatsapp",
        "name": format!("Number {number}"),
        "settings": { "phone_number_id": number, "access_token": "token-of-the-tests" },
        "endpoint_settings": { "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN },
    })
}

/// A body with one message for each of these numbers.
pub fn webhook(id: &str, numbers: &[&str]) -> String {
    let changes: Vec<Value> = numbers
        .iter()
        .map(|number| {
            json!({ "field": "messages", "value": {
                "messaging_product": "whatsapp",
                "metadata": { "phone_number_id": number, "display_phone_number": "15550000000" },
                "messages": [{ "id": format!("wamid.{id}.{number}"), "from": "4915112345678", "timestamp": "1795000000",
                               "type": "text", "text": { "body": "Grüße 🙂" } }],
            } })
        })
        .collect();
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "777", "changes": changes }] }).to_string()
}

/// The value of `X-Hub-Signature-256`.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

async fn install_plugin(db: &TestDatabase, now: DateTime<Utc>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/whatsapp/manifest.json");
    let manifest: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let version = manifest["version"].as_str().unwrap();
    store::plugins::install(&db.app, "whatsapp", version, &manifest, b"no code runs here", now).await.unwrap();
}
