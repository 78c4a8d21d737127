//! Telling a provider where webhooks go, and taking that back.

use crate::{
    Environment,
    call::Failure,
    outcome::{self, Repeat},
    target::Target,
};
use chrono::{DateTime, Utc};
use plugin_host::Plugin;
use queue::{JobContext, JobError};
use serde_json::Value;
use std::sync::Arc;
use store::connections::webhooks::{self, Registration};

/// A connection that registers webhooks.
pub struct Registrar<'a> {
    pub env: &'a Environment,
    pub ctx: &'a JobContext,
    pub target: &'a Target,
    /// When the last of its secrets was set.
    pub secrets_set_at: Option<DateTime<Utc>>,
}

impl Registrar<'_> {
    /// Tells the provider, also when it knows. Gives what taking it back needs.
    pub async fn subscribe(&self, url: &str) -> Result<Value, Failure> {
        self.subscribe_as(self.target, url).await
    }

    async fn subscribe_as(&self, target: &Target, url: &str) -> Result<Value, Failure> {
        let subscribe = |plugin: Arc<Plugin>, call| async move { plugin.subscribe(&call, url).await };
        target.call(self.env, self.ctx.id.to_string(), self.ctx, subscribe).await
    }

    /// Takes a registration back and forgets it. What a provider refuses to take back, or nobody can ask it any more, is
    /// forgotten, too: what it sends then meets an address where nothing waits for it.
    pub async fn withdraw(&self, registration: &Registration) -> Result<(), JobError> {
        let (connection, url) = (self.target.connection.id, &registration.url);
        if let Err(failure) = self.unsubscribe(registration).await {
            match outcome::of_failed_call(&failure) {
                Repeat::Later(error) if !self.ctx.last_attempt => return Err(error),
                _ => {
                    tracing::warn!(%connection, url, %failure, "the provider keeps webhooks that are not wanted any more");
                }
            }
        }
        let mut tx = self.env.db.begin(self.ctx.tenant).await.map_err(JobError::retry)?;
        webhooks::forget(&mut tx, connection, registration.id).await.map_err(JobError::retry)?;
        tx.commit().await.map_err(JobError::retry)
    }

    async fn unsubscribe(&self, registration: &Registration) -> Result<(), Failure> {
        let as_then = match self.is_same_account(&registration.settings) {
            true => self.target.clone(),
            false if self.may_go_back(registration) => self.target.with_settings(registration.settings.clone()),
            false => {
                let id = self.target.connection.id;
                tracing::info!(connection = %id, "webhooks of other credentials than today's stay with the provider");
                return Ok(());
            }
        };
        let registration = match &registration.registration {
            Some(registration) => registration.clone(),
            // Nobody has seen the answer. The provider is told once more, which changes nothing, for the answer.
            None => self.subscribe_as(&as_then, &registration.url).await?,
        };
        let registration = &registration;
        let unsubscribe = |plugin: Arc<Plugin>, call| async move { plugin.unsubscribe(&call, registration).await };
        as_then.call(self.env, self.ctx.id.to_string(), self.ctx, unsubscribe).await
    }

    /// Whether these settings of the connection's past mean the account that it has now.
    pub fn is_same_account(&self, settings: &Value) -> bool {
        let present = &self.target.connection.settings;
        let fields = &self.target.plugin.manifest().account_settings;
        settings == present || (!fields.is_empty() && fields.iter().all(|name| settings.get(name) == present.get(name)))
    }

    /// Whether today's credentials may go where the settings of then lead: only those that went there before.
    fn may_go_back(&self, registration: &Registration) -> bool {
        let has_tokens = self.target.plugin.manifest().oauth.is_some();
        let are_same = registration.registered_at.is_some_and(|at| self.secrets_set_at.is_none_or(|set| set <= at));
        are_same && !has_tokens
    }
}
