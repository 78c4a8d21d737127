//! Outgoing e-mail.

use crate::{
    secret::Secret,
    values::{HostName, Mailbox},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The mail server that invitations and password resets leave by (SMTP). Without a host, no e-mail
/// is sent, and what needs one is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The host of the mail server.
    pub host: Option<HostName>,
    /// Its port: 587 for `starttls`, 465 for `tls`, mostly.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u32,
    /// Whether the way to it is encrypted.
    pub tls: MailTls,
    /// The user to sign in as; left out, nobody signs in.
    pub username: Option<String>,
    /// Their password.
    pub password: Option<Secret<String>>,
    /// Who the e-mails are from: `Acme Support <no-reply@acme.example>`.
    pub from: Option<Mailbox>,
}

/// How the way to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// From the first byte on.
    Tls,
    /// After asking for it; a server that does not offer it is refused.
    Starttls,
    /// Not at all.
    None,
}

impl Default for Mail {
    fn default() -> Self {
        Self { host: None, port: 587, tls: MailTls::Starttls, username: None, password: None, from: None }
    }
}
