//! OAuth 2.0 tokens of connections (RFC 6749): obtained, kept and renewed by the host.
//!
//! A plugin's manifest says how its provider grants access ([`manifest::Oauth`]). Everything else happens here: a
//! person is sent to the provider and comes back with a code ([`Keeper::begin`], [`Keeper::redeem`],
//! [`Keeper::complete`]); a call gets an access token that is still good ([`Keeper::access`]); tokens are renewed
//! ahead of their end, by one process of the fleet at a time, and the renewed ones are durable before anybody uses
//! them. What only a person can mend marks the connection `needs_reauth`, which parks its jobs. Why it is done so, and
//! what no order of steps can save, is in `docs/adr/0015-oauth-tokens-are-the-hosts.md`.
//!
//! - [`Keeper`]: what the rest of the product calls
//! - `client`: the client of one connection, out of its manifest, settings and secrets
//! - `exchange`, `answer`: a request for a token, and what the answer means
//! - `pkce`: what proves that whoever brings a code is who asked for it
//! - `times`: when a token is renewed, and when it is not used any more
//! - `sealed`: tokens as they lie in the database

#![deny(clippy::disallowed_methods, missing_docs)]

mod answer;
mod client;
mod error;
mod exchange;
mod keeper;
mod pkce;
mod sealed;
mod times;

pub use error::Error;
pub use keeper::{Access, Authorization, Begun, BrowserPass, Keeper, Subject, Unredeemed};
