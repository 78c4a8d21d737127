//! What a Signalbox plugin is written with.
//!
//! A plugin is a type that implements the traits of what it does, and hands itself to
//! [`export_plugin!`]:
//!
//! | trait | what it is for |
//! |---|---|
//! | [`Webhooks`] | turn a webhook into events |
//! | [`Setup`] | tell the provider where webhooks go |
//! | [`Channel`] | send messages |
//! | [`Actions`] | do what rules and people ask for |
//! | [`Triggers`] | ask the provider for news |
//! | [`Enrich`] | tell what the provider knows about a customer |
//! | [`Admin`] | serve the settings form |
//!
//! The way out is a [`Host`]: HTTP, state, signatures, randomness and the clock. Tests have one of
//! their own, [`testing::MockHost`], so that a plugin is tested natively, without WebAssembly.
//!
//! The types of messages and errors are plain serde types: with `default-features = false` a host
//! uses them without the WebAssembly bindings. The WIT package beside this crate, in `wit/`, is the
//! contract; what travels in it as JSON is described by the types here.
#![deny(missing_docs)]

pub mod actions;
pub mod admin;
#[cfg(feature = "schemars")]
pub mod build;
pub mod call;
pub mod channel;
pub mod content;
pub mod enrich;
pub mod error;
pub mod event;
pub mod failure;
#[cfg(feature = "guest")]
pub mod guest;
pub mod host;
pub mod http;
pub mod log;
pub mod outbound;
pub mod sender;
#[cfg(feature = "schemars")]
pub mod settings;
pub mod setup;
pub mod state;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod triggers;
pub mod webhooks;

pub use actions::Actions;
pub use admin::{Account, Admin, Check, CheckReport, Choice};
pub use call::Context;
pub use channel::{Channel, Receipt, ReceiptState};
pub use content::{Content, Media};
pub use enrich::{Enrich, Fact, Subject};
pub use error::{ErrorKind, PluginError};
pub use event::Event;
pub use failure::FailureReason;
pub use host::Host;
pub use outbound::{OutboundContent, OutboundMessage};
#[cfg(feature = "schemars")]
pub use schemars;
pub use sender::{Sender, SenderId};
pub use setup::Setup;
pub use triggers::{News, Triggers};
pub use webhooks::{InboundRequest, Webhooks};
