//! A tenant with one connection, whose provider grants access by OAuth.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Clock, ConnectionId, EndpointId, ManualClock, TenantId, UserId, role::Role};
use egress::{Egress, Mapping, Policy, Request, Rule};
use http::{Method, StatusCode, header};
use inbox::{Cause, Inbox};
use manifest::Manifest;
use queue::Queue;
use serde_json::{Value, json};
use signalbox_oauth::{Access, Authorization, Error, Keeper, Subject, Unredeemed};
use sqlx::PgPool;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use store::{
    Database,
    audit::Entry,
    connections, endpoints,
    secrets::{self, endpoint_owner},
    users::NewUser,
};
use test_support::{
    AuthorizationServer, TestDatabase,
    authorization_server::{Behaviour, CLIENT_ID, CLIENT_SECRET},
};
use url::Url;
use uuid::Uuid;
use vault::{DataKey, Keyring, Place};

/// Where the authorization server is said to be.
pub const HOST: &str = "kettle.shops.example";
/// Where people come back to.
pub const REDIRECT: &str = "https://us.example/oauth/callback";

pub struct World {
    pub test: TestDatabase,
    pub db: Database,
    pub queue: Queue,
    pub clock: ManualClock,
    pub server: AuthorizationServer,
    pub egress: Egress,
    pub keyring: Arc<Keyring>,
    pub keeper: Keeper,
    pub manifest: Manifest,
    pub tenant: TenantId,
    pub user: UserId,
    pub endpoint: EndpointId,
    pub connection: ConnectionId,
    /// The cookies of the person's browser.
    pub browser: Mutex<HashMap<String, String>>,
}

/// What the manifest says, with this grant.
pub fn manifest(grant: &Value) -> Value {
    json!({
        "id": "probe", "name": "Probe", "version": "1.0.0", "api": "1",
        "interfaces": ["admin"],
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
            "scopes": ["messages.read", "messages.write"],
            "access_token": "access_token",
        },
        "settings": {"type": "object", "properties": {"shop": {"type": "string"}}},
        "endpoint_settings": {"type": "object", "properties": {
            "client_id": {"type": "string"},
            "client_secret": {"type": "string", "x-secret": true},
        }},
    })
}

/// A person consents.
pub fn by_person() -> Value {
    json!({"authorization_code": {"url": "https://{shop}.shops.example/oauth/authorize"}})
}

impl World {
    /// A world whose connection nobody has authorized.
    pub async fn new() -> Self {
        Self::granted(&by_person()).await
    }

    /// A world with this grant.
    pub async fn granted(grant: &Value) -> Self {
        let test = TestDatabase::create().await;
        let clock = ManualClock::at(DateTime::from_timestamp(1_795_000_000, 0).unwrap());
        let of_server = clock.clone();
        let server = AuthorizationServer::start(Behaviour::default(), move || of_server.now().timestamp()).await;
        let egress = Egress::new(egress::Config {
            sandbox: vec![Mapping { host: HOST.to_owned(), to: server.address() }],
            ..egress::Config::default()
        })
        .unwrap();
        let keyring = Arc::new(Keyring::new(DataKey::generate()));
        let db = Database::from_pool(test.app.clone());
        let described = manifest(grant);
        let world = Self {
            queue: Queue::new(test.app.clone(), Arc::new(clock.clone())),
            keeper: keeper(&test.app, &clock, &egress, &keyring),
            manifest: Manifest::parse(described.to_string().as_bytes()).unwrap(),
            tenant: TenantId::new(),
            user: UserId::new(),
            endpoint: EndpointId::new(),
            connection: ConnectionId::new(),
            browser: Mutex::default(),
            test,
            db,
            clock,
            server,
            egress,
            keyring,
        };
        world.provision(&described).await;
        world
    }

