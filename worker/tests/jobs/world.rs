//! A tenant with one WhatsApp number, and everything that its jobs need.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ConnectionId, ConversationId, DeliveryId, EndpointId, ManualClock, MessageId, TenantId, UserId, event::Actor,
    jobs::ProcessDelivery,
};
use inbox::{Cause, Outgoing, Writer};
use plugin_host::PluginHost;
use plugin_sdk::OutboundContent;
use queue::Queue;
use sandbox::{App, Limits, Number, Sandbox, traffic::Line};
use serde_json::{Value, json};
use signalbox_worker::{
    Environment, Parts, jobs,
    mail::{Encryption, Mailer, Server},
    plugins::Plugins,
};
use std::{path::Path, sync::Arc};
use store::{Database, ingest, ingest::NewDelivery};
use test_support::TestDatabase;
use vault::{DataKey, Keyring, Place};

const NUMBER: &str = "106540352242922";
/// The token that the provider accepts.
pub const TOKEN: &str = "token-of-the-test";

pub struct World {
    pub env: Environment,
    pub clock: ManualClock,
    pub sandbox: Sandbox,
    pub tenant: TenantId,
    pub connection: ConnectionId,
    pub test: TestDatabase,
}

/// The real plugin.
pub fn plugin() -> Vec<u8> {
    official("whatsapp")
}

/// A real plugin.
pub fn official(id: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../plugins/target/wasm32-unknown-unknown/release/signalbox_{id}.wasm"));
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}; run `make plugins` first", file.display()))
}

