//! A mail server that takes every e-mail and sends none on: what the product sends can be looked at here.
//!
//! It speaks SMTP (RFC 5321) as far as a client needs it, in the clear, and keeps to its limits. The control API shows
//! what has come.

pub(crate) mod control;
mod conversation;
mod server;

use crate::config::Clock;
use chrono::{DateTime, Utc};
use mail_parser::MessageParser;
use serde::Serialize;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

pub(crate) use server::serve;

/// How many e-mails are kept; older ones are forgotten.
const KEPT: usize = 1000;

/// An e-mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceivedMail {
    /// Counts them, from 1.
    pub number: u64,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Who it said it was from, on the envelope.
    pub from: String,
    /// Whom it was for, on the envelope.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its words as plain text.
    pub text: String,
    /// Its words as HTML.
    pub html: String,
    /// The whole, as it came.
    pub raw: String,
}

/// What was taken so far.
pub struct Mailroom {
    address: SocketAddr,
    clock: Clock,
    received: Mutex<Received>,
    news: Notify,
}

#[derive(Default)]
struct Received {
    count: u64,
    mails: VecDeque<ReceivedMail>,
    /// The next recipients are refused with this code.
    refusals: VecDeque<u16>,
}

impl Mailroom {
    pub(crate) fn new(address: SocketAddr, clock: Clock) -> Self {
        Self { address, clock, received: Mutex::default(), news: Notify::new() }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The e-mails that were taken, the oldest first.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.lock().mails.iter().cloned().collect()
    }

    /// Returns as soon as an e-mail for this address has come: the newest.
    pub async fn mail_for(&self, address: &str) -> ReceivedMail {
        loop {
            let news = self.news.notified();
            let mails = self.mails();
            if let Some(mail) = mails.into_iter().rev().find(|mail| mail.to.iter().any(|to| to == address)) {
                return mail;
            }
            news.await;
        }
    }

    /// Forgets what was taken.
    pub fn clear(&self) {
        self.lock().mails.clear();
    }

    /// Refuses the next recipient with this code: 4xx for now, 5xx for good.
    pub fn refuse_next(&self, code: u16) {
        self.lock().refusals.push_back(code);
    }

    fn next_refusal(&self) -> Option<u16> {
        self.lock().refusals.pop_front()
    }

    fn take(&self, from: String, to: Vec<String>, raw: &[u8]) {
        let parsed = MessageParser::default().parse(raw);
        let subject = parsed.as_ref().and_then(|mail| mail.subject()).unwrap_or_default().to_owned();
        let text = parsed.as_ref().and_then(|mail| mail.body_text(0)).unwrap_or_default().into_owned();
        let html = parsed.as_ref().and_then(|mail| mail.body_html(0)).unwrap_or_default().into_owned();
        let raw = String::from_utf8_lossy(raw).into_owned();
        let received_at = (self.clock)();
        let mut received = self.lock();
        received.count += 1;
        let number = received.count;
        received.mails.push_back(ReceivedMail { number, received_at, from, to, subject, text, html, raw });
        if received.mails.len() > KEPT {
            received.mails.pop_front();
        }
        drop(received);
        self.news.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