    async fn provision(&self, described: &Value) {
        let now = self.now();
        store::plugins::install(&self.test.app, "probe", "1.0.0", described, b"no code runs here", now).await.unwrap();
        let mut tx = self.db.begin(self.tenant).await.unwrap();
        store::tenants::create(&mut tx, "lamps", "Lamps", now).await.unwrap();
        let user =
            NewUser { id: self.user, email: "a@b.example", name: "A", role: Role::Admin.into(), password_hash: "x" };
        store::users::create(&mut tx, &user, now).await.unwrap();
        let new = endpoints::NewEndpoint {
            id: self.endpoint,
            key: "endpoint-key-0001",
            plugin_id: "probe",
            plugin_version: None,
            name: "e",
            settings: &json!({ "client_id": CLIENT_ID }),
        };
        endpoints::create(&mut tx, &new, now).await.unwrap();
        let sealed = self.seal_client_secret(Some(self.tenant), self.endpoint);
        secrets::put_for_endpoint(&mut tx, self.endpoint, "client_secret", &sealed, now).await.unwrap();
        tx.commit().await.unwrap();
        self.connect(self.connection, self.endpoint).await;
    }

    pub fn seal_client_secret(&self, tenant: Option<TenantId>, endpoint: EndpointId) -> Vec<u8> {
        let owner = endpoint_owner(endpoint);
        let place = Place { tenant: tenant.map(|tenant| tenant.0), owner: &owner, name: "client_secret" };
        self.keyring.seal(&place, CLIENT_SECRET.as_bytes()).as_bytes().to_vec()
    }

