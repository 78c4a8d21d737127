//! The client of one connection: what its manifest, settings and secrets say together about how to ask for tokens.

use crate::{Error, keeper::Subject, sealed};
use egress::{Policy, Rule};
use http::Method;
use manifest::{ClientAuth, ClientId, Oauth, Scope};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::{
    oauth,
    secrets::{connection_owner, endpoint_owner},
};
use url::Url;
use vault::{Keyring, Place};
use zeroize::Zeroizing;

/// A client that can ask for tokens.
pub struct Client {
    pub id: Zeroizing<String>,
    pub secret: Option<Zeroizing<String>>,
    pub auth: ClientAuth,
    pub token_url: String,
    /// The token URL's host and nothing else.
    pub policy: Policy,
    pub parameters: BTreeMap<String, String>,
    pub scopes: Vec<String>,
    pub separator: char,
}

impl Client {
    /// Reads what the connection's endpoint and its own secrets hold. What is missing there, a person has to enter.
    pub async fn load(conn: &mut PgConnection, keyring: &Keyring, subject: &Subject<'_>) -> Result<Self, Error> {
        let oauth = subject.oauth()?;
        let token_url = token_url(oauth, subject)?;
        let stored = Stored::load(conn, subject).await?;
        let id = match &oauth.client.id {
            ClientId::EndpointSetting(name) => stored.endpoint_text(name)?,
            ClientId::Setting(name) => text_in(&subject.connection.settings, name)?,
            ClientId::Secret(name) => stored.secret(keyring, subject, name)?,
        };
        let secret = match &oauth.client.secret {
            Some(name) => Some(stored.secret(keyring, subject, name)?),
            None => None,
        };
        Ok(Self {
            id,
            secret,
            auth: oauth.client.auth,
            policy: policy(&token_url)?,
            token_url,
            parameters: oauth.token_parameters.clone(),
            scopes: oauth.scopes.clone(),
            separator: oauth.scope_separator.as_char(),
        })
    }

    /// The scopes as one parameter; `None` where there are none.
    pub fn scope(&self) -> Option<String> {
        let mut separator = [0; 4];
        let separator: &str = self.separator.encode_utf8(&mut separator);
        (!self.scopes.is_empty()).then(|| self.scopes.join(separator))
    }
}

/// Where the tokens of a connection come from, by its settings of the moment.
pub fn token_url(oauth: &Oauth, subject: &Subject<'_>) -> Result<String, Error> {
    oauth.token_url.resolve(&subject.connection.settings).map_err(|error| Error::needs_person(error.to_string()))
}

fn policy(token_url: &str) -> Result<Policy, Error> {
    let host = Url::parse(token_url).ok().and_then(|url| Some(url.host_str()?.to_owned()));
    let rule = host.and_then(|host| Rule::new(&host, [Method::POST]).ok());
    let rule = rule.ok_or_else(|| Error::needs_person("the address that tokens come from is no address"))?;
    Ok(Policy::new([rule]))
}

/// What lies in the database of a client.
struct Stored {
    endpoint: Option<oauth::Client>,
    own: Vec<(String, Vec<u8>)>,
}

impl Stored {
    async fn load(conn: &mut PgConnection, subject: &Subject<'_>) -> Result<Self, Error> {
        let id = subject.connection.id;
        let own = store::secrets::of_connection(conn, id).await?;
        Ok(Self {
            endpoint: oauth::client(conn, id).await?,
            own: own.into_iter().map(|secret| (secret.name, secret.sealed)).collect(),
        })
    }

    fn endpoint_text(&self, name: &str) -> Result<Zeroizing<String>, Error> {
        let endpoint = self.endpoint.as_ref().ok_or_else(|| missing("endpoint setting", name))?;
        text_in(&endpoint.settings, name).map_err(|_| missing("endpoint setting", name))
    }

    fn secret(&self, keyring: &Keyring, subject: &Subject<'_>, name: &str) -> Result<Zeroizing<String>, Error> {
        let scope = subject.manifest.secrets.get(name).map(|rule| rule.scope);
        match (scope, &self.endpoint) {
            (Some(Scope::Connection), _) => {
                let owner = connection_owner(subject.connection.id);
                let place = Place { tenant: Some(subject.tenant.0), owner: &owner, name };
                sealed::open_at(keyring, place, sealed_of(&self.own, name)?)
            }
            (Some(Scope::Endpoint), Some(endpoint)) => {
                let owner = endpoint_owner(endpoint.endpoint_id);
                let place = Place { tenant: endpoint.tenant_id.map(|tenant| tenant.0), owner: &owner, name };
                sealed::open_at(keyring, place, sealed_of(&endpoint.secrets, name)?)
            }
            _ => Err(missing("secret", name)),
        }
    }
}

fn sealed_of(secrets: &[(String, Vec<u8>)], name: &str) -> Result<Vec<u8>, Error> {
    let found = secrets.iter().find(|(found, _)| found == name);
    Ok(found.ok_or_else(|| missing("secret", name))?.1.clone())
}

fn text_in(settings: &Value, name: &str) -> Result<Zeroizing<String>, Error> {
    let text = settings.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    Ok(Zeroizing::new(text.ok_or_else(|| missing("setting", name))?.to_owned()))
}

fn missing(what: &str, name: &str) -> Error {
    Error::needs_person(format!("the {what} `{name}` is not set"))
}
