//! One call of a plugin about a connection, with an access token that is good.
//!
//! Where the provider grants access by OAuth, the token is the host's: it is asked for here, after every transaction
//! and before the call, and handed over under the name of a secret. A provider that no longer accepts it is believed
//! once: the token is renewed, and the call repeated.

use crate::{Environment, records::Origin, target::Target};
use oauth::{Access, Subject};
use plugin_host::{CallContext, CallError, Cause, Plugin};
use plugin_sdk::{ErrorKind, FailureReason};
use std::sync::Arc;

/// Why a call brought no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The plugin was called.
    #[error(transparent)]
    Plugin(#[from] CallError),
    /// It was not: there is no access.
    #[error("no access: {0}")]
    Access(#[from] oauth::Error),
}

impl Failure {
    /// Whether asking again is no use before a person has authorized the connection anew.
    pub fn needs_person(&self) -> bool {
        matches!(self, Self::Access(oauth::Error::NeedsPerson { .. }))
    }

    /// Whether the plugin says that the provider no longer accepts the credentials.
    fn is_unauthorized(error: &CallError) -> bool {
        let Cause::Plugin(error) = &error.cause else { return false };
        error.kind == ErrorKind::AuthRequired || error.reason() == Some(FailureReason::Reauthorize)
    }
}

impl Target {
    /// Calls the plugin. `call` may be made twice, and the second time only after the provider has refused the first for
    /// its token. `origin` is the job that calls.
    pub async fn call<T, F>(
        &self,
        env: &Environment,
        call_id: String,
        origin: impl Into<Origin>,
        call: impl Fn(Arc<Plugin>, CallContext) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let context = self.context(env, call_id, &origin.into());
        let Some(oauth) = &self.plugin.manifest().oauth else {
            return Ok(call(Arc::clone(&self.plugin), context).await?);
        };
        let with = |access: &Access| CallContext {
            secrets: context.secrets.with(&oauth.access_token, access.token().clone()),
            ..context.clone()
        };
        let access = env.oauth.access(&self.subject()).await?;
        match call(Arc::clone(&self.plugin), with(&access)).await {
            Err(error) if Failure::is_unauthorized(&error) => {
                tracing::info!(connection = %self.connection.id, "the provider refused the access token: {error}");
                let renewed = env.oauth.access_after(&self.subject(), &access).await?;
                Ok(call(Arc::clone(&self.plugin), with(&renewed)).await?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// Whose tokens are meant.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject { tenant: self.tenant, connection: &self.connection, manifest: self.plugin.manifest() }
    }
}
