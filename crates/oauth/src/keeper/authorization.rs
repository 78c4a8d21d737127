//! A person authorizes a connection: sent to the provider, and back with a code.

use super::{
    Keeper, Subject,
    keeping::{Keeping, Origin},
};
use crate::{Error, answer::Denied, client::Client, exchange::Exchange, pkce, sealed};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConnectionId, TenantId, UserId};
use manifest::Grant;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use store::{
    audit::Entry,
    oauth::{
        VERIFIER,
        authorizations::{self, NewAuthorization, Redeemed},
    },
};
use url::Url;
use vault::TenantToken;
use zeroize::Zeroizing;

/// How long a person may take at the provider.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Where to send a person.
pub struct Begun {
    /// The provider's address, with everything it needs to know.
    pub url: String,
    /// Until when they may come back.
    pub expires_at: DateTime<Utc>,
    /// What the browser that began has to show when it comes back.
    pub pass: BrowserPass,
}

/// What binds an authorization to the browser that began it: a cookie's name and value. Only whoever began has it, so
/// that nobody can be sent to the provider with somebody else's authorization, and connect their account to a stranger.
pub struct BrowserPass {
    /// The name, of its own for each authorization, so that several can be under way in one browser.
    pub name: String,
    /// The value.
    pub value: Zeroizing<String>,
}

impl BrowserPass {
    /// Both follow from what is remembered of the authorization anyway. The value says nothing about the verifier.
    fn of(state: &TenantToken, verifier: &str) -> Self {
        // Says nothing about the state that a provider could send back.
        let name = BASE64_URL_SAFE_NO_PAD.encode(&state.derive("signalbox oauth cookie")[..9]);
        let digest = Sha256::new_with_prefix(b"signalbox oauth browser").chain_update(verifier).finalize();
        let value = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(digest));
        Self { name: format!("signalbox_oauth_{name}"), value }
    }

    /// Compares digests, so that the time it takes says nothing about the value.
    fn is(&self, shown: &str) -> bool {
        Sha256::digest(shown) == Sha256::digest(self.value.as_bytes())
    }
}

/// A person who came back in time, for the first time.
pub struct Authorization {
    /// Whose connection.
    pub tenant: TenantId,
    /// The connection that is authorized.
    pub connection: ConnectionId,
    /// Who began it.
    pub user: UserId,
    verifier: Zeroizing<String>,
}

/// Why nobody is known to come back with this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unredeemed {
    /// Nobody was sent away with it.
    Unknown,
    /// Somebody came back with it before.
    Used,
    /// It took too long.
    Expired,
    /// It was begun in another browser.
    OtherBrowser,
}

impl Keeper {
    /// Prepares to send a person to the provider, in the caller's transaction. Fails with [`Error::NeedsPerson`] where
    /// the client is not set up, or no person is asked.
    pub async fn begin(
        &self,
        conn: &mut PgConnection,
        subject: &Subject<'_>,
        user: UserId,
        redirect_uri: &str,
    ) -> Result<Begun, Error> {
        let Grant::AuthorizationCode { url, parameters } = &subject.oauth()?.grant else {
            return Err(Error::needs_person("its client has access by itself; nobody authorizes it"));
        };
        let (id, now) = (subject.connection.id, self.inbox.now());
        let client = Client::load(conn, &self.keyring, subject).await?;
        let (state, verifier) = (TenantToken::new(subject.tenant), pkce::verifier());
        let expires_at = now + LIFETIME;
        let new = NewAuthorization {
            state_hash: &state.hash(),
            connection: id,
            user,
            verifier: &sealed::seal(&self.keyring, subject.tenant, id, VERIFIER, &verifier),
            expires_at,
        };
        authorizations::insert(conn, &new, now).await?;
        let address =
            url.resolve(&subject.connection.settings).map_err(|error| Error::needs_person(error.to_string()))?;
        let mut url =
            Url::parse(&address).map_err(|_| Error::needs_person("the address to authorize at is no address"))?;
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", &state.encode())
            .append_pair("code_challenge", &pkce::challenge(&verifier))
            .append_pair("code_challenge_method", "S256");
        if let Some(scope) = client.scope() {
            query.append_pair("scope", &scope);
        }
        query.extend_pairs(parameters);
        drop(query);
        Ok(Begun { url: url.into(), expires_at, pass: BrowserPass::of(&state, &verifier) })
    }

