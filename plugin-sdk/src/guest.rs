//! The glue between the [`Plugin`](crate::Plugin) trait and the WebAssembly component model.
//!
//! Bindings exist on the WebAssembly target only; natively [`HostHttp`] refuses every request, and
//! a plugin's tests use [`testing::MockHttp`](crate::testing) instead.

use crate::http::{Failure, Http, Request, Response};

#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod bindings;
#[cfg(target_family = "wasm")]
mod convert;
#[cfg(target_family = "wasm")]
mod exports;

#[cfg(target_family = "wasm")]
pub(crate) use convert::log;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub use exports::Exports;

/// The host's HTTP.
#[derive(Debug, Clone, Copy, Default)]
pub struct HostHttp;

impl Http for HostHttp {
    #[cfg(target_family = "wasm")]
    fn send(&self, request: Request) -> Result<Response, Failure> {
        convert::send(request)
    }

    #[cfg(not(target_family = "wasm"))]
    fn send(&self, _request: Request) -> Result<Response, Failure> {
        Err(Failure::unsent(crate::http::FailureKind::Denied, "there is no host outside WebAssembly"))
    }
}

/// Exports a plugin and puts its manifest into the file.
///
/// ```
/// use signalbox_plugin_sdk::{Context, Event, InboundRequest, Plugin, PluginError};
///
/// struct MyPlugin;
///
/// impl Plugin for MyPlugin {
///     fn parse(_: &Context, _: &InboundRequest) -> Result<Vec<Event>, PluginError> {
///         Ok(Vec::new())
///     }
/// }
///
/// signalbox_plugin_sdk::export_plugin!(MyPlugin, manifest = "manifest.json");
/// ```
///
/// The path is relative to the crate's `Cargo.toml`. The manifest becomes the custom section
/// `signalbox:manifest`, where the host finds it without running anything.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ty, manifest = $manifest:literal) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            const MANIFEST: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $manifest));

            #[used]
            #[unsafe(link_section = "signalbox:manifest")]
            static SECTION: [u8; MANIFEST.len()] = *include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $manifest));

            type SignalboxExports = $crate::guest::Exports<$plugin>;
            $crate::guest::bindings::export!(
                SignalboxExports with_types_in $crate::guest::bindings
            );
        };
    };
}
