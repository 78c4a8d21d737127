//! A change that the audit log tells of.
//!
//! It is committed together with the entry or not at all: there is no way to commit it without saying what was done.

use super::{Caller, Credential};
use crate::problem::Problem;
use domain::{ApiKeyId, UserId};
use inbox::Transaction;
use serde::Serialize;
use serde_json::Value;
use std::{
    fmt::Display,
    ops::{Deref, DerefMut},
};
use store::audit::{self, Entry};
use uuid::Uuid;

/// A change by somebody who administers.
pub struct Administration {
    change: Transaction,
    user: UserId,
    api_key: Option<ApiKeyId>,
    address: String,
    request_id: String,
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
}

impl Administration {
    pub(super) fn new(change: Transaction, caller: &Caller) -> Self {
        let api_key = match caller.credential {
            Credential::Session(_) => None,
            Credential::ApiKey(id) => Some(id),
        };
        let request_id = caller.trace.request_id().to_owned();
        Self { change, user: caller.user, api_key, address: caller.address.to_string(), request_id }
    }

    /// Makes the change durable, with its record.
    pub async fn commit(mut self, record: Record) -> Result<(), Problem> {
        self.note(record).await?;
        Ok(self.change.commit().await?)
    }

    /// Ends a change that turned out to be none: what was asked for was so already.
    pub async fn commit_unchanged(self) -> Result<(), Problem> {
        Ok(self.change.commit().await?)
    }

    async fn note(&mut self, record: Record) -> Result<(), Problem> {
        let kind = record.action.split('.').next().unwrap_or_default();
        let entry = Entry {
            id: Uuid::now_v7(),
            occurred_at: self.change.now(),
            user_id: self.user,
            api_key_id: self.api_key,
            action: record.action.to_owned(),
            target_kind: kind.to_owned(),
            target_id: record.target,
            before: record.before,
            after: record.after,
            address: self.address.clone(),
            request_id: self.request_id.clone(),
        };
        Ok(audit::append(self.change.conn(), &entry).await?)
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