    /// Uses up what a person came back with, whatever follows from it. `shown` gives the cookie of a name that their
    /// browser has.
    pub async fn redeem(
        &self,
        state: &str,
        shown: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Result<Authorization, Unredeemed>, Error> {
        let Some(state) = TenantToken::decode(state) else { return Ok(Err(Unredeemed::Unknown)) };
        let tenant = state.tenant;
        let mut tx = self.inbox.database().begin(tenant).await?;
        let redeemed = authorizations::redeem(&mut tx, &state.hash(), self.inbox.now()).await?;
        tx.commit().await?;
        Ok(match redeemed {
            Redeemed::Unknown => Err(Unredeemed::Unknown),
            Redeemed::Used => Err(Unredeemed::Used),
            Redeemed::Expired => Err(Unredeemed::Expired),
            Redeemed::Valid { connection, user, verifier } => {
                let verifier = sealed::open(&self.keyring, tenant, connection, VERIFIER, verifier)?;
                let pass = BrowserPass::of(&state, &verifier);
                if !shown(&pass.name).is_some_and(|value| pass.is(&value)) {
                    return Ok(Err(Unredeemed::OtherBrowser));
                }
                Ok(Authorization { tenant, connection, user, verifier })
            }
        })
    }

    /// Exchanges the code for tokens, keeps them, and makes the connection active with everything that waited for it.
    /// The entry of the audit log is committed with the tokens. Goes on if whoever asked goes away: the code is used up.
    pub async fn complete(
        &self,
        subject: &Subject<'_>,
        authorization: Authorization,
        code: &str,
        redirect_uri: &str,
        entry: Entry,
    ) -> Result<(), Error> {
        let mut tx = self.inbox.database().begin(subject.tenant).await?;
        let client = Client::load(&mut tx, &self.keyring, subject).await?;
        drop(tx);
        let exchanging = Exchanging {
            authorization,
            client,
            code: Zeroizing::new(code.to_owned()),
            redirect_uri: redirect_uri.to_owned(),
            entry: Box::new(entry),
        };
        let task = tokio::spawn(exchanging.perform(self.clone()));
        task.await.unwrap_or_else(|_| Err(Error::unavailable("the exchange of the code was interrupted")))
    }
}

/// Everything that an exchange needs, so that it can go on by itself.
struct Exchanging {
    authorization: Authorization,
    client: Client,
    code: Zeroizing<String>,
    redirect_uri: String,
    entry: Box<Entry>,
}

impl Exchanging {
    async fn perform(self, keeper: Keeper) -> Result<(), Error> {
        let Authorization { tenant, connection, verifier, .. } = self.authorization;
        let asked_at = keeper.inbox.now();
        let exchange = Exchange::Code { code: &self.code, verifier: &verifier, redirect_uri: &self.redirect_uri };
        let granted = exchange.send(&self.client, &keeper.egress).await.map_err(|denied| match denied {
            Denied::Refused { why } => Error::needs_person(why),
            Denied::Later { why, .. } => Error::unavailable(why),
        })?;
        let origin = Origin::Authorization { entry: self.entry };
        let keeping = Keeping::new(&keeper, tenant, connection, origin, &self.client.token_url);
        match keeping.keep(&granted, &self.client.scopes, asked_at).await? {
            Some(_) => Ok(()),
            None => Err(Error::needs_person("the connection was deleted meanwhile")),
        }
    }
}
