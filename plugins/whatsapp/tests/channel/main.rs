//! The plugin as the host calls it, natively.

mod manifest;
mod properties;
mod send;
mod support;
mod webhooks;
