//! One renewal: asked for by whoever has the lease, and ended in the database whatever the answer is.

use super::{
    Access, Keeper,
    keeping::{Keeping, Origin},
    park, system,
};
use crate::{Error, answer::Denied, client::Client, exchange::Exchange, times};
use chrono::TimeDelta;
use domain::{ConnectionId, TenantId};
use store::oauth::{self, tokens};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Everything that a renewal needs, so that it can go on by itself.
pub struct Renewal {
    pub tenant: TenantId,
    pub connection: ConnectionId,
    /// Names it in the row.
    pub id: Uuid,
    /// The rotation of the tokens that it starts from.
    pub from: i64,
    /// How often in a row the provider could not be asked.
    pub failures: i16,
    /// What was granted so far.
    pub scopes: Vec<String>,
    /// `None` where the client asks by itself.
    pub refresh_token: Option<Zeroizing<String>>,
    pub client: Client,
    /// Whether the answer to an earlier one never arrived, which may have used the refresh token up.
    pub answer_lost: bool,
}

impl Renewal {
    /// Asks the authorization server. `None`: the tokens are others by now, so its word does not count.
    pub async fn perform(self, keeper: Keeper) -> Result<Option<Access>, Error> {
        let asked_at = keeper.inbox.now();
        let exchange = match &self.refresh_token {
            Some(token) => Exchange::Refresh { token },
            None => Exchange::ClientCredentials,
        };
        match exchange.send(&self.client, &keeper.egress).await {
            Ok(granted) => {
                let origin = Origin::Renewal { from: self.from, is_kept_alive: self.refresh_token.is_some() };
                let scopes = if self.scopes.is_empty() { &self.client.scopes } else { &self.scopes };
                let keeping = Keeping::new(&keeper, self.tenant, self.connection, origin, &self.client.token_url);
                keeping.keep(&granted, scopes, asked_at).await
            }
            Err(Denied::Refused { why }) => self.end_refused(&keeper, why).await,
            Err(Denied::Later { after, answer_lost, why }) => {
                // What a client gets by itself can be had again.
                let answer_lost = answer_lost && self.refresh_token.is_some();
                Err(self.put_off(&keeper, after, answer_lost, why).await?)
            }
        }
    }

    /// The connection needs a person, unless somebody was faster than the refusal.
    async fn end_refused(self, keeper: &Keeper, mut why: String) -> Result<Option<Access>, Error> {
        if self.answer_lost {
            why.push_str("; the answer to the renewal before was lost, which may have used its refresh token up");
        }
        let mut change = keeper.inbox.begin(self.tenant, system()).await?;
        let status = oauth::lock_connection(change.conn(), self.connection).await?;
        if !tokens::give_up(change.conn(), self.connection, self.from, self.id).await? {
            return Ok(None);
        }
        tracing::warn!(connection = %self.connection, "the authorization server refused to renew the access: {why}");
        Err(park(change, self.connection, status, &why).await?)
    }

    /// Says when the next attempt is due, to the whole fleet. The refresh token stays.
    async fn put_off(
        &self,
        keeper: &Keeper,
        asked_for: Option<TimeDelta>,
        answer_lost: bool,
        why: String,
    ) -> Result<Error, Error> {
        let now = keeper.inbox.now();
        let retry_at = times::retry_at(now, self.failures.saturating_add(1), asked_for);
        let mut tx = keeper.inbox.database().begin(self.tenant).await?;
        tokens::put_off(&mut tx, self.connection, self.id, retry_at, answer_lost).await?;
        tx.commit().await?;
        Ok(Error::Unavailable { after: (retry_at - now).to_std().ok(), why })
    }
}
