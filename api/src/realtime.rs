//! Realtime: what the event log says, told to whoever may hear it, in the Pusher protocol, as server-sent events, or to
//! those who ask again and again.
//!
//! [`Realtime`] is the part of a process in it. What is said comes from other processes as a notification
//! ([`listener`]), is read from the log ([`pump`]), put into words ([`telling`]) and handed out by the hub. Clients come as
//! WebSockets ([`socket`], [`alias`]), as streams ([`stream`]) or with questions ([`poll`]), and hear what they may
//! ([`subscribe`], [`access`]). See `docs/realtime.md`.

mod access;
pub mod alias;
mod apps;
pub mod auth;
mod bus;
mod hearing;
pub mod info;
mod listener;
pub mod poll;
mod presence;
mod pump;
pub mod secret;
pub mod server_api;
pub mod socket;
pub mod stream;
mod subscribe;
mod telling;
mod typing;
mod upkeep;

use crate::auth::{AccessKey, Credential, Granted, standing};
use ::realtime::{
    Hub, SocketId,
    position::{Proof, Who},
};
use access::Sights;
use apps::Apps;
use bus::Bus;
use chrono::{DateTime, Utc};
use domain::{Clock, TenantId};
use presence::Rooms;
use pump::Pump;
use sqlx::PgConnection;
use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};
use store::{Database, streams};
use tokio::{task::JoinSet, time::Instant};
use typing::Typing;
use uuid::Uuid;
use vault::Keyring;

/// Connections to the database that reading the log takes, beside those of handlers.
const READERS: u32 = 3;
/// How long connections have to end when the process does.
const GOODBYE: Duration = Duration::from_secs(5);

/// The part of a process in realtime.
pub struct Realtime {
    hub: Hub,
    database: Database,
    /// For reading the log: handlers that hold all of their connections must not hold it up.
    readers: Database,
    inbox: inbox::Inbox,
    clock: Arc<dyn Clock>,
    access_key: AccessKey,
    apps: Apps,
    bus: Bus,
    pump: Pump,
    rooms: Rooms,
    sights: Sights,
    typing: Typing,
    /// Connections that this process takes.
    most: usize,
    /// Which telling of the log each tenant is at.
    epochs: Mutex<HashMap<TenantId, String>>,
    /// This process among those that share the database.
    process: Uuid,
    /// What runs as long as the process takes part.
    started: OnceLock<Mutex<JoinSet<()>>>,
}

impl Realtime {
    pub fn new(
        inbox: inbox::Inbox,
        keyring: Arc<Keyring>,
        access_key: AccessKey,
        clock: Arc<dyn Clock>,
        most: usize,
    ) -> Self {
        let database = inbox.database().clone();
        Self {
            hub: Hub::default(),
            readers: database.aside(READERS),
            apps: Apps::new(database.clone(), keyring),
            database,
            inbox,
            clock,
            access_key,
            bus: Bus::default(),
            pump: Pump::default(),
            rooms: Rooms::default(),
            sights: Sights::default(),
            typing: Typing::default(),
            most,
            epochs: Mutex::default(),
            process: Uuid::new_v4(),
            started: OnceLock::new(),
        }
    }

    /// Begins to listen to other processes, unless that has begun. A process in which nobody ever connects needs none of it.
    pub fn start(self: &Arc<Self>) {
        self.started.get_or_init(|| {
            let mut tasks = JoinSet::new();
            tasks.spawn(listener::listen(Arc::clone(self)));
            tasks.spawn(pump::run(Arc::clone(self)));
            tasks.spawn(bus::run(Arc::clone(self)));
            tasks.spawn(presence::run(Arc::clone(self)));
            tasks.spawn(upkeep::run(Arc::clone(self)));
            Mutex::new(tasks)
        });
    }

    pub fn connections(&self) -> usize {
        self.hub.connections()
    }

    /// Asks everybody to connect elsewhere, and takes nobody in any more.
    pub fn close(&self) {
        self.hub.close();
    }

    /// Waits until everybody has gone, for a moment at most, and lets go of what others count on.
    pub async fn closed(&self) {
        let deadline = Instant::now() + GOODBYE;
        while self.hub.connections() > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let Some(started) = self.started.get() else { return };
        let mut tasks = mem::take(&mut *started.lock().unwrap_or_else(PoisonError::into_inner));
        // Before the database may go, whose loss they would report, and before a lease can be renewed once more.
        tasks.shutdown().await;
        if let Err(error) = store::realtime::leave_all(self.database.pool(), self.process).await {
            tracing::debug!(%error, "who was connected here is still shown for a minute");
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn new_socket_id() -> SocketId {
        SocketId::from_bits(rand::random())
    }

    /// What somebody may do at this moment, if they are still who they have shown to be.
    async fn standing(&self, conn: &mut PgConnection, who: Who) -> Result<Option<Granted>, store::Error> {
        let granted = standing(conn, who.user, credential(who.by), self.now()).await?;
        Ok(granted.filter(|granted| matches!(who.by, Proof::ApiKey(_)) || !granted.lacks_second_factor))
    }

    /// Which telling of the log the tenant of the transaction is at.
    async fn epoch(&self, conn: &mut PgConnection, tenant: TenantId) -> Result<String, store::Error> {
        let known = self.epochs.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned();
        if let Some(epoch) = known {
            return Ok(epoch);
        }
        let epoch = streams::epoch(conn).await?;
        self.epochs.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, epoch.clone());
        Ok(epoch)
    }

    /// Another server may have taken over, or something was said while nobody listened: looks at everything again.
    fn look_again(&self) {
        self.epochs.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.apps.forget_all();
        for tenant in self.hub.tenants() {
            for feed in self.hub.told(tenant, None).into_keys() {
                self.pump.read(tenant, feed);
            }
            for channel in self.hub.presence_channels(tenant) {
                self.rooms.look(tenant, channel);
            }
            self.rooms.look_at_people(tenant);
        }
    }
}

fn credential(proof: Proof) -> Credential {
    match proof {
        Proof::Session(id) => Credential::Session(id),
        Proof::ApiKey(id) => Credential::ApiKey(id),
    }
}

fn proof(credential: Credential) -> Proof {
    match credential {
        Credential::Session(id) => Proof::Session(id),
        Credential::ApiKey(id) => Proof::ApiKey(id),
    }
}
