//! Whose a verified request is, and what is stored of it for each.

use super::{Failure, directory::Known, headers};
use crate::{state::Api, trace::Trace};
use chrono::{DateTime, Utc};
use domain::{DeliveryId, job::Lane, jobs::ProcessDelivery};
use http::request::Parts;
use manifest::{Part, Recipe};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use store::{
    endpoints::EndpointConnection,
    ingest::{self, NewDelivery, Unrouted},
};

/// A verified request on its way in.
pub struct Intake<'a> {
    pub api: &'a Api,
    pub known: &'a Known,
    pub recipe: &'a Recipe,
    pub webhook: &'a manifest::Request<'a>,
    pub parts: &'a Parts,
    pub body: &'a [u8],
    pub trace: &'a Trace,
    pub received_at: DateTime<Utc>,
}

/// A request, sorted by whom it concerns.
#[derive(Default)]
pub struct Sorted {
    /// What concerns connections.
    pub deliveries: Vec<NewDelivery>,
    /// What concerns nobody yet.
    pub unrouted: Vec<Unrouted>,
}

/// What a request holds for one connection, or for one account that nobody has.
#[derive(Default)]
struct Share {
    accounts: BTreeSet<String>,
    threads: BTreeSet<String>,
}

impl Share {
    fn add(&mut self, part: Part) {
        self.accounts.extend(part.account);
        self.threads.extend(part.thread);
    }

    /// Keeps the jobs of one thread in order; a request with several threads goes with those that have none.
    fn thread_digest(&self) -> String {
        match (self.threads.first(), self.threads.len()) {
            (Some(thread), 1) => hex::encode(&Sha256::digest(thread.as_bytes())[..16]),
            _ => String::new(),
        }
    }
}

impl Intake<'_> {
    /// Sorts the request by whom it concerns.
    pub async fn sort(&self) -> Result<Sorted, Failure> {
        let routing = match self.recipe.route(self.webhook) {
            Ok(routing) => routing,
            Err(reason) if self.recipe.signs_body() => return self.unreadable(&reason.to_string()).await,
            Err(reason) => return Err(Failure::Unreadable(reason.to_string())),
        };
        let (claimed, unclaimed) = self.shares(routing.parts).await?;
        let whole = claimed.len() + unclaimed.len() == 1;
        let common = self.common(routing.dedupe_key);
        let mut sorted = Sorted::default();
        for (connection, share) in claimed {
            let body = self.portion(&share.accounts, whole);
            sorted.deliveries.push(common.delivery(connection, &share.thread_digest(), body, !whole));
        }
        for (account, share) in unclaimed {
            let body = self.portion(&share.accounts, whole);
            sorted.unrouted.push(common.unrouted(account, share.thread_digest(), body, !whole));
        }
        Ok(sorted)
    }

    /// A signed body that the recipe cannot read: still the provider's word, so it is kept. Where it can only be one
    /// connection's, it shows up among that one's failed deliveries.
    async fn unreadable(&self, reason: &str) -> Result<Sorted, Failure> {
        let common = self.common(format!("body#{}", hex::encode(Sha256::digest(self.body))));
        let mut sorted = Sorted::default();
        if let Some(connection) = self.known.only_connection(&self.api.database).await? {
            sorted.deliveries.push(common.delivery(connection, "", self.body.to_vec(), false));
        } else {
            let unrouted = common.unrouted(None, String::new(), self.body.to_vec(), false);
            sorted.unrouted.push(Unrouted { reason: reason.to_owned(), ..unrouted });
        }
        Ok(sorted)
    }

    /// A connection that claimed the account after it was looked up, and adopted what waited before this was kept,
    /// is found by looking again.
    pub async fn adopt_if_claimed_meanwhile(&self, unrouted: &Unrouted) -> Result<(), Failure> {
        let Some(account) = &unrouted.account else { return Ok(()) };
        let routes = self.known.routes(&self.api.database, &[account]).await?;
        if let Some(connection) = routes.get(account) {
            let mut tx = self.api.database.begin(connection.tenant_id).await?;
            ingest::adopt_unrouted(&mut tx, connection.connection_id).await?;
            tx.commit().await?;
            self.api.queue.wake(Lane::Live);
        }
        Ok(())
    }

    async fn shares(&self, parts: Vec<Part>) -> Result<(Claimed, Unclaimed), Failure> {
        let accounts: BTreeSet<&str> = parts.iter().filter_map(|part| part.account.as_deref()).collect();
        let accounts: Vec<&str> = accounts.into_iter().collect();
        let routes = self.known.routes(&self.api.database, &accounts).await?;
        let only = if parts.iter().any(|part| part.account.is_none()) {
            self.known.only_connection(&self.api.database).await?
        } else {
            None
        };
        let (mut claimed, mut unclaimed) = (Claimed::new(), Unclaimed::new());
        for part in parts {
            let connection = match &part.account {
                Some(account) => routes.get(account).copied(),
                None => only,
            };
            match connection {
                Some(connection) => claimed.entry(connection).or_default().add(part),
                None => unclaimed.entry(part.account.clone()).or_default().add(part),
            }
        }
        Ok((claimed, unclaimed))
    }

    fn portion(&self, accounts: &BTreeSet<String>, whole: bool) -> Vec<u8> {
        if whole { self.body.to_vec() } else { self.recipe.portion(self.webhook, accounts) }
    }

    fn common(&self, dedupe_key: String) -> Common<'_> {
        let credentials = self.known.credentials();
        Common {
            intake: self,
            dedupe_key,
            headers: headers::stored(&self.parts.headers, credentials),
            query: headers::stored_query(self.parts.uri.query().unwrap_or_default(), credentials).into_owned(),
        }
    }
}

type Claimed = BTreeMap<EndpointConnection, Share>;
type Unclaimed = BTreeMap<Option<String>, Share>;

/// What all rows of one request have in common.
struct Common<'a> {
    intake: &'a Intake<'a>,
    dedupe_key: String,
    headers: Value,
    query: String,
}

impl Common<'_> {
    fn delivery(&self, to: EndpointConnection, thread: &str, body: Vec<u8>, partial: bool) -> NewDelivery {
        NewDelivery {
            tenant_id: to.tenant_id,
            id: DeliveryId::new(),
            connection_id: to.connection_id,
            endpoint_id: self.intake.known.id,
            dedupe_key: self.dedupe_key.clone(),
            method: self.intake.parts.method.as_str().to_owned(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body,
            partial,
            trace_id: self.intake.trace.trace_id().to_owned(),
            queue_key: ProcessDelivery::key_of(to.connection_id, thread),
            received_at: self.intake.received_at,
        }
    }

    fn unrouted(&self, account: Option<String>, thread: String, body: Vec<u8>, partial: bool) -> Unrouted {
        let reason = match account {
            Some(_) => "no connection answers for the account",
            None => "it names no account, and the endpoint has not exactly one connection",
        };
        Unrouted {
            endpoint_id: self.intake.known.id,
            account,
            thread: Some(thread),
            dedupe_key: self.dedupe_key.clone(),
            method: self.intake.parts.method.as_str().to_owned(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body,
            partial,
            reason: reason.to_owned(),
            trace_id: self.intake.trace.trace_id().to_owned(),
            received_at: self.intake.received_at,
        }
    }
}