/// The simulated mail server.
pub fn mail_server(sandbox: &Sandbox) -> Server {
    let address = sandbox.mail().address();
    Server {
        host: address.ip().to_string(),
        port: address.port(),
        encryption: Encryption::None,
        credentials: None,
        from: "Signalbox <no-reply@us.example>".to_owned(),
        base_url: "https://us.example".to_owned(),
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with_plugin(&plugin()).await
    }

    /// A world whose plugin is this file, however broken.
    pub async fn with_plugin(wasm: &[u8]) -> Self {
        let clock = ManualClock::at(DateTime::from_timestamp(1_795_000_000, 0).unwrap());
        Self::with(wasm, clock, Vec::new()).await
    }

    /// The same by this clock, with other hosts than the provider's.
    pub async fn with(wasm: &[u8], clock: ManualClock, mut hosts: Vec<egress::Mapping>) -> Self {
        let test = TestDatabase::create().await;
        let db = Database::from_pool(test.app.clone());
        let queue = Queue::new(test.app.clone(), Arc::new(clock.clone()));
        let sandbox = sandbox(&clock).await;
        // Shared by all tests and runs: compiling the plugin takes longer than anything it does here.
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-plugins");
        for host in ["graph.facebook.com", "*.myshopify.com", "api.hubapi.com"] {
            hosts.push(egress::Mapping { host: host.to_owned(), to: sandbox.address() });
        }
        let egress = egress::Egress::new(egress::Config { sandbox: hosts, ..egress::Config::default() }).unwrap();
        let host = PluginHost::new(plugin_host::Config::new(cache, egress.clone())).unwrap();
        let keyring = Arc::new(Keyring::new(DataKey::generate()));
        let plugins = Plugins::new(&db, Arc::new(host));
        let public_url = Some("https://us.example".to_owned());
        let clock_of_env = Arc::new(clock.clone());
        let mailer = Some(Mailer::new(mail_server(&sandbox)).unwrap());
        let env =
            Environment::new(Parts { db, queue, plugins, keyring, egress, clock: clock_of_env, public_url, mailer });
        let (tenant, connection) = (TenantId::new(), ConnectionId::new());
        let world = Self { env, clock, sandbox, tenant, connection, test };
        world.provision(wasm).await;
        world
    }

    async fn provision(&self, wasm: &[u8]) {
        let now = self.now();
        store::plugins::install(&self.test.app, "whatsapp", "1.0.0", &json!({}), wasm, now).await.unwrap();
        let mut tx = self.env.db.begin(self.tenant).await.unwrap();
        store::tenants::create(&mut tx, "lamps", "Lamps", now).await.unwrap();
        let endpoint = EndpointId::new();
        let new = store::endpoints::NewEndpoint {
            id: endpoint,
            key: "endpoint-key-0001",
            plugin_id: "whatsapp",
            plugin_version: None,
            name: "e",
            settings: &json!({}),
        };
        store::endpoints::create(&mut tx, &new, now).await.unwrap();
        let settings = json!({ "phone_number_id": NUMBER, "api_version": "v26.0" });
        let new = store::connections::NewConnection {
            id: self.connection,
            endpoint_id: endpoint,
            plugin_id: "whatsapp",
            plugin_version: None,
            name: "c",
            settings: &settings,
            own: None,
        };
        store::connections::create(&mut tx, &new, now).await.unwrap();
        let owner = store::secrets::connection_owner(self.connection);
        let place = Place { tenant: Some(self.tenant.0), owner: &owner, name: "access_token" };
        let sealed = self.env.keyring.seal(&place, TOKEN.as_bytes());
        store::secrets::put_for_connection(&mut tx, self.connection, "access_token", sealed.as_bytes(), now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Connects an account by another of the real plugins, with a secret.
    pub async fn connect_account(&self, plugin: &str, settings: &Value, secret: (&str, &str)) -> ConnectionId {
        let (wasm, now) = (official(plugin), self.now());
        let loaded = self.env.plugins.try_out(wasm.clone()).await.unwrap();
        let manifest = json!(loaded.manifest().as_ref());
        store::plugins::install(&self.test.app, plugin, "1.0.0", &manifest, &wasm, now).await.unwrap();
        let mut tx = self.env.db.begin(self.tenant).await.unwrap();
        let (endpoint, connection) = (EndpointId::new(), ConnectionId::new());
        let new = store::endpoints::NewEndpoint {
            id: endpoint,
            key: &endpoint_key(plugin),
            plugin_id: plugin,
            plugin_version: None,
            name: plugin,
            settings: &json!({}),
        };
        store::endpoints::create(&mut tx, &new, now).await.unwrap();
        let new = store::connections::NewConnection {
            id: connection,
            endpoint_id: endpoint,
            plugin_id: plugin,
            plugin_version: None,
            name: plugin,
            settings,
            own: None,
        };
        store::connections::create(&mut tx, &new, now).await.unwrap();
        let owner = store::secrets::connection_owner(connection);
        let place = Place { tenant: Some(self.tenant.0), owner: &owner, name: secret.0 };
        let sealed = self.env.keyring.seal(&place, secret.1.as_bytes());
        store::secrets::put_for_connection(&mut tx, connection, secret.0, sealed.as_bytes(), now).await.unwrap();
        tx.commit().await.unwrap();
        connection
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.env.clock.now()
    }

    pub fn line() -> Line {
        number().line()
    }

    /// Stores a webhook as the API does.
    pub async fn deliver(&self, body: &Value) -> DeliveryId {
        self.deliver_bytes(body.to_string().into_bytes()).await
    }

    pub async fn deliver_bytes(&self, body: Vec<u8>) -> DeliveryId {
        self.deliver_to(self.connection, body).await
    }

    /// The same for one of several connections.
    pub async fn deliver_to(&self, connection: ConnectionId, body: Vec<u8>) -> DeliveryId {
        self.deliver_with(connection, &[], body).await
    }

    /// The same with headers that say what it is about.
    pub async fn deliver_with(&self, connection: ConnectionId, headers: &[(&str, &str)], body: Vec<u8>) -> DeliveryId {
        let headers: Vec<_> = [("content-type", "application/json")].iter().chain(headers).collect();
        let id = DeliveryId::new();
        let delivery = NewDelivery {
            tenant_id: self.tenant,
            id,
            connection_id: connection,
            endpoint_id: EndpointId::new(),
            dedupe_key: id.to_string(),
            method: "POST".to_owned(),
            query: String::new(),
            headers: json!(headers),
            body,
            partial: false,
            trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            queue_key: ProcessDelivery::key_of(connection, "x"),
            received_at: self.now(),
        };
        assert_eq!(ingest::accept(&self.test.app, &[delivery]).await.unwrap(), [true]);
        id
    }

    /// Runs every job that is due. Returns the kinds that did not simply succeed, with their outcome.
    pub async fn run_jobs(&self) -> Vec<(String, queue::Outcome)> {
        let handlers = jobs::handlers(Arc::new(self.env.clone()));
        let ran = self.env.queue.run_until_idle(&handlers).await.unwrap();
        ran.into_iter().filter(|ran| ran.outcome != queue::Outcome::Done).map(|ran| (ran.kind, ran.outcome)).collect()
    }

    /// Runs jobs, and expects all of them to succeed.
    pub async fn settle(&self) {
        assert_eq!(self.run_jobs().await, []);
    }

    pub fn advance(&self, step: TimeDelta) {
        self.clock.advance(step);
    }

    /// One column of all rows that a query gives, in the tenant's eyes.
    pub async fn texts(&self, query: &'static str) -> Vec<String> {
        let mut tx = self.env.db.begin(self.tenant).await.unwrap();
        sqlx::query_scalar(query).fetch_all(&mut *tx).await.unwrap()
    }

    pub async fn conversation(&self) -> ConversationId {
        let ids = self.texts("SELECT id::text FROM conversations ORDER BY id").await;
        ids[0].parse().unwrap()
    }

    /// An agent writes.
    pub async fn write(&self, text: &str) -> MessageId {
        let content = OutboundContent::Text { text: text.to_owned(), preview_url: false };
        let user = UserId::new();
        let cause = Cause::of(Actor::User { id: user }, None);
        let mut tx = self.env.inbox.begin(self.tenant, cause).await.unwrap();
        let outgoing = Outgoing {
            content: (&content).into(),
            reply_to: None,
            writer: Writer::User(user),
            origin_key: None,
            window: None,
        };
        let id = tx.send(self.conversation().await, &outgoing).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn status(&self, message: MessageId) -> String {
        let mut tx = self.env.db.begin(self.tenant).await.unwrap();
        let message = store::messages::load(&mut tx, self.tenant, message).await.unwrap().unwrap();
        message.status.to_string()
    }

    pub async fn error_reason(&self, message: MessageId) -> Option<String> {
        let mut tx = self.env.db.begin(self.tenant).await.unwrap();
        let message = store::messages::load(&mut tx, self.tenant, message).await.unwrap().unwrap();
        Some(message.error?["reason"].as_str()?.to_owned())
    }
}

/// The last part of the address where the webhooks of a plugin arrive.
pub fn endpoint_key(plugin: &str) -> String {
    format!("{plugin}-endpoint-0001")
}

fn number() -> Number {
    Number {
        phone_number_id: NUMBER.to_owned(),
        waba_id: "419561257915477".to_owned(),
        display_phone_number: "15550783881".to_owned(),
        verified_name: "Lamps".to_owned(),
        access_token: TOKEN.into(),
    }
}

/// A provider that goes by the same clock, and to which no webhook URL is known: the tests deliver by hand.
async fn sandbox(clock: &ManualClock) -> Sandbox {
    let app = App { id: "app".to_owned(), app_secret: "s".into(), callback_url: None, numbers: vec![number()] };
    let clock = clock.clone();
    let config = sandbox::Config {
        limits: Limits::OFF,
        clock: Arc::new(move || domain::Clock::now(&clock)),
        ..sandbox::Config::new(vec![app])
    };
    Sandbox::bind("127.0.0.1:0".parse().unwrap(), config).await.unwrap()
}
