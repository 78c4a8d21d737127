//! An access token for a call: the stored one while it is good, otherwise a renewed one.

use super::{Access, Keeper, Subject, renewal::Renewal};
use crate::{
    Error,
    client::{self, Client},
    sealed, times,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use store::{
    TenantTx,
    oauth::{
        ACCESS_TOKEN, REFRESH_TOKEN,
        tokens::{self, Claim, Tokens},
    },
};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

/// How long a call waits for a renewal, its own or another's.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a renewal is nobody else's: longer than the authorization server may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// The first pause of those who wait for another's renewal, which doubles, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(250));

/// What a look at the stored tokens says.
enum Look {
    /// They are good.
    Usable(Access),
    /// They have to be renewed, and it is our turn. The access that there is may be used if that fails for now.
    Mine(Box<Turn>, Option<Access>),
    /// Somebody else renews them.
    Busy(Option<Access>),
    /// They have changed since we looked.
    Moved,
    /// Only a person can help.
    Person { seen: Option<i64>, why: String },
}

/// A renewal, and the transaction that claims it, which is not committed yet.
struct Turn {
    claim: TenantTx,
    renewal: Renewal,
}

impl Keeper {
    /// A token for a call that begins now. Must not be asked for inside a transaction: the authorization server may
    /// have to be asked first.
    pub async fn access(&self, subject: &Subject<'_>) -> Result<Access, Error> {
        self.get(subject, None).await
    }

    /// A token after the provider has refused this one: renewed, unless somebody has renewed it already.
    pub async fn access_after(&self, subject: &Subject<'_>, refused: &Access) -> Result<Access, Error> {
        self.get(subject, Some(refused.rotation)).await
    }

    /// Renews the tokens with this rotation, ahead of their end, unless they are others by now.
    pub async fn renew(&self, subject: &Subject<'_>, rotation: i64) -> Result<(), Error> {
        self.get(subject, Some(rotation)).await.map(drop)
    }

    /// `not`: the rotation whose access token must not be used any more.
    async fn get(&self, subject: &Subject<'_>, not: Option<i64>) -> Result<Access, Error> {
        let deadline = Instant::now() + PATIENCE;
        let mut pause = PAUSE.0;
        loop {
            match self.look(subject, not).await? {
                Look::Usable(access) | Look::Busy(Some(access)) => return Ok(access),
                Look::Mine(turn, fallback) => match (self.run(*turn).await, fallback) {
                    (Ok(Some(access)), _) | (Err(Error::Unavailable { .. }), Some(access)) => return Ok(access),
                    (Ok(None), _) => {}
                    (Err(error), _) => return Err(error),
                },
                Look::Person { seen, why } => {
                    if let Some(error) = self.mark(subject, seen, &why).await? {
                        return Err(error);
                    }
                }
                Look::Busy(None) | Look::Moved => {
                    if Instant::now() + pause > deadline {
                        return Err(Error::unavailable("the access is being renewed, which takes too long"));
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(PAUSE.1);
                }
            }
        }
    }

    async fn look(&self, subject: &Subject<'_>, not: Option<i64>) -> Result<Look, Error> {
        let mut tx = self.inbox.database().begin(subject.tenant).await?;
        let stored = tokens::load(&mut tx, subject.connection.id).await?;
        let seen = stored.as_ref().map(|tokens| tokens.rotation);
        match self.judge(tx, subject, stored, not).await {
            Err(Error::NeedsPerson { why, .. }) => Ok(Look::Person { seen, why }),
            other => other,
        }
    }

    async fn judge(
        &self,
        mut tx: TenantTx,
        subject: &Subject<'_>,
        stored: Option<Tokens>,
        not: Option<i64>,
    ) -> Result<Look, Error> {
        let (oauth, id, now) = (subject.oauth()?, subject.connection.id, self.inbox.now());
        let token_url = client::token_url(oauth, subject)?;
        let Some(stored) = stored else {
            if oauth.needs_person() {
                return Err(Error::needs_person("nobody has authorized it yet"));
            }
            tokens::prepare(&mut tx, id, &token_url).await?;
            tx.commit().await?;
            return Ok(Look::Moved);
        };
        let is_elsewhere = stored.token_url != token_url;
        if is_elsewhere && oauth.needs_person() {
            return Err(Error::needs_person(
                "its settings lead elsewhere than where it was authorized: authorize it anew",
            ));
        }
        let usable = stored.access_token.clone().filter(|_| !is_elsewhere && not != Some(stored.rotation));
        let usable = usable.filter(|_| stored.expires_at.is_none_or(|end| now < end));
        let access = match usable {
            Some(token) => Some(self.open(subject, token, stored.rotation)?),
            None => None,
        };
        match access {
            Some(access) if !is_near_its_end(&stored, now) => return Ok(Look::Usable(access)),
            _ => {}
        }
        if oauth.needs_person() && stored.refresh_token.is_none() {
            let why = "its access has ended and cannot be renewed: authorize it anew";
            return access.map(Look::Usable).ok_or_else(|| Error::needs_person(why));
        }
        if let Some(wait) = stored.retry_at.map(|at| at - now).filter(|wait| *wait > TimeDelta::zero()) {
            return access.map(Look::Usable).ok_or_else(|| Error::Unavailable {
                after: wait.to_std().ok(),
                why: "the authorization server could not be asked, and is not asked again yet".to_owned(),
            });
        }
        let client = Client::load(&mut tx, &self.keyring, subject).await?;
        let refresh_token = match stored.refresh_token.filter(|_| oauth.needs_person()) {
            Some(sealed) => Some(sealed::open(&self.keyring, subject.tenant, id, REFRESH_TOKEN, sealed)?),
            None => None,
        };
        let renewal = Uuid::new_v4();
        Ok(match tokens::claim(&mut tx, id, stored.rotation, renewal, LEASE).await? {
            Claim::Busy => Look::Busy(access),
            Claim::Moved => Look::Moved,
            Claim::Mine { answer_lost } => {
                let renewal = Renewal {
                    tenant: subject.tenant,
                    connection: id,
                    id: renewal,
                    from: stored.rotation,
                    failures: stored.failures,
                    scopes: stored.scopes,
                    refresh_token,
                    client,
                    answer_lost,
                };
                Look::Mine(Box::new(Turn { claim: tx, renewal }), access)
            }
        })
    }

    /// Renews in a task of its own: the answer is kept even if whoever waits for it goes away. The claim is committed there
    /// as well, so that there is none that nobody renews under.
    async fn run(&self, Turn { claim, renewal }: Turn) -> Result<Option<Access>, Error> {
        let keeper = self.clone();
        let task = tokio::spawn(async move {
            claim.commit().await?;
            renewal.perform(keeper).await
        });
        match timeout(PATIENCE, task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Error::unavailable("the renewal of the access was interrupted")),
            Err(_) => Err(Error::unavailable("the renewed access could not be stored yet")),
        }
    }

    fn open(&self, subject: &Subject<'_>, token: Vec<u8>, rotation: i64) -> Result<Access, Error> {
        let token = sealed::open(&self.keyring, subject.tenant, subject.connection.id, ACCESS_TOKEN, token)?;
        Ok(Access { token, rotation })
    }
}

fn is_near_its_end(tokens: &Tokens, now: DateTime<Utc>) -> bool {
    tokens.issued_at.zip(tokens.expires_at).is_some_and(|(issued, expires)| now >= times::good_until(issued, expires))
}
