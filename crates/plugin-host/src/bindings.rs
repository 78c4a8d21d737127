//! Generated from the WIT package of the SDK. Each interface is linked and looked up on its own:
//! the world as a whole is never instantiated, so a plugin may leave out what it does not do.
#![allow(clippy::all, clippy::pedantic, missing_docs, reason = "generated code")]

wasmtime::component::bindgen!({
    path: "../../plugin-sdk/wit",
    world: "plugin",
    imports: {
        "signalbox:plugin/http.send": async,
    },
    exports: { default: async },
});
