//! Jobs of a connection whose access token is the host's: the real plugin, with a manifest that asks for OAuth.

use crate::world::{TOKEN, World, plugin};
use chrono::{DateTime, TimeDelta};
use domain::{Clock, EndpointId, ManualClock, MessageId, UserId, jobs::CheckConnection, role::Role};
use egress::{Mapping, Policy, Request, Rule};
use http::{Method, header};
use oauth::Subject;
use queue::{Outcome, holds::Scope};
use sandbox::{
    RequestFilter,
    traffic::{Customer, Inbound},
};
use serde_json::{Value, json};
use std::path::Path;
use store::{audit::Entry, connections, secrets, users::NewUser};
use test_support::{
    AuthorizationServer,
    authorization_server::{Behaviour, CLIENT_ID, CLIENT_SECRET, Fault},
};
use url::Url;
use uuid::Uuid;
use vault::Place;

const HOST: &str = "login.provider.example";
const REDIRECT: &str = "https://us.example/oauth/callback";
/// A token that the provider does not accept.
const FORGOTTEN: &str = "token-that-the-provider-forgot";

/// A world whose connection is authorized by a person.
struct Authorized {
    world: World,
    server: AuthorizationServer,
    user: UserId,
}

/// WhatsApp's manifest, with a token that nobody types.
fn manifest() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/whatsapp/manifest.json");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    manifest["settings"]["required"] = json!(["phone_number_id"]);
    manifest["settings"]["properties"].as_object_mut().unwrap().remove("access_token").unwrap();
    manifest["secrets"]["client_secret"] = json!({ "scope": "endpoint" });
    manifest["endpoint_settings"]["properties"]["client_id"] = json!({ "type": "string" });
    manifest["endpoint_settings"]["properties"]["client_secret"] = json!({ "type": "string", "x-secret": true });
    manifest["oauth"] = json!({
        "grant": { "authorization_code": { "url": format!("https://{HOST}/oauth/authorize") } },
        "token_url": format!("https://{HOST}/oauth/token"),
        "client": { "id": { "endpoint_setting": "client_id" }, "secret": "client_secret" },
        "scopes": ["messages.read", "messages.write"],
        "access_token": "access_token",
    });
    manifest
}

/// The plugin's file with another manifest: a module is a header and sections, each with an id and a length.
fn with_manifest(wasm: &[u8], manifest: &Value) -> Vec<u8> {
    const NAME: &[u8] = b"signalbox:manifest";
    let (header, mut rest) = wasm.split_at(8);
    let mut file = header.to_vec();
    while let [id, tail @ ..] = rest {
        let (size, content) = leb128(tail);
        let (content, next) = content.split_at(size);
        let is_manifest = *id == 0 && content.get(1..).is_some_and(|named| named.starts_with(NAME));
        if !is_manifest {
            file.extend_from_slice(&rest[..rest.len() - next.len()]);
        }
        rest = next;
    }
    let manifest = manifest.to_string();
    let mut content = vec![u8::try_from(NAME.len()).unwrap()];
    content.extend_from_slice(NAME);
    content.extend_from_slice(manifest.as_bytes());
    file.push(0);
    let mut size = content.len();
    while size > 0x7f {
        file.push(u8::try_from(size & 0x7f).unwrap() | 0x80);
        size >>= 7;
    }
    file.push(u8::try_from(size).unwrap());
    file.extend_from_slice(&content);
    file
}

/// An unsigned number, and what follows it.
fn leb128(bytes: &[u8]) -> (usize, &[u8]) {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return (value, &bytes[index + 1..]);
        }
    }
    panic!("the number has no end");
}

impl Authorized {
    /// Nobody has authorized it yet.
    async fn not_yet() -> Self {
        let clock = ManualClock::at(DateTime::from_timestamp(1_795_000_000, 0).unwrap());
        let of_server = clock.clone();
        let server = AuthorizationServer::start(Behaviour::default(), move || of_server.now().timestamp()).await;
        let hosts = vec![Mapping { host: HOST.to_owned(), to: server.address() }];
        let world = World::with(&with_manifest(&plugin(), &manifest()), clock, hosts).await;
        let authorized = Self { world, server, user: UserId::new() };
        authorized.provision().await;
        authorized
    }

