//! What a Signalbox plugin is written with.
//!
//! A plugin implements [`Plugin`] and hands the type to [`export_plugin!`]. The types of messages
//! and errors are plain serde types: with `default-features = false` a host uses them without the
//! WebAssembly bindings. The WIT package beside this crate, in `wit/`, is the contract; what
//! travels in it as JSON is described by the types here.
#![deny(missing_docs)]

pub mod check;
pub mod content;
pub mod error;
pub mod event;
pub mod failure;
#[cfg(feature = "guest")]
pub mod guest;
pub mod http;
pub mod log;
pub mod outbound;
pub mod plugin;
pub mod sender;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use check::{Account, Check, CheckReport};
pub use content::{Content, Media};
pub use error::{ErrorKind, PluginError};
pub use event::Event;
pub use failure::FailureReason;
pub use outbound::{OutboundContent, OutboundMessage};
pub use plugin::{Context, InboundRequest, Plugin, Receipt, ReceiptState};
pub use sender::{Sender, SenderId};
