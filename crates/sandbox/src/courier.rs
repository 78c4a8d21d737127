//! Delivers webhooks as the provider does: signed, after a delay, again after a failure.
//!
//! One HTTP client with kept-alive connections, a bounded number of requests under way and a bounded
//! backlog, so that the simulator stays small beside what it tests.

use crate::config::Callbacks;
use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use url::Url;

/// How deliveries went since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CallbackCounts {
    /// Answered with 2xx.
    pub delivered: u64,
    /// Attempts that were not.
    pub failed_attempts: u64,
    /// Webhooks that were given up after their last attempt.
    pub given_up: u64,
    /// Webhooks that did not fit into the backlog.
    pub dropped: u64,
    /// Webhooks that wait for their time, their turn or another attempt.
    pub pending: u64,
}

#[derive(Clone)]
pub(crate) struct Courier(Arc<Inner>);

struct Inner {
    client: reqwest::Client,
    timing: Callbacks,
    in_flight: Semaphore,
    stop: CancellationToken,
    pending: AtomicUsize,
    settled: Notify,
    delivered: AtomicU64,
    failed_attempts: AtomicU64,
    given_up: AtomicU64,
    dropped: AtomicU64,
}

/// A webhook with its destination.
#[derive(Clone)]
pub(crate) struct Parcel {
    pub(crate) to: Url,
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
    pub(crate) seal: Seal,
}

/// Makes the request of an attempt, counted from 0: some providers date or number each attempt under its signature.
pub(crate) type Seal = Arc<dyn Fn(u32) -> Envelope + Send + Sync>;

/// A webhook as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Courier {
    pub(crate) fn new(timing: Callbacks, stop: CancellationToken) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .pool_max_idle_per_host(timing.in_flight)
            .build()?;
        Ok(Self(Arc::new(Inner {
            client,
            in_flight: Semaphore::new(timing.in_flight),
            timing,
            stop,
            pending: AtomicUsize::new(0),
            settled: Notify::new(),
            delivered: AtomicU64::new(0),
            failed_attempts: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        })))
    }

    pub(crate) fn timing(&self) -> &Callbacks {
        &self.0.timing
    }

    /// Delivers these one after another, each not before its delay has passed. A failed one is tried
    /// again on its own and does not hold up the next.
    pub(crate) fn schedule(&self, parcels: Vec<(Duration, Parcel)>) {
        if !self.admit(parcels.len()) {
            return;
        }
        let courier = self.clone();
        let start = Instant::now();
        tokio::spawn(async move {
            for (delay, parcel) in parcels {
                if !courier.wait(sleep_until(start + delay)).await {
                    return;
                }
                courier.deliver_admitted(parcel).await;
            }
        });
    }

    /// Delivers one now. The result is that of the first attempt; after a failure further attempts
    /// go on in the background. `None`: no answer, or no room in the backlog.
    pub(crate) async fn deliver(&self, parcel: Parcel) -> Option<u16> {
        if self.admit(1) { self.deliver_admitted(parcel).await } else { None }
    }

    pub(crate) fn counts(&self) -> CallbackCounts {
        let inner = &self.0;
        CallbackCounts {
            delivered: inner.delivered.load(Ordering::Relaxed),
            failed_attempts: inner.failed_attempts.load(Ordering::Relaxed),
            given_up: inner.given_up.load(Ordering::Relaxed),
            dropped: inner.dropped.load(Ordering::Relaxed),
            pending: inner.pending.load(Ordering::Relaxed) as u64,
        }
    }

    /// Returns when no webhook is pending.
    pub(crate) async fn settled(&self) {
        loop {
            let notified = self.0.settled.notified();
            if self.0.pending.load(Ordering::SeqCst) == 0 {
                return;
            }
            notified.await;
        }
    }

    fn admit(&self, count: usize) -> bool {
        let inner = &self.0;
        let waiting = inner.pending.fetch_add(count, Ordering::SeqCst);
        if waiting + count <= inner.timing.backlog {
            return true;
        }
        tracing::warn!(waiting, "the callback backlog is full");
        inner.dropped.fetch_add(count as u64, Ordering::Relaxed);
        self.done(count);
        false
    }

    fn done(&self, count: usize) {
        if self.0.pending.fetch_sub(count, Ordering::SeqCst) == count {
            self.0.settled.notify_waiters();
        }
    }

    async fn deliver_admitted(&self, parcel: Parcel) -> Option<u16> {
        let status = self.attempt(&parcel, 0).await;
        if succeeded(status) {
            self.done(1);
        } else {
            tokio::spawn(self.clone().try_again(parcel));
        }
        status
    }

    async fn try_again(self, parcel: Parcel) {
        let mut failed = 1;
        while let Some(pause) = self.0.timing.retries.pause_after(failed) {
            if !self.wait(sleep(pause)).await {
                return;
            }
            if succeeded(self.attempt(&parcel, failed).await) {
                self.done(1);
                return;
            }
            failed += 1;
        }
        tracing::warn!(to = %parcel.to, "gave up a webhook");
        self.0.given_up.fetch_add(1, Ordering::Relaxed);
        self.done(1);
    }

    /// Waits, unless the simulator stops first.
    async fn wait(&self, time: tokio::time::Sleep) -> bool {
        tokio::select! {
            () = time => true,
            () = self.0.stop.cancelled() => false,
        }
    }

    /// Posts once and answers with the HTTP status.
    async fn attempt(&self, parcel: &Parcel, number: u32) -> Option<u16> {
        let inner = &self.0;
        let _turn = inner.in_flight.acquire().await.expect("the semaphore is never closed");
        let Envelope { mut headers, body } = (parcel.seal)(number);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let sent = inner.client.post(parcel.to.clone()).timeout(parcel.timeout).headers(headers).body(body).send();
        let status = match sent.await {
            Ok(response) => {
                let status = response.status().as_u16();
                // A connection is used again only after its answer has been read.
                response.bytes().await.ok().map(|_| status)
            }
            Err(error) => {
                tracing::debug!(%error, "a webhook was not answered");
                None
            }
        };
        let counter = if succeeded(status) { &inner.delivered } else { &inner.failed_attempts };
        counter.fetch_add(1, Ordering::Relaxed);
        status
    }
}

fn succeeded(status: Option<u16>) -> bool {
    status.is_some_and(|status| (200..300).contains(&status))
}