    async fn provision(&self) {
        let (env, now) = (&self.world.env, self.world.now());
        let endpoint: EndpointId =
            self.world.texts("SELECT endpoint_id::text FROM connections").await[0].parse().unwrap();
        let mut tx = env.db.begin(self.world.tenant).await.unwrap();
        // Nothing that anybody typed before may help.
        secrets::remove_from_connection(&mut tx, self.world.connection, "access_token").await.unwrap();
        let user =
            NewUser { id: self.user, email: "a@b.example", name: "A", role: Role::Admin.into(), password_hash: "x" };
        store::users::create(&mut tx, &user, now).await.unwrap();
        sqlx::query("UPDATE endpoints SET settings = $1")
            .bind(json!({ "client_id": CLIENT_ID }))
            .execute(&mut *tx)
            .await
            .unwrap();
        let owner = secrets::endpoint_owner(endpoint);
        let place = Place { tenant: Some(self.world.tenant.0), owner: &owner, name: "client_secret" };
        let sealed = env.keyring.seal(&place, CLIENT_SECRET.as_bytes());
        secrets::put_for_endpoint(&mut tx, endpoint, "client_secret", sealed.as_bytes(), now).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody has authorized it, and Ada has written.
    async fn with_token(token: &str) -> Self {
        let authorized = Self::not_yet().await;
        authorized.authorize(token).await;
        let ada = Customer::with_phone("4915155512345", "Ada");
        let composed = authorized.world.sandbox.compose("106540352242922", Inbound::text(ada, "Hello")).unwrap();
        authorized.world.deliver_bytes(composed.webhook.body.to_vec()).await;
        authorized.world.settle().await;
        authorized
    }

    /// A person goes to the provider and comes back, which gives this access token.
    async fn authorize(&self, token: &str) {
        let env = &self.world.env;
        self.server.give_next(token);
        let mut tx = env.db.begin(self.world.tenant).await.unwrap();
        let connection = connections::load(&mut tx, self.world.connection).await.unwrap().unwrap();
        let plugin = env.plugins.get(&connection.plugin_id, &connection.plugin_version).await.unwrap();
        let subject = Subject { tenant: self.world.tenant, connection: &connection, manifest: plugin.manifest() };
        let begun = env.oauth.begin(&mut tx, &subject, self.user, REDIRECT).await.unwrap();
        tx.commit().await.unwrap();
        let policy = Policy::new([Rule::new(HOST, [Method::GET]).unwrap()]);
        let egress = egress::Egress::new(egress::Config {
            sandbox: vec![Mapping { host: HOST.to_owned(), to: self.server.address() }],
            ..egress::Config::default()
        })
        .unwrap();
        let answer = egress.send(Request::new(Method::GET, begun.url.clone()), &policy).await.unwrap();
        let back = Url::parse(answer.headers[header::LOCATION].to_str().unwrap()).unwrap();
        let parameter = |name: &str| back.query_pairs().find(|(found, _)| found == name).unwrap().1.into_owned();
        let authorization =
            env.oauth.redeem(&parameter("state"), |_| Some(begun.pass.value.to_string())).await.unwrap().unwrap();
        let entry = Entry {
            id: Uuid::now_v7(),
            occurred_at: self.world.now(),
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
        env.oauth.complete(&subject, authorization, &parameter("code"), REDIRECT, entry).await.unwrap();
        // What the workers' upkeep does within a second.
        env.queue.release(&Scope::default()).await.unwrap();
    }

    async fn write(&self) -> MessageId {
        self.world.write("Good evening").await
    }

    /// Status of the connection, and of a message.
    async fn standing(&self, message: MessageId) -> (String, String) {
        let connection = self.world.texts("SELECT status FROM connections").await.remove(0);
        (connection, self.world.status(message).await)
    }

    fn sends(&self) -> usize {
        self.world.sandbox.requests(&RequestFilter::default()).len()
    }
}

fn strings(one: &str, other: &str) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

#[tokio::test]
async fn the_plugin_sends_with_a_token_that_nobody_typed() {
    let it = Authorized::with_token(TOKEN).await;
    let message = it.write().await;
    it.world.settle().await;
    assert_eq!(it.standing(message).await, strings("active", "sent"));
    assert_eq!(it.server.requests(), ["authorization_code"]);
}

#[tokio::test]
async fn a_provider_that_refuses_the_token_is_believed_once() {
    let it = Authorized::with_token(FORGOTTEN).await;
    let message = it.write().await;
    it.server.give_next(TOKEN);
    it.world.settle().await;
    assert_eq!(it.standing(message).await, strings("active", "sent"));
    assert_eq!(it.server.requests(), ["authorization_code", "refresh_token"]);
}

#[tokio::test]
async fn a_provider_that_refuses_the_renewed_token_too_needs_a_person() {
    let it = Authorized::with_token(FORGOTTEN).await;
    let message = it.write().await;
    assert!(matches!(&it.world.run_jobs().await[..], [(_, Outcome::Snoozed { .. })]));
    assert_eq!(it.standing(message).await, strings("needs_reauth", "queued"));
    assert_eq!(it.server.requests(), ["authorization_code", "refresh_token"]);
    it.authorize(TOKEN).await;
    it.world.settle().await;
    assert_eq!(it.standing(message).await, strings("active", "sent"));
}

#[tokio::test]
async fn messages_wait_for_a_new_authorization_and_then_go() {
    let it = Authorized::with_token(TOKEN).await;
    it.server.revoke_all();
    it.world.advance(TimeDelta::hours(1));
    let sends = it.sends();
    let (first, second) = (it.write().await, it.write().await);
    it.world.run_jobs().await;
    assert_eq!(it.standing(first).await, strings("needs_reauth", "queued"));
    assert_eq!(it.standing(second).await, strings("needs_reauth", "queued"));
    assert_eq!(it.server.requests(), ["authorization_code", "refresh_token"], "the second was parked, not tried");
    assert_eq!(it.sends(), sends, "the provider was not called");
    let reasons = it.world.texts("SELECT status_reason FROM connections").await;
    assert!(reasons[0].contains("invalid_grant"), "{reasons:?}");

    it.authorize(TOKEN).await;
    it.world.settle().await;
    assert_eq!(it.standing(first).await, strings("active", "sent"));
    assert_eq!(it.standing(second).await, strings("active", "sent"));
}

#[tokio::test]
async fn an_authorization_server_that_is_away_delays_a_message() {
    let it = Authorized::with_token(TOKEN).await;
    it.world.advance(TimeDelta::hours(1));
    let message = it.write().await;
    for _ in 0..2 {
        it.server.inject(Fault::Status(503, None));
    }
    it.server.give_next(TOKEN);
    let ran = it.world.run_jobs().await;
    assert!(
        ran.iter()
            .any(|(kind, outcome)| kind == "send-message" && matches!(outcome, Outcome::Retry { blame: true, .. }))
    );
    assert_eq!(it.standing(message).await, strings("active", "queued"));
    it.world.advance(TimeDelta::seconds(10));
    it.world.run_jobs().await;
    it.world.advance(TimeDelta::seconds(30));
    it.world.settle().await;
    assert_eq!(it.standing(message).await, strings("active", "sent"));
}

#[tokio::test]
async fn the_token_is_renewed_before_any_call_needs_it() {
    let it = Authorized::with_token(FORGOTTEN).await;
    it.server.give_next(TOKEN);
    it.world.advance(TimeDelta::minutes(51));
    it.world.settle().await;
    assert_eq!(it.server.requests(), ["authorization_code", "refresh_token"]);
    it.world.advance(TimeDelta::minutes(20));
    let message = it.write().await;
    it.world.settle().await;
    assert_eq!(it.standing(message).await, strings("active", "sent"));
    assert_eq!(it.server.requests().len(), 2);
}

#[tokio::test]
async fn a_test_of_the_connection_says_who_is_needed() {
    let it = Authorized::not_yet().await;
    let (tenant_id, connection_id) = (it.world.tenant, it.world.connection);
    let test = async || {
        let cause = inbox::Cause::of(domain::event::Actor::System, None);
        let mut change = it.world.env.inbox.begin(tenant_id, cause).await.unwrap();
        let now = change.now();
        let id = uuid::Uuid::now_v7();
        connections::checks::request(change.conn(), id, connection_id, now).await.unwrap();
        change.enqueue(&CheckConnection { tenant_id, connection_id }).await.unwrap();
        change.commit().await.unwrap();
        it.world.settle().await;
        let mut tx = it.world.env.db.begin(tenant_id).await.unwrap();
        connections::checks::load(&mut tx, connection_id, id).await.unwrap().unwrap().report.unwrap()
    };
    let report = test().await;
    assert_eq!(report["ok"], false);
    assert_eq!(report["checks"][0]["message"], "no access: nobody has authorized it yet");
    it.authorize(TOKEN).await;
    assert_eq!(test().await["ok"], true);
}
