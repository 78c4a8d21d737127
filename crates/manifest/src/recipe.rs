//! Webhook recipes: how the host treats one provider's requests, written as data.
//!
//! The host runs a recipe before any plugin code: is this a handshake, who signed it, was it here
//! before, whose is it, and how is it acknowledged. Eight providers' recipes stand, with their
//! documented test values, under `tests/recipes`.

mod check;
mod content;
mod handshake;
mod hmac;
mod place;
mod portion;
mod request;
mod route;
mod timestamp;
mod verify;

use http::HeaderValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use content::{Content, PortRule, UrlRule};
pub use handshake::{Answer, Condition, HandshakeRule, TokenCheck};
pub use hmac::{Algorithm, BodyHash, Encoding, HmacRule, KeyEncoding, KeyRule, SignatureRule, SignatureShape};
pub use place::{HeaderField, Place, Pointer, PointerMalformed};
pub use request::{BodyFormat, Request};
pub use route::{Part, Routing, Unroutable};
pub use timestamp::{TimeUnit, TimestampRule, TimestampSource};
pub use verify::{Denied, Secrets, TokenRule, Verification};

/// How the host treats one provider's webhook requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What the body is parsed as when places point into it.
    #[serde(default)]
    pub body: BodyFormat,
    /// Requests that only prove who owns the address; tried in order, before anything else.
    #[serde(default)]
    pub handshake: Vec<HandshakeRule>,
    /// Alternative proofs of origin, of which one must hold. Empty: every request is accepted.
    #[serde(default)]
    pub verify: Vec<Verification>,
    /// What makes two requests the same: the first list whose places all have values. A request
    /// with none of them, and every request of an empty recipe, is known by the hash of its body.
    #[serde(default)]
    pub dedupe: Vec<Vec<Place>>,
    /// Where the separately addressed elements stand in the body, e.g. `/entry/*/changes/*`.
    /// Without it the request is one element.
    #[serde(default)]
    pub each: Option<Pointer>,
    /// The account an element belongs to, as the provider names it: the first place with a value.
    /// Pointers that begin like `each` look at the element's own branch.
    #[serde(default)]
    pub accounts: Vec<Place>,
    /// What must stay in order within an account, such as a sender: the first place with a value.
    #[serde(default)]
    pub thread: Vec<Place>,
    /// The answer to a request that was taken in.
    #[serde(default)]
    pub ack: Ack,
}

impl Recipe {
    /// Whether an accepted request's body is proven to be the provider's.
    ///
    /// Without that, a body that cannot be parsed is anyone's garbage rather than a delivery.
    pub fn signs_body(&self) -> bool {
        !self.verify.is_empty() && self.verify.iter().all(Verification::signs_body)
    }

    /// Names of the secrets the recipe reads, in no particular order and possibly repeated.
    pub fn secret_names(&self) -> impl Iterator<Item = &str> {
        let verifying = self.verify.iter().flat_map(Verification::secrets);
        let shaking = self.handshake.iter().filter_map(|rule| rule.token.as_ref());
        verifying.chain(shaking.map(|token| &token.secret)).map(String::as_str)
    }
}

/// What a provider is told when its request was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ack {
    /// A 2xx status.
    #[serde(default = "Ack::default_status")]
    pub status: u16,
    /// Content type of the body.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Sent as it is.
    #[serde(default)]
    pub body: String,
}

impl Ack {
    const fn default_status() -> u16 {
        200
    }

    /// The acknowledgement as a reply.
    pub fn reply(&self) -> Reply {
        Reply { status: self.status, content_type: self.content_type.clone(), body: self.body.clone().into_bytes() }
    }

    fn content_type_is_sendable(&self) -> bool {
        let value = self.content_type.as_deref();
        value.is_none_or(|value| HeaderValue::from_str(value).is_ok())
    }
}

impl Default for Ack {
    fn default() -> Self {
        Self { status: Self::default_status(), content_type: None, body: String::new() }
    }
}

/// An HTTP answer for the host to send as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status code.
    pub status: u16,
    /// Content type of the body, if the recipe names one.
    pub content_type: Option<String>,
    /// Body bytes.
    pub body: Vec<u8>,
}
