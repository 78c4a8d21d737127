//! Tokens become durable here, before anybody uses them.

use super::{Access, Keeper, system};
use crate::{Error, answer::Granted, sealed, times};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId, connection::ConnectionStatus, event::Actor, jobs::RenewToken};
use inbox::Cause;
use sqlx::PgConnection;
use std::time::Duration;
use store::{
    audit::{self, Entry},
    oauth::{
        self, ACCESS_TOKEN, REFRESH_TOKEN,
        tokens::{self, NewTokens},
    },
};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// How long it is tried while the database is away. A refresh token that is used up is in this process only.
const KEEP_TRYING: Duration = Duration::from_mins(10);
/// The first pause between two tries, which doubles, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How tokens were obtained.
pub enum Origin {
    /// In place of those with the rotation `from`.
    Renewal {
        from: i64,
        /// Whether they are renewed ahead of their end, too. What a client gets by itself is not: it loses nothing.
        is_kept_alive: bool,
    },
    /// By a person, of which the audit log tells with this entry.
    Authorization { entry: Box<Entry> },
}

/// Where tokens are kept.
pub struct Keeping<'a> {
    keeper: &'a Keeper,
    tenant: TenantId,
    connection: ConnectionId,
    origin: Origin,
    token_url: &'a str,
}

impl<'a> Keeping<'a> {
    pub fn new(
        keeper: &'a Keeper,
        tenant: TenantId,
        connection: ConnectionId,
        origin: Origin,
        token_url: &'a str,
    ) -> Self {
        Self { keeper, tenant, connection, origin, token_url }
    }

    /// Keeps what was granted. `None`: other tokens were kept meanwhile, and these are not.
    pub async fn keep(
        &self,
        granted: &Granted,
        scopes: &[String],
        asked_at: DateTime<Utc>,
    ) -> Result<Option<Access>, Error> {
        let access_token = self.seal(ACCESS_TOKEN, &granted.access_token);
        let refresh_token = granted.refresh_token.as_ref().map(|token| self.seal(REFRESH_TOKEN, token));
        let scopes = granted.scope.as_deref().map_or_else(|| scopes.to_vec(), listed);
        let new = NewTokens {
            token_url: self.token_url,
            access_token: &access_token,
            refresh_token: refresh_token.as_deref(),
            scopes: &scopes,
            issued_at: asked_at,
            expires_at: granted.expires_in.map(|lifetime| asked_at + lifetime),
        };
        let rotation = self.store_through_outages(&new).await?;
        Ok(rotation.map(|rotation| Access { token: granted.access_token.clone(), rotation }))
    }

    async fn store_through_outages(&self, new: &NewTokens<'_>) -> Result<Option<i64>, Error> {
        let deadline = Instant::now() + KEEP_TRYING;
        let mut pause = PAUSE.0;
        loop {
            match self.store(new).await {
                Err(error) if error.is_outage() && Instant::now() < deadline => {
                    tracing::warn!(connection = %self.connection, %error, "renewed tokens cannot be stored yet");
                    sleep(pause).await;
                    pause = (pause * 2).min(PAUSE.1);
                }
                outcome => return outcome,
            }
        }
    }

    async fn store(&self, new: &NewTokens<'_>) -> Result<Option<i64>, Error> {
        let id = self.connection;
        match &self.origin {
            Origin::Renewal { from, is_kept_alive } => {
                let mut change = self.keeper.inbox.begin(self.tenant, system()).await?;
                let Some(rotation) = tokens::rotate(change.conn(), id, *from, new).await? else { return Ok(None) };
                if *is_kept_alive {
                    self.schedule(change.conn(), rotation, new).await?;
                }
                change.commit().await?;
                Ok(Some(rotation))
            }
            Origin::Authorization { entry } => {
                let cause = Cause::of(Actor::User { id: entry.user_id }, None);
                let mut change = self.keeper.inbox.begin(self.tenant, cause).await?;
                let Some(status) = oauth::lock_connection(change.conn(), id).await? else { return Ok(None) };
                let rotation = tokens::put(change.conn(), id, new).await?;
                if new.refresh_token.is_some() {
                    self.schedule(change.conn(), rotation, new).await?;
                }
                // What a person has switched off stays off.
                if status != ConnectionStatus::Disabled {
                    change.set_connection_status(id, ConnectionStatus::Active, None).await?;
                }
                // An earlier try may have been committed, and only its answer lost.
                audit::append(change.conn(), &Entry { id: Uuid::now_v7(), ..(**entry).clone() }).await?;
                change.commit().await?;
                Ok(Some(rotation))
            }
        }
    }

    /// The job that renews these tokens ahead of their end, stored with them.
    async fn schedule(&self, conn: &mut PgConnection, rotation: i64, new: &NewTokens<'_>) -> Result<(), Error> {
        let Some(expires_at) = new.expires_at else { return Ok(()) };
        let at = times::renew_at(self.connection, new.issued_at, expires_at);
        let job = RenewToken { tenant_id: self.tenant, connection_id: self.connection, rotation };
        queue::enqueue_at(conn, &job, at).await?;
        Ok(())
    }

    fn seal(&self, name: &str, text: &str) -> Vec<u8> {
        sealed::seal(&self.keeper.keyring, self.tenant, self.connection, name, text)
    }
}

/// The scopes of an answer, however they are separated.
fn listed(scope: &str) -> Vec<String> {
    scope.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}
