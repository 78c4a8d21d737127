//! A change that the audit log tells of.
//!
//! It is committed together with the entry or not at all: there is no way to commit it without saying what was done.

use super::{Caller, Credential};
use crate::problem::Problem;
use chrono::{DateTime, Utc};
use domain::{ApiKeyId, UserId};
use inbox::Transaction;
use serde::Serialize;
use serde_json::Value;
use std::{
    fmt::Display,
    net::IpAddr,
    ops::{Deref, DerefMut},
};
use store::audit::{self, Entry};
use uuid::Uuid;

/// A change by somebody who administers.
pub struct Administration {
    change: Transaction,
    doer: Doer,
}

/// Who does something, from where.
pub struct Doer {
    /// Who.
    pub user: UserId,
    /// By which key, if they do not do it themselves.
    pub api_key: Option<ApiKeyId>,
    /// Their IP address.
    pub address: IpAddr,
    /// By which request.
    pub request_id: String,
}

/// What was done, to what. Values are those that the API shows, which are never secrets.
#[derive(Clone, Debug)]
pub struct Record {
    action: &'static str,
    target: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Record {
    /// Something was done: a kind of thing and what became of it, as in `role.updated`.
    pub fn new(action: &'static str) -> Self {
        Self { action, target: None, before: None, after: None }
    }

    /// To this one.
    #[must_use]
    pub fn of(mut self, target: impl Display) -> Self {
        self.target = Some(target.to_string());
        self
    }

    /// Which was like this.
    #[must_use]
    pub fn before(mut self, before: impl Serialize) -> Self {
        self.before = serde_json::to_value(before).ok();
        self
    }

    /// Which is like this now.
    #[must_use]
    pub fn after(mut self, after: impl Serialize) -> Self {
        self.after = serde_json::to_value(after).ok();
        self
    }

    /// The entry of the log that says so.
    pub fn by(self, doer: &Doer, now: DateTime<Utc>) -> Entry {
        let kind = self.action.split('.').next().unwrap_or_default();
        Entry {
            id: Uuid::now_v7(),
            occurred_at: now,
            user_id: doer.user,
            api_key_id: doer.api_key,
            action: self.action.to_owned(),
            target_kind: kind.to_owned(),
            target_id: self.target,
            before: self.before,
            after: self.after,
            address: doer.address.to_string(),
            request_id: doer.request_id.clone(),
        }
    }
}

impl Administration {
    pub(super) fn new(change: Transaction, caller: &Caller) -> Self {
        let api_key = match caller.credential {
            Credential::Session(_) => None,
            Credential::ApiKey(id) => Some(id),
        };
        let request_id = caller.trace.request_id().to_owned();
        Self { change, doer: Doer { user: caller.user, api_key, address: caller.address, request_id } }
    }

    /// Makes the change durable, with its record.
    pub async fn commit(mut self, record: Record) -> Result<(), Problem> {
        let entry = record.by(&self.doer, self.change.now());
        audit::append(self.change.conn(), &entry).await?;
        Ok(self.change.commit().await?)
    }

    /// Ends a change that turned out to be none: what was asked for was so already.
    pub async fn commit_unchanged(self) -> Result<(), Problem> {
        Ok(self.change.commit().await?)
    }
}

impl Deref for Administration {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        &self.change
    }
}

impl DerefMut for Administration {
    fn deref_mut(&mut self) -> &mut Transaction {
        &mut self.change
    }
}
