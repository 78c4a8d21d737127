//! Hearing what other processes say, on a connection of its own that is replaced when it is dead.

use super::{Realtime, access};
use ::realtime::{
    Feed,
    notice::{CHANNEL, Notice, Pieces},
};
use sqlx::postgres::PgListener;
use std::{io, sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};

/// Every process says something this often, so that silence means a dead connection.
pub const PING_EVERY: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(16);
const RECONNECT_AFTER: Duration = Duration::from_millis(250);

/// Listens for ever.
pub async fn listen(realtime: Arc<Realtime>) {
    loop {
        if let Err(error) = listen_once(&realtime).await {
            tracing::warn!(%error, "realtime lost its listening connection and makes a new one");
        }
        sleep(RECONNECT_AFTER).await;
    }
}

async fn listen_once(realtime: &Arc<Realtime>) -> sqlx::Result<()> {
    // A pool for this connection alone: what becomes of a dead one does not stand in the way of the next.
    let own = realtime.database.aside(1);
    let mut listener = timeout(SILENCE, PgListener::connect_with(own.pool())).await.map_err(|_| silent())??;
    timeout(PING_EVERY, listener.listen(CHANNEL)).await.map_err(|_| silent())??;
    realtime.look_again();
    let mut pieces = Pieces::default();
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(said))) => {
                if let Some(notice) = Notice::read(said.payload(), &mut pieces) {
                    hear(realtime, notice);
                }
            }
            Ok(Ok(None)) => realtime.look_again(),
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(silent()),
        }
    }
}

fn hear(realtime: &Arc<Realtime>, notice: Notice) {
    match notice {
        Notice::Conversations(tenant, conversations) => {
            for feed in conversations.into_iter().map(Feed::Conversation) {
                if realtime.hub.notice(tenant, feed) {
                    realtime.pump.read(tenant, feed);
                }
            }
        }
        Notice::Settled(tenant, _) => {
            if realtime.hub.notice(tenant, Feed::Tenant) {
                realtime.pump.read(tenant, Feed::Tenant);
            }
        }
        Notice::Access(tenant, user) => {
            let realtime = Arc::clone(realtime);
            tokio::spawn(async move { access::look(&realtime, tenant, user).await });
        }
        Notice::Presence(tenant, _) => realtime.rooms.look_at_people(tenant),
        Notice::Members(tenant, channel) => {
            if let Ok(channel) = ::realtime::ChannelName::parse(&channel) {
                realtime.rooms.look(tenant, channel);
            }
        }
        Notice::App(tenant) => realtime.apps.forget(tenant),
        Notice::Message { origin, body } if origin != realtime.process => realtime.pass_on(&body),
        Notice::Message { .. } => {}
    }
}

fn silent() -> sqlx::Error {
    sqlx::Error::Io(io::ErrorKind::TimedOut.into())
}
