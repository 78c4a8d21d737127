//! The glue between the traits and the WebAssembly component model.
//!
//! Bindings exist on the WebAssembly target only; natively a plugin's tests use
//! [`testing::MockHost`](crate::testing::MockHost) instead.

#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod bindings;
#[cfg(target_family = "wasm")]
mod convert;
#[cfg(target_family = "wasm")]
mod exports;
#[cfg(all(feature = "heap", any(test, all(target_family = "wasm", not(target_feature = "atomics")))))]
mod heap;
#[cfg(target_family = "wasm")]
mod imports;

#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub use exports::Exports;
#[cfg(target_family = "wasm")]
pub(crate) use imports::log;

/// Exports a plugin, interface by interface, and puts its manifest into the file.
///
/// ```
/// use signalbox_plugin_sdk::{Context, Event, InboundRequest, PluginError, Webhooks};
///
/// struct MyPlugin;
///
/// impl Webhooks for MyPlugin {
///     fn parse(_: &Context, _: &InboundRequest) -> Result<Vec<Event>, PluginError> {
///         Ok(Vec::new())
///     }
/// }
///
/// signalbox_plugin_sdk::export_plugin!(MyPlugin: Webhooks, manifest = "manifest.json");
/// ```
///
/// Several are joined with `+`: `MyPlugin: Webhooks + Channel + Admin`. The path is relative to the
/// crate's `Cargo.toml`; instead of `manifest = "…"`, `built_manifest` takes what the crate's
/// `build.rs` made with `build::manifest`. The manifest becomes the custom section
/// `signalbox:manifest`, where the host finds it without running anything.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ty: $first:ident $(+ $more:ident)*, manifest = $manifest:literal) => {
        $crate::export_plugin!(@ $plugin, concat!(env!("CARGO_MANIFEST_DIR"), "/", $manifest), $first $($more)*);
    };
    ($plugin:ty: $first:ident $(+ $more:ident)*, built_manifest) => {
        $crate::export_plugin!(@ $plugin, concat!(env!("OUT_DIR"), "/manifest.json"), $first $($more)*);
    };
    (@ $plugin:ty, $manifest:expr, $($interface:ident)+) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            const SIZE: usize = include_bytes!($manifest).len();

            #[unsafe(link_section = "signalbox:manifest")]
            static SECTION: [u8; SIZE] = *include_bytes!($manifest);

            type SignalboxExports = $crate::guest::Exports<$plugin>;
            $($crate::__export_interface!(SignalboxExports, $interface);)+
        };
        // Says natively, too, which trait is missing.
        $(const _: () = {
            const fn implements<P: $crate::$interface>() {}
            implements::<$plugin>();
        };)+
    };
}

/// One interface of [`export_plugin!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __export_interface {
    ($exports:ident, Webhooks) => {
        $crate::guest::bindings::webhooks::export!($exports with_types_in $crate::guest::bindings::webhooks);
    };
    ($exports:ident, Setup) => {
        $crate::guest::bindings::setup::export!($exports with_types_in $crate::guest::bindings::setup);
    };
    ($exports:ident, Channel) => {
        $crate::guest::bindings::channel::export!($exports with_types_in $crate::guest::bindings::channel);
    };
    ($exports:ident, Actions) => {
        $crate::guest::bindings::actions::export!($exports with_types_in $crate::guest::bindings::actions);
    };
    ($exports:ident, Triggers) => {
        $crate::guest::bindings::triggers::export!($exports with_types_in $crate::guest::bindings::triggers);
    };
    ($exports:ident, Enrich) => {
        $crate::guest::bindings::enrich::export!($exports with_types_in $crate::guest::bindings::enrich);
    };
    ($exports:ident, Admin) => {
        $crate::guest::bindings::admin::export!($exports with_types_in $crate::guest::bindings::admin);
    };
}
