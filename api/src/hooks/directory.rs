//! Endpoints by the key in their address, remembered for a few seconds with their secrets opened.

use crate::{
    plugins::{Compiled, Manifests},
    problem::{Code, Problem},
    sealing,
};
use domain::EndpointId;
use manifest::{Place, Recipe, Secrets, Verification};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{
    Database,
    endpoints::{self, EndpointConnection, FoundEndpoint},
    plugins,
};
use tokio::time::Instant;
use vault::{Keyring, Plaintext};

/// How long an endpoint is remembered: so long a rotated secret or a deleted connection may go unnoticed.
const REMEMBERED: Duration = Duration::from_secs(5);
/// How long it is remembered that there is none.
const ABSENCE_REMEMBERED: Duration = Duration::from_secs(1);
/// How many keys are remembered; a flood of made-up ones must not fill the memory.
const CAPACITY: usize = 10_000;

/// The endpoints that requests have asked for.
pub struct Directory {
    database: Database,
    keyring: Arc<Keyring>,
    entries: Mutex<HashMap<Box<str>, Entry>>,
}

#[derive(Clone)]
struct Entry {
    known: Option<Arc<Known>>,
    fresh_until: Instant,
}

enum Remembered {
    /// The endpoint, or that there is none.
    Fresh(Option<Arc<Known>>),
    /// Nothing, or nothing fresh.
    Not,
}

/// An endpoint, with everything that its requests need.
pub struct Known {
    /// Which.
    pub id: EndpointId,
    compiled: Arc<Compiled>,
    secrets: BTreeMap<String, Plaintext>,
    credentials: Credentials,
    routes: Mutex<HashMap<Box<str>, EndpointConnection>>,
    only: Mutex<Option<EndpointConnection>>,
}

/// Where the recipe finds secrets that are sent as they are; they are not stored with the request.
#[derive(Default)]
pub struct Credentials {
    /// Names of headers.
    pub headers: HashSet<String>,
    /// Names of query parameters.
    pub parameters: HashSet<String>,
}

impl Directory {
    /// A directory that knows nothing yet.
    pub fn new(database: Database, keyring: Arc<Keyring>) -> Self {
        Self { database, keyring, entries: Mutex::default() }
    }

    /// The endpoint with this key.
    pub async fn find(&self, manifests: &Manifests, key: &str) -> Result<Option<Arc<Known>>, Problem> {
        if !is_key(key) {
            return Ok(None);
        }
        if let Remembered::Fresh(known) = self.remembered(key) {
            return Ok(known);
        }
        let known = match endpoints::find_by_key(self.database.pool(), key).await? {
            Some(found) => Some(Arc::new(self.open(manifests, found).await?)),
            None => None,
        };
        self.remember(key, known.clone());
        Ok(known)
    }

    /// Forgets an endpoint, so that it is looked up anew.
    pub fn forget(&self, key: &str) {
        lock(&self.entries).remove(key);
    }

    /// An entry that is fresh. Of those that find it stale, one looks it up while the others go on with what is
    /// there.
    fn remembered(&self, key: &str) -> Remembered {
        let now = Instant::now();
        match lock(&self.entries).get_mut(key) {
            None => Remembered::Not,
            Some(entry) if entry.fresh_until <= now => {
                entry.fresh_until = now + ABSENCE_REMEMBERED;
                Remembered::Not
            }
            Some(entry) => Remembered::Fresh(entry.known.clone()),
        }
    }

    fn remember(&self, key: &str, known: Option<Arc<Known>>) {
        let now = Instant::now();
        let mut entries = lock(&self.entries);
        if entries.len() >= CAPACITY {
            entries.retain(|_, entry| entry.fresh_until > now);
        }
        if entries.len() >= CAPACITY {
            entries.clear();
        }
        let fresh_until = now + if known.is_some() { REMEMBERED } else { ABSENCE_REMEMBERED };
        entries.insert(key.into(), Entry { known, fresh_until });
    }

    async fn open(&self, manifests: &Manifests, found: FoundEndpoint) -> Result<Known, Problem> {
        let compiled = if let Some(compiled) = manifests.known(&found.plugin_sha256) {
            compiled
        } else {
            let plugin = plugins::of_file(self.database.pool(), &found.plugin_sha256).await?;
            manifests.of(&plugin.ok_or(Code::NotFound)?).map_err(Problem::internal)?
        };
        let mut secrets = BTreeMap::new();
        for secret in &found.secrets {
            let opened = sealing::open_for_endpoint(&self.keyring, found.tenant_id, found.id, secret)?;
            secrets.insert(secret.name.clone(), opened);
        }
        Ok(Known {
            id: found.id,
            credentials: compiled.manifest.webhook.as_ref().map(credentials).unwrap_or_default(),
            compiled,
            secrets,
            routes: Mutex::default(),
            only: Mutex::default(),
        })
    }
}

impl Known {
    /// How its requests are treated; `None` if the plugin takes no webhooks.
    pub fn recipe(&self) -> Option<&Recipe> {
        self.compiled.manifest.webhook.as_ref()
    }

    /// The plugin whose recipe guards it.
    pub fn plugin_id(&self) -> &str {
        &self.compiled.manifest.id
    }

    /// What is not stored with its requests.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The connections that answer for these accounts. Those that nobody answers for are asked about each time: a
    /// connection that claims one is known at once.
    pub async fn routes(
        &self,
        database: &Database,
        accounts: &[&str],
    ) -> store::Result<HashMap<String, EndpointConnection>> {
        let mut found: HashMap<String, EndpointConnection> = {
            let known = lock(&self.routes);
            accounts.iter().filter_map(|account| Some(((*account).to_owned(), *known.get(*account)?))).collect()
        };
        let missing: Vec<String> =
            accounts.iter().filter(|account| !found.contains_key(**account)).map(|a| (*a).to_owned()).collect();
        if missing.is_empty() {
            return Ok(found);
        }
        for route in endpoints::routes(database.pool(), self.id, &missing).await? {
            let connection = EndpointConnection { tenant_id: route.tenant_id, connection_id: route.connection_id };
            lock(&self.routes).insert(route.account.as_str().into(), connection);
            found.insert(route.account, connection);
        }
        Ok(found)
    }

    /// The connection that gets what names no account, if the endpoint has but one.
    pub async fn only_connection(&self, database: &Database) -> store::Result<Option<EndpointConnection>> {
        if let Some(only) = *lock(&self.only) {
            return Ok(Some(only));
        }
        let only = endpoints::only_connection(database.pool(), self.id).await?;
        *lock(&self.only) = only;
        Ok(only)
    }
}

impl Secrets for Known {
    fn secret(&self, name: &str) -> Option<&str> {
        self.secrets.get(name)?.expose_str().ok()
    }
}

/// 16 to 64 letters, digits, `_` and `-`; anything else is not worth a question to the database.
fn is_key(key: &str) -> bool {
    (16..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

fn credentials(recipe: &Recipe) -> Credentials {
    let mut credentials = Credentials::default();
    for rule in &recipe.verify {
        let Verification::Token(rule) = rule else { continue };
        match &rule.place {
            Place::Header(name) => drop(credentials.headers.insert(name.as_str().to_owned())),
            Place::Query(name) => drop(credentials.parameters.insert(name.clone())),
            Place::Form(_) | Place::Pointer(_) | Place::BodyHash => {}
        }
    }
    credentials
}

/// Maps are valid after every step of a holder that panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
