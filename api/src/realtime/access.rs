//! What people may hear. It is asked when they subscribe, whenever it may have changed, and every minute.

use super::{Realtime, pump::with_other_sight};
use crate::problem::Problem;
use ::realtime::{ChannelName, Ours, position::Who};
use domain::{ConversationId, TenantId, UserId, role::Permission, sight::Sight};
use sqlx::PgConnection;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{
    events::Event,
    streams::{self, Told},
};
use tokio::time::Instant;

/// How long an answer is believed; changes are told at once, if somebody listens.
const KEPT: Duration = Duration::from_mins(1);

/// Which conversations people see, as they were asked last.
#[derive(Default)]
pub struct Sights(Mutex<HashMap<(TenantId, Who), Known>>);

#[derive(Clone)]
struct Known {
    /// `None`: none at all.
    sight: Option<Sight>,
    until: Instant,
}

impl Sights {
    fn lock(&self) -> MutexGuard<'_, HashMap<(TenantId, Who), Known>> {
        // The map is valid after every step of a panicking holder.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, tenant: TenantId, user: Option<UserId>) {
        self.lock().retain(|(of, who), _| *of != tenant || user.is_some_and(|user| user != who.user));
    }

    /// Forgets what is believed no longer.
    pub fn tidy(&self) {
        let now = Instant::now();
        self.lock().retain(|_, known| known.until > now);
    }
}

/// Somebody who sees conversations.
pub struct Viewer {
    pub who: Who,
    pub sight: Sight,
}

/// Who of these sees which of these conversations now.
pub async fn seen_by(
    conn: &mut PgConnection,
    conversations: &[ConversationId],
    viewers: &[Viewer],
) -> Result<HashMap<ConversationId, HashSet<Who>>, store::Error> {
    let sights: Vec<Sight> = viewers.iter().map(|viewer| viewer.sight.clone()).collect();
    let seen = streams::seen_by(conn, conversations, &sights).await?;
    let who = |place: usize| viewers.get(place).map(|viewer| viewer.who);
    Ok(seen.into_iter().map(|(id, places)| (id, places.into_iter().filter_map(who).collect())).collect())
}

/// What these people see, in a transaction of their tenant.
async fn sights(
    realtime: &Realtime,
    conn: &mut PgConnection,
    tenant: TenantId,
    people: HashSet<Who>,
) -> Result<Vec<Viewer>, store::Error> {
    let mut seeing = Vec::new();
    for who in people {
        let known = realtime.sights.lock().get(&(tenant, who)).filter(|known| known.until > Instant::now()).cloned();
        let sight = if let Some(known) = known {
            known.sight
        } else {
            let granted = realtime.standing(conn, who).await?;
            let sight = granted
                .filter(|granted| granted.permissions.has(Permission::WorkConversations))
                .map(|granted| granted.sight);
            let known = Known { sight: sight.clone(), until: Instant::now() + KEPT };
            realtime.sights.lock().insert((tenant, who), known);
            sight
        };
        seeing.extend(sight.map(|sight| Viewer { who, sight }));
    }
    Ok(seeing)
}

/// What those see who hear the inbox, or whose own streams tell some of this.
pub async fn viewers(
    realtime: &Realtime,
    conn: &mut PgConnection,
    tenant: TenantId,
    told: &[Told],
) -> Result<Vec<Viewer>, store::Error> {
    let readers: HashSet<UserId> = told.iter().filter_map(|told| told.reader).collect();
    let channels = readers.into_iter().map(Ours::User).chain([Ours::Inbox]);
    let people = channels.flat_map(|ours| realtime.hub.hearers(tenant, &ours.name())).collect();
    sights(realtime, conn, tenant, people).await
}

/// Lets nobody hear a conversation any more who does not see it after these events.
pub async fn expel_blind(
    realtime: &Arc<Realtime>,
    conn: &mut PgConnection,
    tenant: TenantId,
    events: &[Event],
) -> Result<(), store::Error> {
    let conversations: Vec<ConversationId> = with_other_sight(events).into_iter().collect();
    expel(realtime, conn, tenant, &conversations, None).await
}

