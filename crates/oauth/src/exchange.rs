//! A request for a token (RFC 6749, sections 4.1.3, 4.4.2 and 6), and its way out.

use crate::{
    answer::{self, Denied, Granted},
    client::Client,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use egress::{Egress, Request};
use http::{HeaderValue, Method, header};
use manifest::ClientAuth;
use std::time::Duration;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

/// How long an authorization server may take.
pub const TIMEOUT: Duration = Duration::from_secs(20);
/// The largest answer, in bytes. Tokens have a few kilobytes at most.
const MAX_ANSWER: usize = 64 << 10;

/// What is exchanged for a token.
pub enum Exchange<'a> {
    /// The code that a person brought.
    Code { code: &'a str, verifier: &'a str, redirect_uri: &'a str },
    /// The refresh token of the token before.
    Refresh { token: &'a str },
    /// Nothing: the client has access by itself.
    ClientCredentials,
}

impl Exchange<'_> {
    /// Asks for a token.
    pub async fn send(&self, client: &Client, egress: &Egress) -> Result<Granted, Denied> {
        match egress.send(self.request(client), &client.policy).await {
            Ok(response) => answer::read(&response),
            Err(failure) => Err(Denied::Later { after: None, answer_lost: failure.request_sent, why: failure.message }),
        }
    }

    fn request(&self, client: &Client) -> Request {
        let mut request = Request::new(Method::POST, client.token_url.clone());
        request.timeout = Some(TIMEOUT);
        request.max_response = Some(MAX_ANSWER);
        let headers = &mut request.headers;
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let (ClientAuth::Basic, Some(secret)) = (client.auth, &client.secret) {
            headers.insert(header::AUTHORIZATION, basic(&client.id, secret));
        }
        request.body = self.form(client).into();
        request
    }

    fn form(&self, client: &Client) -> String {
        let mut form = Serializer::new(String::new());
        match self {
            Self::Code { code, verifier, redirect_uri } => {
                form.append_pair("grant_type", "authorization_code");
                form.append_pair("code", code);
                form.append_pair("redirect_uri", redirect_uri);
                form.append_pair("code_verifier", verifier);
            }
            Self::Refresh { token } => {
                form.append_pair("grant_type", "refresh_token");
                form.append_pair("refresh_token", token);
            }
            Self::ClientCredentials => {
                form.append_pair("grant_type", "client_credentials");
                if let Some(scope) = client.scope() {
                    form.append_pair("scope", &scope);
                }
            }
        }
        match (client.auth, &client.secret) {
            (ClientAuth::Basic, Some(_)) => {}
            (ClientAuth::Body, Some(secret)) => {
                form.append_pair("client_id", &client.id);
                form.append_pair("client_secret", secret);
            }
            (_, None) => {
                form.append_pair("client_id", &client.id);
            }
        }
        form.extend_pairs(&client.parameters);
        form.finish()
    }
}

/// Both parts are form-encoded before they are joined (RFC 6749, section 2.3.1).
fn basic(id: &str, secret: &str) -> HeaderValue {
    let encoded = |text: &str| Zeroizing::new(byte_serialize(text.as_bytes()).collect::<String>());
    let joined = Zeroizing::new(format!("{}:{}", *encoded(id), *encoded(secret)));
    let value = format!("Basic {}", BASE64_STANDARD.encode(joined.as_bytes()));
    let mut value = HeaderValue::try_from(value).expect("base64 is visible ASCII");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use egress::Policy;
    use std::collections::BTreeMap;

    fn client(auth: ClientAuth, secret: Option<&str>) -> Client {
        Client {
            id: Zeroizing::new("an id".to_owned()),
            secret: secret.map(|secret| Zeroizing::new(secret.to_owned())),
            auth,
            token_url: "https://login.example.com/token".to_owned(),
            policy: Policy::default(),
            parameters: BTreeMap::from([("expiring".to_owned(), "1".to_owned())]),
            scopes: vec!["a".to_owned(), "b".to_owned()],
            separator: ' ',
        }
    }

    #[test]
    fn a_client_authenticates_as_its_server_wants_it() {
        let refresh = Exchange::Refresh { token: "r/1" };
        let basic = refresh.request(&client(ClientAuth::Basic, Some("s:é")));
        // `an+id:s%3A%C3%A9`
        assert_eq!(basic.headers["authorization"], "Basic YW4raWQ6cyUzQSVDMyVBOQ==");
        assert!(basic.headers["authorization"].is_sensitive());
        assert_eq!(basic.body, "grant_type=refresh_token&refresh_token=r%2F1&expiring=1");

        let body = refresh.request(&client(ClientAuth::Body, Some("s")));
        assert!(!body.headers.contains_key("authorization"));
        assert!(body.body.ends_with(b"&client_id=an+id&client_secret=s&expiring=1"));

        let public = refresh.request(&client(ClientAuth::Basic, None));
        assert!(!public.headers.contains_key("authorization"));
        assert!(public.body.ends_with(b"&client_id=an+id&expiring=1"));
    }

    #[test]
    fn each_grant_has_its_parameters() {
        let client = client(ClientAuth::Basic, Some("s"));
        let code = Exchange::Code { code: "c", verifier: "v", redirect_uri: "https://us.example/oauth/callback" };
        assert_eq!(
            code.form(&client),
            "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fus.example%2Foauth%2Fcallback\
             &code_verifier=v&expiring=1"
        );
        let own = Exchange::ClientCredentials.form(&client);
        assert_eq!(own, "grant_type=client_credentials&scope=a+b&expiring=1");
    }
}
