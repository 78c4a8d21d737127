//! Reading what is new in the log, and telling it: once for everybody in this process who hears it.

use super::{Realtime, access, telling};
use ::realtime::{Feed, Ours};
use domain::{ConversationId, TenantId};
use futures::{StreamExt, stream};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{events::Event, streams};
use tokio::sync::Notify;

/// Events of one reading of a feed; the rest is read at once afterwards.
const BATCH: i64 = 200;
/// Tenants that are read at a time.
const TENANTS: usize = 3;
/// How long to wait after a reading that failed.
const PAUSE: Duration = Duration::from_millis(500);

/// Feeds with something new.
#[derive(Default)]
pub struct Pump {
    news: Mutex<HashMap<TenantId, HashSet<Feed>>>,
    something: Notify,
}

impl Pump {
    /// Has a feed read.
    pub fn read(&self, tenant: TenantId, feed: Feed) {
        self.news.lock().unwrap_or_else(PoisonError::into_inner).entry(tenant).or_default().insert(feed);
        self.something.notify_one();
    }

    fn take(&self) -> HashMap<TenantId, HashSet<Feed>> {
        std::mem::take(&mut self.news.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads for ever. The feeds of one tenant are read by one at a time, so that everything is told in its order.
pub async fn run(realtime: Arc<Realtime>) {
    loop {
        realtime.pump.something.notified().await;
        let news = realtime.pump.take();
        let read: Vec<_> = stream::iter(news)
            .map(async |(tenant, feeds)| {
                let read = read(&realtime, tenant, &feeds).await;
                if let Err(error) = &read {
                    tracing::warn!(%error, "the event log could not be read; clients wait for it");
                }
                read.is_err().then_some((tenant, feeds))
            })
            .buffer_unordered(TENANTS)
            .collect()
            .await;
        let failed: Vec<_> = read.into_iter().flatten().collect();
        if !failed.is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
        for (tenant, feed) in
            failed.into_iter().flat_map(|(tenant, feeds)| feeds.into_iter().map(move |feed| (tenant, feed)))
        {
            realtime.pump.read(tenant, feed);
        }
    }
}

async fn read(realtime: &Arc<Realtime>, tenant: TenantId, feeds: &HashSet<Feed>) -> Result<(), store::Error> {
    let mut told = realtime.hub.told(tenant, Some(feeds));
    let of_tenant = told.remove(&Feed::Tenant);
    let conversations: HashMap<ConversationId, i64> = told
        .into_iter()
        .filter_map(|(feed, seq)| match feed {
            Feed::Conversation(id) => Some((id, seq)),
            Feed::Tenant => None,
        })
        .collect();
    if !conversations.is_empty() {
        read_conversations(realtime, tenant, &conversations).await?;
    }
    if let Some(after) = of_tenant {
        read_tenant(realtime, tenant, after).await?;
    }
    Ok(())
}

async fn read_conversations(
    realtime: &Arc<Realtime>,
    tenant: TenantId,
    told: &HashMap<ConversationId, i64>,
) -> Result<(), store::Error> {
    let mut tx = realtime.readers.begin(tenant).await?;
    let events = streams::of_conversations(&mut tx, told, BATCH).await?;
    if events.is_empty() {
        return Ok(());
    }
    access::expel_blind(realtime, &mut tx, tenant, &events).await?;
    let epoch = realtime.epoch(&mut tx, tenant).await?;
    let told = telling::of_conversations(&mut tx, &epoch, &events).await?;
    tx.commit().await?;
    let mut by_conversation: HashMap<ConversationId, Vec<_>> = HashMap::new();
    for delivery in told {
        if let Some(Ours::Conversation(id)) = delivery.channel.ours() {
            by_conversation.entry(id).or_default().push(delivery);
        }
    }
    for (id, deliveries) in by_conversation {
        let up_to = deliveries.last().map_or(0, |delivery| delivery.seq);
        realtime.hub.deliver(tenant, Feed::Conversation(id), up_to, &deliveries);
        if i64::try_from(deliveries.len()).is_ok_and(|count| count == BATCH) {
            realtime.pump.read(tenant, Feed::Conversation(id));
        }
    }
    Ok(())
}

async fn read_tenant(realtime: &Realtime, tenant: TenantId, after: i64) -> Result<(), store::Error> {
    let mut tx = realtime.readers.begin(tenant).await?;
    let (head, _) = streams::tenant_head(&mut tx).await?;
    if head <= after {
        return Ok(());
    }
    let told = streams::of_tenant(&mut tx, after, head, None, BATCH).await?;
    let full = i64::try_from(told.len()).is_ok_and(|count| count == BATCH);
    let up_to = if full { told.last().map_or(head, |last| last.seq) } else { head };
    let viewers = access::viewers(realtime, &mut tx, tenant, &told).await?;
    let epoch = realtime.epoch(&mut tx, tenant).await?;
    let deliveries = telling::of_tenant(&mut tx, &epoch, &viewers, &told).await?;
    tx.commit().await?;
    realtime.hub.deliver(tenant, Feed::Tenant, up_to, &deliveries);
    if full {
        realtime.pump.read(tenant, Feed::Tenant);
    }
    Ok(())
}

/// The conversations of events after which somebody may see them no longer.
pub fn with_other_sight(events: &[Event]) -> HashSet<ConversationId> {
    let changed = events.iter().filter(|event| domain::stream::changes_sight(event.kind));
    changed.filter_map(|event| event.conversation.map(|(id, _)| id)).collect()
}
