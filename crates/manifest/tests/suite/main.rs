//! What the crate promises to hosts and plugin authors, tried from outside.

mod diff;
mod documentation;
mod handshake;
mod manifest;
mod oauth;
mod portion;
mod properties;
mod route;
mod settings;
mod support;
mod tamper;
mod vectors;
