//! The apps of tenants: their keys and opened secrets, kept for a moment.

use crate::problem::Problem;
use ::realtime::signature::App;
use chrono::{DateTime, Utc};
use domain::TenantId;
use sqlx::PgConnection;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{
    Database,
    realtime::{self as stored, APP_OWNER, APP_SECRET},
};
use tokio::time::Instant;
use vault::{Keyring, Place, Sealed};

/// How long a key is believed; changes are told at once, if somebody listens.
const KEPT: Duration = Duration::from_mins(1);
/// How many are kept: addresses are made up by strangers.
const MOST: usize = 10_000;

pub struct Apps {
    database: Database,
    keyring: Arc<Keyring>,
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone)]
struct Known {
    tenant: TenantId,
    app: Arc<App>,
    until: Instant,
}

impl Apps {
    pub fn new(database: Database, keyring: Arc<Keyring>) -> Self {
        Self { database, keyring, known: Mutex::default() }
    }

    /// The tenant with this app key, and its app.
    pub async fn find(&self, key: &str) -> Result<Option<(TenantId, Arc<App>)>, Problem> {
        let known = self.lock().get(key).filter(|known| known.until > Instant::now()).cloned();
        if let Some(Known { tenant, app, .. }) = known {
            return Ok(Some((tenant, app)));
        }
        let Some((tenant, sealed)) = stored::find(self.database.pool(), key).await? else { return Ok(None) };
        let app = Arc::new(App { key: key.to_owned(), secret: self.open(tenant, sealed)? });
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key.to_owned(), Known { tenant, app: Arc::clone(&app), until: Instant::now() + KEPT });
        Ok(Some((tenant, app)))
    }

    /// The app of the tenant of a transaction, which gets one if it has none.
    pub async fn of_tenant(
        &self,
        conn: &mut PgConnection,
        tenant: TenantId,
        now: DateTime<Utc>,
    ) -> Result<(App, DateTime<Utc>), Problem> {
        let app = if let Some(app) = stored::app(conn).await? {
            app
        } else {
            let key = hex::encode(rand::random::<[u8; 10]>());
            stored::create_app(conn, &key, &self.new_secret(tenant), now).await?;
            // Whoever loses the race reads the winner's.
            stored::app(conn).await?.ok_or_else(|| Problem::new(crate::problem::Code::Unavailable))?
        };
        Ok((App { key: app.key, secret: self.open(tenant, app.secret)? }, app.updated_at))
    }

    /// A new secret, sealed.
    pub fn new_secret(&self, tenant: TenantId) -> Vec<u8> {
        let secret = hex::encode(rand::random::<[u8; 16]>());
        self.keyring.seal(&place(tenant), secret.as_bytes()).as_bytes().to_vec()
    }

    /// The app of this tenant has changed.
    pub fn forget(&self, tenant: TenantId) {
        self.lock().retain(|_, known| known.tenant != tenant);
    }

    pub fn forget_all(&self) {
        self.lock().clear();
    }

    fn open(&self, tenant: TenantId, sealed: Vec<u8>) -> Result<String, Problem> {
        let sealed = Sealed::try_from(sealed).map_err(Problem::internal)?;
        let secret = self.keyring.open(&place(tenant), &sealed).map_err(Problem::internal)?;
        Ok(secret.expose_str().map_err(Problem::internal)?.to_owned())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        // The map is valid after every step of a panicking holder.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(tenant: TenantId) -> Place<'static> {
    Place { tenant: Some(tenant.0), owner: APP_OWNER, name: APP_SECRET }
}
