//! How the OAuth section of a manifest must fit the rest of it.

use serde_json::Value;

use super::{ClientId, Grant, Oauth};
use crate::error::{Fault, ManifestError};
use crate::manifest::check::{check_count, invalid};
use crate::manifest::{Manifest, Scope};

/// What the host says itself in its requests to an authorization server (RFC 6749, RFC 7636).
const OURS: [&str; 12] = [
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "grant_type",
    "redirect_uri",
    "refresh_token",
    "response_type",
    "scope",
    "state",
];

impl Manifest {
    pub(in crate::manifest) fn check_oauth(&self) -> Result<(), ManifestError> {
        let Some(oauth) = &self.oauth else {
            return Ok(());
        };
        self.check_host_label(oauth.token_url.host(), "/oauth/token_url")?;
        check_parameters(oauth.token_parameters.keys(), "/oauth/token_parameters")?;
        if let Grant::AuthorizationCode { url, parameters } = &oauth.grant {
            self.check_host_label(url.host(), "/oauth/grant/authorization_code/url")?;
            check_parameters(parameters.keys(), "/oauth/grant/authorization_code/parameters")?;
        }
        check_scopes(oauth)?;
        self.check_client(oauth)?;
        let rule = self.secrets.get(&oauth.access_token);
        if rule.is_none_or(|rule| rule.scope != Scope::Connection) {
            return invalid("/oauth/access_token", Fault::OauthAccessToken);
        }
        Ok(())
    }

    fn check_client(&self, oauth: &Oauth) -> Result<(), ManifestError> {
        match &oauth.client.id {
            ClientId::EndpointSetting(name) => {
                self.check_text(&self.endpoint_settings, name, "/oauth/client/id/endpoint_setting")?;
            }
            ClientId::Setting(name) => self.check_text(&self.settings, name, "/oauth/client/id/setting")?,
            ClientId::Secret(name) => self.check_typed_secret(oauth, name, "/oauth/client/id/secret")?,
        }
        match &oauth.client.secret {
            Some(name) => self.check_typed_secret(oauth, name, "/oauth/client/secret"),
            // Whoever knows the id would be the client.
            None if oauth.grant == Grant::ClientCredentials => invalid("/oauth/client", Fault::OauthClientSecret),
            None => Ok(()),
        }
    }

    fn check_text(&self, schema: &Value, name: &str, at: &str) -> Result<(), ManifestError> {
        let is_text = schema["properties"][name].get("type").and_then(Value::as_str) == Some("string");
        if is_text && !self.secrets.contains_key(name) {
            return Ok(());
        }
        let name = name.to_owned();
        invalid(at, Fault::OauthSetting { name })
    }

    /// A secret that somebody types, so that it is there before any token is.
    fn check_typed_secret(&self, oauth: &Oauth, name: &str, at: &str) -> Result<(), ManifestError> {
        if self.secrets.contains_key(name) && name != oauth.access_token {
            return Ok(());
        }
        let name = name.to_owned();
        invalid(at, Fault::OauthSecret { name })
    }
}

fn check_parameters<'a>(names: impl ExactSizeIterator<Item = &'a String>, at: &str) -> Result<(), ManifestError> {
    check_count(names.len(), at)?;
    for name in names {
        if name.is_empty() || OURS.contains(&name.as_str()) {
            let name = name.clone();
            return invalid(at, Fault::OauthParameter { name });
        }
    }
    Ok(())
}

/// The characters of a scope are those of RFC 6749, section 3.3.
fn check_scopes(oauth: &Oauth) -> Result<(), ManifestError> {
    check_count(oauth.scopes.len(), "/oauth/scopes")?;
    let separator = oauth.scope_separator.as_char();
    let is_scope = |scope: &String| {
        !scope.is_empty()
            && !scope.contains(separator)
            && scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
    };
    match oauth.scopes.iter().position(|scope| !is_scope(scope)) {
        Some(index) => invalid(format!("/oauth/scopes/{index}"), Fault::OauthScope),
        None => Ok(()),
    }
}
