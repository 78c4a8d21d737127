//! Who is in presence channels, of all processes, and how people are there.
//!
//! What is known lies in the database, as leases of the processes that people are connected to. Each process tells its own
//! clients what differs from what it told them before: a notification that is lost only delays that.

use super::Realtime;
use crate::problem::Problem;
use ::realtime::{
    ChannelName,
    channel::Guard,
    frame::{self, Members},
    hub::Part,
    position::{Proof, Who},
};
use domain::{TenantId, UserId, event::Actor};
use inbox::Cause;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::{
    collections::{BTreeMap, HashMap, HashSet, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::presence::{self, Present};
use tokio::sync::{Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard, Notify};

/// How long a process answers for whoever is connected to it.
pub const LEASE: Duration = Duration::from_secs(45);
/// Channels in which somebody comes or goes at the same time wait for each other only if they share a lock.
const LOCKS: usize = 64;
/// How long to gather who came and went before it is looked up.
const GATHER: Duration = Duration::from_millis(50);

/// How people are there.
type People = BTreeMap<UserId, Value>;

/// What is to be looked at, and what was told.
pub struct Rooms {
    locks: Vec<AsyncMutex<()>>,
    news: Mutex<News>,
    something: Notify,
    /// How people are there, as their tenants' clients were told.
    people: Mutex<HashMap<TenantId, People>>,
}

#[derive(Default)]
struct News {
    channels: HashSet<(TenantId, ChannelName)>,
    people: HashSet<TenantId>,
}

impl Default for Rooms {
    fn default() -> Self {
        let locks = (0..LOCKS).map(|_| AsyncMutex::new(())).collect();
        Self { locks, news: Mutex::default(), something: Notify::new(), people: Mutex::default() }
    }
}

impl Rooms {
    /// Has clients told who is in a channel now.
    pub fn look(&self, tenant: TenantId, channel: ChannelName) {
        self.news().channels.insert((tenant, channel));
        self.something.notify_one();
    }

    /// Has clients told how people are there now.
    pub fn look_at_people(&self, tenant: TenantId) {
        self.news().people.insert(tenant);
        self.something.notify_one();
    }

    /// Keeps others from telling who is in the channel.
    pub async fn enter(&self, tenant: TenantId, channel: &ChannelName) -> AsyncMutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        (tenant, channel).hash(&mut hasher);
        let place = usize::try_from(hasher.finish() % LOCKS as u64).unwrap_or_default();
        self.locks[place].lock().await
    }

    fn people(&self) -> MutexGuard<'_, HashMap<TenantId, People>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells for ever who came and who went.
pub async fn run(realtime: Arc<Realtime>) {
    loop {
        realtime.rooms.something.notified().await;
        tokio::time::sleep(GATHER).await;
        let News { channels, people } = std::mem::take(&mut *realtime.rooms.news());
        let heard = |channel: &(TenantId, ChannelName)| {
            channel.1.guard() == Guard::Presence && realtime.hub.is_heard(channel.0, &channel.1)
        };
        for (tenant, channel) in channels.into_iter().filter(heard) {
            if let Err(error) = meet(&realtime, tenant, &channel).await {
                tracing::warn!(%error, "who is in a channel could not be asked; the next round does");
            }
        }
        for tenant in people {
            if let Err(error) = greet(&realtime, tenant).await {
                tracing::warn!(%error, "how people are there could not be asked; the next round does");
            }
        }
    }
}

async fn meet(realtime: &Realtime, tenant: TenantId, channel: &ChannelName) -> Result<(), store::Error> {
    let _alone = realtime.rooms.enter(tenant, channel).await;
    let mut tx = realtime.readers.begin(tenant).await?;
    let members = members(realtime, &mut tx, channel).await?;
    realtime.hub.meet(tenant, channel, members);
    Ok(())
}

/// Everybody in a channel, with what others are shown of them: in ours the name and how they are there.
pub async fn members(
    realtime: &Realtime,
    conn: &mut PgConnection,
    channel: &ChannelName,
) -> Result<Members, store::Error> {
    let stored = store::realtime::members(conn, channel.as_str()).await?;
    if channel.ours().is_none() {
        return Ok(stored.into_iter().map(|member| (member.member, member.info.unwrap_or(Value::Null))).collect());
    }
    let ids: Vec<UserId> = stored.iter().filter_map(|member| member.member.parse().ok()).collect();
    let people = presence::of_people(conn, &ids, realtime.now()).await?;
    Ok(people.into_iter().map(|person| (person.user_id.to_string(), info(&person))).collect())
}

/// What others are shown of a person.
pub fn info(person: &presence::Person) -> Value {
    json!({ "name": person.name, "presence": person.status })
}

/// Tells those who have the inbox open how people are there, as far as that has changed.
async fn greet(realtime: &Realtime, tenant: TenantId) -> Result<(), store::Error> {
    let channel = ::realtime::Ours::Inbox.name();
    if !realtime.hub.is_heard(tenant, &channel) {
        realtime.rooms.people().remove(&tenant);
        return Ok(());
    }
    let mut tx = realtime.readers.begin(tenant).await?;
    let now = everybody(realtime, &mut tx, tenant).await?;
    let Some(before) = realtime.rooms.people().insert(tenant, now.clone()) else { return Ok(()) };
    for (_, person) in now.iter().filter(|(id, person)| before.get(id) != Some(person)) {
        realtime.hub.tell(tenant, &channel, &frame::event(&channel, "presence.changed", &person.to_string()), None);
    }
    Ok(())
}

/// Notes how people are there when the first client comes, who reads it over REST: what changes from now on is told.
pub async fn begin(realtime: &Realtime, conn: &mut PgConnection, tenant: TenantId) -> Result<(), store::Error> {
    if !realtime.rooms.people().contains_key(&tenant) {
        let now = everybody(realtime, conn, tenant).await?;
        realtime.rooms.people().entry(tenant).or_insert(now);
    }
    Ok(())
}

async fn everybody(realtime: &Realtime, conn: &mut PgConnection, tenant: TenantId) -> Result<People, store::Error> {
    let people = presence::list(conn, tenant, realtime.now()).await?;
    Ok(people.iter().map(|person| (person.user_id, shown(person))).collect())
}

/// As `GET /api/v1/presence` shows it, but for the time, which changes all the time.
fn shown(person: &Present) -> Value {
    json!({
        "user_id": person.user_id,
        "status": person.status,
        "status_text": person.status_text,
        "current_conversation_id": person.current_conversation_id,
    })
}

impl Realtime {
    /// Whoever opens the inbox is there, unless they have said otherwise and that still holds.
    pub(super) async fn appear(&self, tenant: TenantId, who: Who) -> Result<(), Problem> {
        if matches!(who.by, Proof::ApiKey(_)) {
            return Ok(());
        }
        let mut change = self.inbox.begin(tenant, Cause::of(Actor::User { id: who.user }, None)).await?;
        let now = change.now();
        if presence::appear(change.conn(), who.user, now, now + domain::presence::LEASE).await? {
            change.has_room(who.user).await?;
            change.commit().await?;
        }
        Ok(())
    }

    /// Lets other processes know of parts that have ended here, unless they have begun again meanwhile.
    pub(super) fn left(self: &Arc<Self>, tenant: TenantId, parts: Vec<Part>) {
        if parts.is_empty() {
            return;
        }
        let realtime = Arc::clone(self);
        tokio::spawn(async move {
            for part in parts {
                if let Err(error) = realtime.leave(tenant, &part).await {
                    tracing::debug!(%error, "somebody who has left is shown until the lease of their process is renewed");
                }
            }
        });
    }

    async fn leave(&self, tenant: TenantId, part: &Part) -> Result<(), store::Error> {
        let _alone = self.rooms.enter(tenant, &part.channel).await;
        if self.hub.has_part(tenant, part) {
            return Ok(());
        }
        let mut tx = self.database.begin(tenant).await?;
        let gone = (part.channel.to_string(), part.member.clone());
        store::realtime::leave(&mut tx, &[gone], self.process).await?;
        tx.commit().await
    }
}
