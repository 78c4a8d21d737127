//! What waits for one connection, bounded in bytes: whoever reads too slowly is cut off and resumes later, instead of
//! filling the memory.

use crate::{ChannelName, Close, frame::Frame, limits};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::{mpsc, watch};

/// Something to tell a client; afterwards it is at this number of the channel's stream.
#[derive(Clone, Debug)]
pub struct Out {
    /// The message.
    pub frame: Frame,
    /// In which channel, and which number.
    pub at: Option<(ChannelName, i64)>,
}

/// Where the hub puts what a connection is to be told.
#[derive(Clone, Debug)]
pub struct Outbox {
    sender: mpsc::UnboundedSender<Out>,
    waiting: Arc<AtomicUsize>,
    end: watch::Sender<Option<Close>>,
}

/// Where the connection takes it out.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "the same count as at the other end")]
pub struct Waiting {
    receiver: mpsc::UnboundedReceiver<Out>,
    waiting: Arc<AtomicUsize>,
    end: watch::Receiver<Option<Close>>,
}

/// Both ends.
pub fn outbox() -> (Outbox, Waiting) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let (ender, end) = watch::channel(None);
    (Outbox { sender, waiting: Arc::clone(&waiting), end: ender }, Waiting { receiver, waiting, end })
}

impl Outbox {
    /// Puts a message in. With too much in it already, the connection ends instead.
    pub fn tell(&self, frame: Frame, at: Option<(ChannelName, i64)>) {
        let waiting = self.waiting.fetch_add(frame.len(), Ordering::AcqRel);
        if waiting > 0 && waiting + frame.len() > limits::WAITING {
            self.end(Close::OverCapacity);
        } else {
            // Whoever has gone takes nothing out, and is about to be forgotten.
            let _ = self.sender.send(Out { frame, at });
        }
    }

    /// Ends the connection, whatever waits. The first reason counts.
    pub fn end(&self, close: Close) {
        self.end.send_if_modified(|end| {
            let first = end.is_none();
            end.get_or_insert(close);
            first
        });
    }
}

impl Waiting {
    /// The next message, as soon as there is one, or why the connection ends.
    pub async fn next(&mut self) -> Result<Out, Close> {
        tokio::select! {
            biased;
            close = ended(&mut self.end) => Err(close),
            out = self.receiver.recv() => self.taken(out).ok_or(Close::Reconnect),
        }
    }

    /// The next message, if there is one.
    pub fn next_now(&mut self) -> Option<Out> {
        let out = self.receiver.try_recv().ok();
        self.taken(out)
    }

    /// Why the connection ends, as soon as it does: also while a message is being sent that nobody takes.
    pub fn ended(&self) -> impl Future<Output = Close> + use<> {
        let mut end = self.end.clone();
        async move { ended(&mut end).await }
    }

    fn taken(&self, out: Option<Out>) -> Option<Out> {
        if let Some(Out { frame, .. }) = &out {
            self.waiting.fetch_sub(frame.len(), Ordering::AcqRel);
        }
        out
    }
}

async fn ended(end: &mut watch::Receiver<Option<Close>>) -> Close {
    let close = end.wait_for(Option::is_some).await.ok().and_then(|close| *close);
    match close {
        Some(close) => close,
        // Nobody is left who would end it.
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_takes_nothing_out_is_cut_off() {
        let (outbox, mut waiting) = outbox();
        let frame = Frame::from(vec![b'x'; limits::WAITING / 4]);
        for _ in 0..4 {
            outbox.tell(frame.clone(), None);
        }
        assert!(waiting.next().await.is_ok());
        outbox.tell(frame.clone(), None);
        assert!(waiting.next().await.is_ok());
        outbox.tell(frame.clone(), None);
        outbox.tell(frame.clone(), None);
        outbox.end(Close::Reconnect);
        assert_eq!(waiting.next().await.unwrap_err(), Close::OverCapacity);
        assert_eq!(waiting.ended().await, Close::OverCapacity);
    }

    #[test]
    fn one_message_always_fits() {
        let (outbox, mut waiting) = outbox();
        outbox.tell(Frame::from(vec![b'x'; limits::WAITING + 1]), None);
        assert!(waiting.next_now().is_some());
    }
}
