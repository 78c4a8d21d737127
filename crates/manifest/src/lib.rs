//! What a plugin says about itself, as data the host can trust.
//!
//! A plugin's **manifest** names its capabilities: the hosts it may call, the secrets it may have
//! injected, its settings and actions as JSON Schemas, and the **recipe** by which the host answers
//! handshakes, verifies, dedupes, routes and acknowledges its webhooks. Everything here is pure:
//! no clock, no network, no storage.

#![deny(clippy::disallowed_methods)]

mod diff;
mod error;
mod form;
mod host;
mod manifest;
mod preamble;
mod recipe;
mod schema;
mod settings;

pub use diff::{Capability, Difference, FieldChange, FieldDifference, Named, capabilities};
pub use error::{Fault, ManifestError, Reason};
pub use host::{HostMalformed, HostPattern, HostUnresolved};
pub use manifest::{
    Action, ClientAuth, ClientId, Component, EgressRule, Grant, Handle, Injection, InjectionPlace, Interface, Limits,
    Manifest, Method, Oauth, OauthClient, OauthUrl, OauthUrlMalformed, RULES, Rate, RateScope, RichLimits, Scope,
    ScopeSeparator, SecretRule, Trigger, schema,
};
pub use preamble::{Preamble, PreambleError};
pub use recipe::{
    Ack, Algorithm, Answer, BodyFormat, BodyHash, Condition, Content, Denied, Encoding, HandshakeRule, HeaderField,
    HmacRule, KeyEncoding, KeyRule, Part, Place, Pointer, PointerMalformed, PortRule, Recipe, Reply, Request, Routing,
    Secrets, SignatureRule, SignatureShape, TimeUnit, TimestampRule, TimestampSource, TokenCheck, TokenRule,
    Unroutable, UrlRule, Verification,
};
pub use schema::{DataSchema, FieldError, GeneratedSchema, keywords};
pub use settings::{Change, DynamicOptions, FieldHints, Origin, SecretChange, SettingsSchema, Stored};
