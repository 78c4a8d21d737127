//! What is in no log, to the other processes: events of clients and of a tenant's servers.

use super::Realtime;
use ::realtime::{
    ChannelName, SocketId,
    frame::Frame,
    notice::{self, CHANNEL},
};
use domain::TenantId;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::mpsc, time::timeout};

/// At most one statement in this time.
const COALESCE: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(5);
/// What waits to be sent; of more, the others do not hear.
const MOST: usize = 4096;

pub struct Bus {
    sender: mpsc::Sender<String>,
    receiver: Mutex<Option<mpsc::Receiver<String>>>,
    sent: AtomicU64,
}

impl Default for Bus {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(MOST);
        Self { sender, receiver: Mutex::new(Some(receiver)), sent: AtomicU64::new(0) }
    }
}

impl Realtime {
    /// Tells everybody who hears a channel in any process, but for one connection.
    pub(super) fn tell_everywhere(
        &self,
        tenant: TenantId,
        channel: &ChannelName,
        frame: &Frame,
        except: Option<SocketId>,
    ) {
        self.hub.tell(tenant, channel, frame, except);
        let except = except.map_or_else(|| "-".to_owned(), |socket| socket.to_string());
        let text = String::from_utf8_lossy(frame);
        let body = format!("{tenant} {channel} {except} {text}");
        let number = self.bus.sent.fetch_add(1, Ordering::Relaxed);
        for piece in notice::message(self.process, number, &body) {
            if self.bus.sender.try_send(piece).is_err() {
                tracing::debug!("an event of a client goes to this process alone: too many wait");
            }
        }
    }

    /// Tells what another process has sent.
    pub(super) fn pass_on(&self, body: &str) {
        let mut fields = body.splitn(4, ' ');
        let (Some(tenant), Some(channel), Some(except), Some(text)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return;
        };
        let (Ok(tenant), Ok(channel)) = (tenant.parse(), ChannelName::parse(channel)) else { return };
        self.hub.tell(tenant, &channel, &Frame::from(text.to_owned()), except.parse().ok());
    }
}

/// Sends for ever, what has gathered at a time in one transaction.
pub async fn run(realtime: Arc<Realtime>) {
    let taken = realtime.bus.receiver.lock().ok().and_then(|mut receiver| receiver.take());
    let Some(mut receiver) = taken else { return };
    let mut own = realtime.database.aside(1);
    let mut pieces = Vec::new();
    while receiver.recv_many(&mut pieces, MOST).await > 0 {
        match timeout(PATIENCE, store::realtime::notify(own.pool(), CHANNEL, &pieces)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "events of clients did not reach other processes"),
            Err(_) => own = realtime.database.aside(1),
        }
        pieces.clear();
        tokio::time::sleep(COALESCE).await;
    }
}
