//! What has to be done from time to time: looking for what was not told, renewing leases, asking again who may hear what.

use super::{Realtime, access, listener::PING_EVERY, presence::LEASE};
use ::realtime::{Feed, notice::CHANNEL};
use chrono::{DateTime, Utc};
use domain::{ConversationId, TenantId, UserId, presence};
use std::{collections::HashMap, sync::Arc, time::Duration};
use store::streams;
use tokio::time::{interval, timeout};

/// Who may hear what is asked again after so many rounds, and streams are compared with the log after so many.
const ACCESS: u32 = 60;
const COMPARE: u32 = 5;
/// Leases are renewed after so many.
const RENEW: u32 = 10;
/// Rows of one statement.
const BATCH: i32 = 10_000;
const ROUND: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(10);

/// Does it for ever.
pub async fn run(realtime: Arc<Realtime>) {
    let mut tick = interval(ROUND);
    let mut round = 0_u32;
    loop {
        tick.tick().await;
        round = round.wrapping_add(1);
        match timeout(PATIENCE, look_after(&realtime, round)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the upkeep of realtime failed; the next round tries again"),
            Err(_) => tracing::warn!("the upkeep of realtime took too long; the next round tries again"),
        }
    }
}

async fn look_after(realtime: &Arc<Realtime>, round: u32) -> Result<(), store::Error> {
    let every = |rounds: u32| round.is_multiple_of(rounds);
    realtime.stop_typing();
    let pool = realtime.readers.pool();
    // Whoever committed it may have died before asking for its number.
    if streams::is_unsettled(pool).await? {
        streams::settle(pool, BATCH).await?;
    }
    if every(u32::try_from(PING_EVERY.as_secs()).unwrap_or(1)) {
        store::realtime::notify(pool, CHANNEL, &["ping".to_owned()]).await?;
    }
    if every(RENEW) {
        let seconds = i32::try_from(LEASE.as_secs()).unwrap_or(i32::MAX);
        store::realtime::keep(pool, realtime.process, seconds).await?;
        realtime.sights.tidy();
    }
    for tenant in realtime.hub.tenants() {
        if every(COMPARE) {
            compare(realtime, tenant).await?;
        }
        if every(RENEW) {
            renew(realtime, tenant).await?;
            realtime.rooms.look_at_people(tenant);
            for channel in realtime.hub.presence_channels(tenant) {
                realtime.rooms.look(tenant, channel);
            }
        }
        if every(ACCESS) {
            access::look(realtime, tenant, None).await;
        }
    }
    Ok(())
}

/// Has feeds read that the log is ahead of.
async fn compare(realtime: &Realtime, tenant: TenantId) -> Result<(), store::Error> {
    let told = realtime.hub.told(tenant, None);
    let conversations: HashMap<ConversationId, i64> = told
        .iter()
        .filter_map(|(feed, seq)| match feed {
            Feed::Conversation(id) => Some((*id, *seq)),
            Feed::Tenant => None,
        })
        .collect();
    if !conversations.is_empty() {
        let mut tx = realtime.readers.begin(tenant).await?;
        for id in streams::ahead(&mut tx, &conversations).await? {
            realtime.pump.read(tenant, Feed::Conversation(id));
        }
    }
    if told.contains_key(&Feed::Tenant) {
        realtime.pump.read(tenant, Feed::Tenant);
    }
    Ok(())
}

/// Renews what people have said about themselves, from when their clients were last heard of.
async fn renew(realtime: &Realtime, tenant: TenantId) -> Result<(), store::Error> {
    let now = realtime.now();
    let people: Vec<(UserId, DateTime<Utc>)> =
        realtime.hub.heard_from(tenant).into_iter().map(|(user, ago)| (user, now - ago)).collect();
    if people.is_empty() {
        return Ok(());
    }
    let mut tx = realtime.database.begin(tenant).await?;
    store::presence::renew(&mut tx, &people, presence::LEASE, now).await?;
    tx.commit().await
}
