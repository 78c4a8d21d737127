//! An OAuth 2.0 authorization server on loopback, as strict as the standard lets one be.
//!
//! Codes are good once and for a minute, and only for the redirect URI and the proof key they were asked with. A refresh
//! token that comes back after its rotation, or a code that comes back at all, ends everything that came from it
//! (RFC 9700, sections 2.1.1 and 4.14). The lives of tokens go by the test's clock.

mod grants;
mod requests;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use grants::Grants;

/// The client that is registered.
pub const CLIENT_ID: &str = "client of the test";
/// Its secret, with characters that have to be encoded on the way.
pub const CLIENT_SECRET: &str = "s3cr3t:of+the/client";
/// What a token is good for.
pub const SCOPES: [&str; 2] = ["messages.read", "messages.write"];

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// Whether the client authenticates by HTTP Basic; otherwise by parameters. The other way is refused.
    pub basic: bool,
    /// Whether each refresh gives a new refresh token and ends the old one.
    pub rotates: bool,
    /// Whether a refresh token is given at all.
    pub refreshes: bool,
    /// How long an access token lives, in seconds; without, for ever, which is not said either.
    pub lifetime: Option<i64>,
    /// How long an answer takes.
    pub latency: Duration,
    /// Where people are sent back to.
    pub redirect_uri: String,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            basic: true,
            rotates: true,
            refreshes: true,
            lifetime: Some(3600),
            latency: Duration::ZERO,
            redirect_uri: "https://us.example/oauth/callback".to_owned(),
        }
    }
}

/// What happens to one request for a token instead of its answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is answered with this status, and nothing is done.
    Status(u16, Option<u32>),
    /// It is answered with this error of the standard, and nothing is done.
    Refuse(&'static str),
    /// It is done, and the connection breaks before the answer.
    DropAfter,
    /// It is done, and answered with something that is no token.
    Garbage,
}

/// A running server.
#[derive(Clone)]
pub struct AuthorizationServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    /// Seconds since the Unix epoch.
    clock: Box<dyn Fn() -> i64 + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    behaviour: Behaviour,
    grants: Grants,
    faults: VecDeque<Fault>,
    /// The `grant_type` of each request for a token.
    requests: Vec<String>,
    denies: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuthorizationServer {
    /// Starts a server whose tokens live by `clock`, in seconds since the Unix epoch.
    pub async fn start(behaviour: Behaviour, clock: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        let state = Mutex::new(State { behaviour, ..State::default() });
        let shared = Arc::new(Shared { clock: Box::new(clock), state });
        let router = Router::new()
            .route("/oauth/authorize", get(requests::authorize))
            .route("/oauth/token", post(requests::token))
            .route("/me", get(requests::me))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// Where it listens, in plain http.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes how it behaves from now on.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.shared.state().behaviour);
    }

    /// Whether people deny access from now on.
    pub fn deny(&self, denies: bool) {
        self.shared.state().denies = denies;
    }

    /// Lets this happen to the next request for a token that nothing else is to happen to.
    pub fn inject(&self, fault: Fault) {
        self.shared.state().faults.push_back(fault);
    }

    /// Makes this the next access token that is given.
    pub fn give_next(&self, access_token: &str) {
        self.shared.state().grants.prepared.push_back(access_token.to_owned());
    }

    /// Ends everything that was ever granted.
    pub fn revoke_all(&self) {
        self.shared.state().grants.revoke_all();
    }

    /// Whether a resource server would accept this access token now.
    pub fn accepts(&self, access_token: &str) -> bool {
        let now = (self.shared.clock)();
        self.shared.state().grants.accepts(access_token, now)
    }

    /// The `grant_type` of every request for a token so far.
    pub fn requests(&self) -> Vec<String> {
        self.shared.state().requests.clone()
    }

    /// Everything secret that it has ever given or been told: no log may hold any of it.
    pub fn canaries(&self) -> Vec<String> {
        let mut canaries = self.shared.state().grants.issued.clone();
        canaries.push(CLIENT_SECRET.to_owned());
        canaries
    }
}