/// Looks again at what a person may hear, or everybody.
pub async fn look(realtime: &Arc<Realtime>, tenant: TenantId, user: Option<UserId>) {
    realtime.sights.forget(tenant, user);
    if let Err(problem) = look_at(realtime, tenant, user).await {
        tracing::warn!(code = problem.code().as_str(), "who may hear what could not be asked; the next round does");
    }
}

async fn look_at(realtime: &Arc<Realtime>, tenant: TenantId, user: Option<UserId>) -> Result<(), Problem> {
    let mut people = realtime.hub.people(tenant);
    people.retain(|who| user.is_none_or(|user| user == who.user));
    if people.is_empty() {
        return Ok(());
    }
    let mut tx = realtime.readers.begin(tenant).await?;
    let mut gone = HashSet::new();
    for who in &people {
        if realtime.standing(&mut tx, *who).await?.is_none() {
            gone.insert(*who);
        }
    }
    realtime.hub.end(tenant, &gone);
    let concerned: HashSet<UserId> = people.difference(&gone).map(|who| who.user).collect();
    let heard = concerned.iter().flat_map(|user| realtime.hub.heard_by(tenant, *user));
    let conversations: HashSet<ConversationId> = heard.filter_map(|channel| conversation(&channel)).collect();
    expel(realtime, &mut tx, tenant, &conversations.into_iter().collect::<Vec<_>>(), Some(&concerned)).await?;
    Ok(())
}

/// Takes out of the channels of these conversations whoever does not see them, of `concerned` people if they are named.
async fn expel(
    realtime: &Arc<Realtime>,
    conn: &mut PgConnection,
    tenant: TenantId,
    conversations: &[ConversationId],
    concerned: Option<&HashSet<UserId>>,
) -> Result<(), store::Error> {
    let mut people: HashMap<ConversationId, HashSet<Who>> = HashMap::new();
    for id in conversations {
        for channel in channels(*id) {
            people.entry(*id).or_default().extend(realtime.hub.hearers(tenant, &channel));
        }
    }
    let asked: HashSet<Who> = people.values().flatten().copied().collect();
    let viewers = sights(realtime, conn, tenant, asked).await?;
    let in_sight = seen_by(conn, conversations, &viewers).await?;
    for (id, hearing) in people {
        let sees = |who: &Who| in_sight.get(&id).is_some_and(|those| those.contains(who));
        let is_concerned = |who: &Who| concerned.is_none_or(|concerned| concerned.contains(&who.user));
        let blind: HashSet<Who> = hearing.into_iter().filter(|who| is_concerned(who) && !sees(who)).collect();
        if !blind.is_empty() {
            for channel in channels(id) {
                realtime.left(tenant, realtime.hub.expel(tenant, &channel, &blind));
            }
        }
    }
    Ok(())
}

fn channels(id: ConversationId) -> [ChannelName; 2] {
    [Ours::Conversation(id).name(), Ours::Viewers(id).name()]
}

fn conversation(channel: &ChannelName) -> Option<ConversationId> {
    match channel.ours()? {
        Ours::Conversation(id) | Ours::Viewers(id) => Some(id),
        Ours::User(_) | Ours::Inbox => None,
    }
}

/// Whether a person may hear one of our channels, in a transaction of their tenant: what is asked when they subscribe.
pub async fn may_hear(realtime: &Realtime, conn: &mut PgConnection, who: Who, ours: Ours) -> Result<bool, Problem> {
    let Some(granted) = realtime.standing(conn, who).await? else { return Ok(false) };
    match ours {
        Ours::User(user) => Ok(user == who.user),
        Ours::Inbox => Ok(true),
        Ours::Conversation(id) | Ours::Viewers(id) => {
            if !granted.permissions.has(Permission::WorkConversations) {
                return Ok(false);
            }
            let seen = streams::seen_by(conn, &[id], &[granted.sight]).await?;
            Ok(!seen.is_empty())
        }
    }
}
