//! Who may subscribe, and who may publish: signatures with the app's secret.
//!
//! HMAC-SHA256 in hexadecimal digits, as Channels documents it ("Generating the authentication string", "Authenticating
//! users", "HTTP API: Authentication").

use crate::SocketId;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// An app: the key that everybody may know, and the secret that nobody may.
#[derive(Clone)]
pub struct App {
    /// Names it in addresses.
    pub key: String,
    /// Signs for it.
    pub secret: String,
}

/// How far a request's clock may be from ours, in seconds.
const SKEW: i64 = 600;

/// Why a request of a server is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Something that every request has is missing.
    #[error("a request names auth_key, auth_timestamp, auth_version 1.0, auth_signature, and with a body body_md5")]
    Incomplete,
    /// The key is another app's.
    #[error("auth_key is not the key of this app")]
    WrongKey,
    /// The clocks differ too much, or somebody repeats an old request.
    #[error("auth_timestamp is more than 600 seconds from the time here")]
    WrongTime,
    /// The body is not the one that was signed.
    #[error("body_md5 is not that of the body")]
    WrongBody,
    /// The signature is not of this request with this secret.
    #[error("auth_signature is not of this request")]
    WrongSignature,
}

impl App {
    /// The authorisation to hear a channel.
    pub fn channel_auth(&self, socket: SocketId, channel: &str, channel_data: Option<&str>) -> String {
        self.auth(&subscription(socket, channel, channel_data))
    }

    /// Whether this is it.
    pub fn admits(&self, socket: SocketId, channel: &str, channel_data: Option<&str>, auth: &str) -> bool {
        self.is_auth(&subscription(socket, channel, channel_data), auth)
    }

    /// The proof that somebody is who `user_data` says.
    pub fn user_auth(&self, socket: SocketId, user_data: &str) -> String {
        self.auth(&format!("{socket}::user::{user_data}"))
    }

    /// Whether this is it.
    pub fn knows(&self, socket: SocketId, user_data: &str, auth: &str) -> bool {
        self.is_auth(&format!("{socket}::user::{user_data}"), auth)
    }

    /// Whether a request to the HTTP API comes from somebody who has the secret. `query` is as it was sent.
    pub fn check(
        &self,
        method: &str,
        path: &str,
        query: &[(String, String)],
        body: &[u8],
        now: i64,
    ) -> Result<(), Refused> {
        let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let (Some(key), Some(timestamp), Some("1.0"), Some(signature)) =
            (value("auth_key"), value("auth_timestamp"), value("auth_version"), value("auth_signature"))
        else {
            return Err(Refused::Incomplete);
        };
        if key != self.key {
            return Err(Refused::WrongKey);
        }
        let timestamp: i64 = timestamp.parse().map_err(|_| Refused::Incomplete)?;
        if (now - timestamp).abs() > SKEW {
            return Err(Refused::WrongTime);
        }
        match value("body_md5") {
            Some(digest) if same(digest, &hex::encode(Md5::digest(body))) => {}
            Some(_) => return Err(Refused::WrongBody),
            None if body.is_empty() => {}
            None => return Err(Refused::Incomplete),
        }
        let mut signed: Vec<String> = query
            .iter()
            .filter(|(key, _)| key != "auth_signature")
            .map(|(key, value)| format!("{}={value}", key.to_lowercase()))
            .collect();
        signed.sort_unstable();
        let text = format!("{method}\n{path}\n{}", signed.join("&"));
        if same(signature, &self.sign(&text)) { Ok(()) } else { Err(Refused::WrongSignature) }
    }

    fn auth(&self, text: &str) -> String {
        format!("{}:{}", self.key, self.sign(text))
    }

    fn is_auth(&self, text: &str, auth: &str) -> bool {
        same(auth, &self.auth(text))
    }

    fn sign(&self, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("a key of any length will do");
        mac.update(text.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("key", &self.key).finish_non_exhaustive()
    }
}

fn subscription(socket: SocketId, channel: &str, channel_data: Option<&str>) -> String {
    match channel_data {
        Some(data) => format!("{socket}:{channel}:{data}"),
        None => format!("{socket}:{channel}"),
    }
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> App {
        App { key: "278d425bdf160c739803".to_owned(), secret: "7ad3773142a6692b25b8".to_owned() }
    }

    /// The examples in the documentation of Channels.
    #[test]
    fn documented_signatures_are_ours() {
        let socket: SocketId = "1234.1234".parse().unwrap();
        assert_eq!(
            app().channel_auth(socket, "private-foobar", None),
            "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
        );
        let data = r#"{"user_id":10,"user_info":{"name":"Mr. Channels"}}"#;
        assert_eq!(
            app().channel_auth(socket, "presence-foobar", Some(data)),
            "278d425bdf160c739803:31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80"
        );
    }

    #[test]
    fn the_documented_request_is_accepted_and_no_other() {
        let body = br#"{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}"#;
        let query = |signature: &str| -> Vec<(String, String)> {
            [
                ("auth_key", "278d425bdf160c739803"),
                ("auth_timestamp", "1353088179"),
                ("auth_version", "1.0"),
                ("body_md5", "ec365a775a4cd0599faeb73354201b6f"),
                ("auth_signature", signature),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
        };
        let good = query("da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c");
        let check =
            |path: &str, query: &[(String, String)], body: &[u8], now| app().check("POST", path, query, body, now);
        let (path, at) = ("/apps/3/events", 1_353_088_179);
        assert_eq!(check(path, &good, body, at), Ok(()));
        assert_eq!(check(path, &good, body, at + 600), Ok(()));
        assert_eq!(check(path, &good, body, at + 601), Err(Refused::WrongTime));
        assert_eq!(check(path, &good, b"{}", at), Err(Refused::WrongBody));
        assert_eq!(check("/apps/4/events", &good, body, at), Err(Refused::WrongSignature));
        assert_eq!(check(path, &query("00"), body, at), Err(Refused::WrongSignature));
        assert_eq!(check(path, &good[..4], body, at), Err(Refused::Incomplete));
        let other = App { key: "other".to_owned(), ..app() };
        assert_eq!(other.check("POST", path, &good, body, at), Err(Refused::WrongKey));
    }

    #[test]
    fn a_signature_is_for_one_connection_one_channel_and_one_person() {
        let (one, two): (SocketId, SocketId) = ("1.1".parse().unwrap(), "1.2".parse().unwrap());
        let auth = app().channel_auth(one, "private-a", Some("{}"));
        assert!(app().admits(one, "private-a", Some("{}"), &auth));
        assert!(!app().admits(two, "private-a", Some("{}"), &auth));
        assert!(!app().admits(one, "private-b", Some("{}"), &auth));
        assert!(!app().admits(one, "private-a", Some("{ }"), &auth));
        assert!(!app().admits(one, "private-a", None, &auth));
        let user = app().user_auth(one, "{}");
        assert!(app().knows(one, "{}", &user) && !app().knows(two, "{}", &user));
    }
}