    /// Makes a connection at an endpoint.
    pub async fn connect(&self, id: ConnectionId, endpoint_id: EndpointId) {
        let mut tx = self.db.begin(self.tenant).await.unwrap();
        let settings = json!({ "shop": "kettle" });
        let new = connections::NewConnection {
            id,
            endpoint_id,
            plugin_id: "probe",
            plugin_version: None,
            name: "Kettle",
            settings: &settings,
            own: None,
        };
        // As the operator, who may use a shared endpoint.
        connections::create(&mut tx, &new, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn advance(&self, step: TimeDelta) {
        self.clock.advance(step);
    }

    pub async fn row(&self) -> connections::Connection {
        let mut tx = self.db.begin(self.tenant).await.unwrap();
        connections::load(&mut tx, self.connection).await.unwrap().unwrap()
    }

    /// An access token for a call that begins now.
    pub async fn access(&self) -> Result<Access, Error> {
        self.access_by(&self.keeper).await
    }

    /// The same in a process of its own.
    pub async fn access_by(&self, keeper: &Keeper) -> Result<Access, Error> {
        let connection = self.row().await;
        keeper.access(&self.subject(&connection)).await
    }

    /// After the provider has refused this one.
    pub async fn access_after(&self, refused: &Access) -> Result<Access, Error> {
        let connection = self.row().await;
        self.keeper.access_after(&self.subject(&connection), refused).await
    }

    pub fn subject<'a>(&'a self, connection: &'a connections::Connection) -> Subject<'a> {
        Subject { tenant: self.tenant, connection, manifest: &self.manifest }
    }

    /// A keeper as another process has it, with a pool of its own.
    pub fn another_keeper(&self, pool: &PgPool) -> Keeper {
        keeper(pool, &self.clock, &self.egress, &self.keyring)
    }

    /// Begins to authorize the connection; where the person is sent.
    pub async fn begin(&self) -> Url {
        let connection = self.row().await;
        let mut tx = self.db.begin(self.tenant).await.unwrap();
        let begun = self.keeper.begin(&mut tx, &self.subject(&connection), self.user, REDIRECT).await.unwrap();
        tx.commit().await.unwrap();
        self.browser.lock().unwrap().insert(begun.pass.name, begun.pass.value.to_string());
        Url::parse(&begun.url).unwrap()
    }

    /// What the keeper makes of a state that the person's browser comes back with.
    pub async fn redeem(&self, state: &str) -> Result<Result<Authorization, Unredeemed>, Error> {
        self.keeper.redeem(state, |name| self.browser.lock().unwrap().get(name).cloned()).await
    }

    /// Goes there and consents, as a browser does; where the person is sent back to.
    pub async fn consent(&self, url: &Url) -> Url {
        let policy = Policy::new([Rule::new(HOST, [Method::GET]).unwrap()]);
        let answer = self.egress.send(Request::new(Method::GET, url.as_str()), &policy).await.unwrap();
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{url}: {:?}", answer.body);
        Url::parse(answer.headers[header::LOCATION].to_str().unwrap()).unwrap()
    }

    /// Comes back with a state and a code.
    pub async fn come_back(&self, state: &str, code: &str) -> Result<(), Error> {
        let authorization = self.redeem(state).await?.expect("the state is good");
        let connection = self.row().await;
        let entry = Entry {
            id: Uuid::now_v7(),
            occurred_at: self.clock.now(),
            user_id: self.user,
            api_key_id: None,
            action: "connection.authorized".to_owned(),
            target_kind: "connection".to_owned(),
            target_id: Some(connection.id.to_string()),
            before: None,
            after: None,
            address: "192.0.2.1".to_owned(),
            request_id: "a request".to_owned(),
        };
        self.keeper.complete(&self.subject(&connection), authorization, code, REDIRECT, entry).await
    }

    /// Authorizes the connection, from the beginning to the end.
    pub async fn authorize(&self) {
        let url = self.begin().await;
        let back = self.consent(&url).await;
        self.come_back(&parameter(&back, "state"), &parameter(&back, "code")).await.unwrap();
    }

    /// Status and reason of the connection.
    pub async fn status(&self) -> (String, Option<String>) {
        let row = self.row().await;
        (row.status.as_str().to_owned(), row.status_reason)
    }

    /// Whether the jobs of the connection are held back.
    pub async fn is_parked(&self) -> bool {
        let holds = self.queue.holds().await.unwrap();
        holds.iter().any(|hold| hold.reason == "needs_reauth" && hold.scope.connection == Some(self.connection))
    }

    /// Makes the connection one that waits for a person, or is switched off.
    pub async fn set_status(&self, status: domain::connection::ConnectionStatus) {
        let cause = Cause::of(domain::event::Actor::System, None);
        let inbox = Inbox::new(self.db.clone(), self.queue.clone(), Arc::new(self.clock.clone()));
        let mut change = inbox.begin(self.tenant, cause).await.unwrap();
        change.set_connection_status(self.connection, status, None).await.unwrap();
        change.commit().await.unwrap();
    }

    /// One column of what a query finds, past row-level security.
    pub async fn texts(&self, query: &'static str) -> Vec<String> {
        sqlx::query_scalar(query).fetch_all(&self.test.owner).await.unwrap()
    }

    /// How often the server was asked for a token by this grant.
    pub fn asked_by(&self, grant: &str) -> usize {
        self.server.requests().iter().filter(|asked| *asked == grant).count()
    }
}

fn keeper(pool: &PgPool, clock: &ManualClock, egress: &Egress, keyring: &Arc<Keyring>) -> Keeper {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    let queue = Queue::new(pool.clone(), Arc::clone(&clock));
    let inbox = Inbox::new(Database::from_pool(pool.clone()), queue, clock);
    Keeper::new(inbox, egress.clone(), Arc::clone(keyring))
}

/// One parameter of an address.
pub fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(found, _)| found == name);
    found.unwrap_or_else(|| panic!("no `{name}` in {url}")).1.into_owned()
}

/// Why only a person can help.
#[track_caller]
pub fn needs_person(outcome: Result<Access, Error>) -> (String, bool) {
    match outcome.expect_err("there must be no access") {
        Error::NeedsPerson { why, is_parked } => (why, is_parked),
        other => panic!("{other:?}"),
    }
}

/// Why it is impossible for now, and for how many seconds.
#[track_caller]
pub fn unavailable(outcome: Result<Access, Error>) -> (String, Option<u64>) {
    match outcome.expect_err("there must be no access") {
        Error::Unavailable { why, after } => (why, after.map(|wait| wait.as_secs())),
        other => panic!("{other:?}"),
    }
}
