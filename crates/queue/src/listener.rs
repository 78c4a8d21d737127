//! Hearing what other processes say, on a connection of its own that is replaced when it is dead.
//!
//! A connection can be dead without an error (a half-open TCP connection says nothing for hours), so
//! the listener expects to hear something regularly: a ping that takes the whole way through the
//! database.

use crate::{
    Queue,
    control::{self, Control},
    wake,
};
use sqlx::postgres::PgListener;
use std::{sync::Arc, time::Duration};
use tokio::time::{interval, sleep, timeout};

const PING_EVERY: Duration = Duration::from_secs(5);
/// Silence for this long means that the connection is dead.
const SILENCE: Duration = Duration::from_secs(16);
const RECONNECT_AFTER: Duration = Duration::from_millis(500);

/// Listens for ever.
pub(crate) async fn listen(queue: Queue) {
    loop {
        if let Err(error) = listen_once(&queue).await {
            tracing::warn!(%error, "the queue's listener lost its connection and makes a new one; polling goes on");
        }
        sleep(RECONNECT_AFTER).await;
    }
}

/// Pings all listeners for ever.
pub(crate) async fn ping(control: Arc<Control>) {
    let mut tick = interval(PING_EVERY);
    loop {
        tick.tick().await;
        if let Err(error) = control.ask(PING_EVERY, async |pool| wake::tell(pool, "ping").await).await {
            tracing::debug!(%error, "no ping to the queue's listeners");
        }
    }
}

async fn listen_once(queue: &Queue) -> sqlx::Result<()> {
    // A pool for this connection alone: what becomes of a dead one does not stand in the way of the next.
    let pool = control::pool(&queue.pool, 1);
    let mut listener = PgListener::connect_with(&pool).await?;
    timeout(PING_EVERY, listener.listen(wake::CHANNEL)).await.map_err(|_| silent())??;
    // Whatever was said while nobody listened.
    queue.wake.say_all_here();
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => queue.wake.heard(notification.payload()),
            Ok(Ok(None)) => queue.wake.say_all_here(),
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(silent()),
        }
    }
}

fn silent() -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
}
