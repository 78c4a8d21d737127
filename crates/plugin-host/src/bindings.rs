//! Generated from the WIT package of the SDK: the types, and the traits of what plugins import.
//! Exported functions are looked up one by one (`plugin/functions.rs`): the world as a whole is
//! never instantiated, so a plugin may leave out what it does not do.
#![allow(clippy::all, clippy::pedantic, missing_docs, dead_code, reason = "generated code")]

wasmtime::component::bindgen!({
    path: "../../plugin-sdk/wit",
    world: "plugin",
    imports: {
        "signalbox:plugin/http.send": async,
        "signalbox:plugin/state.get": async,
        "signalbox:plugin/state.put": async,
        "signalbox:plugin/state.delete": async,
        "signalbox:plugin/crypto.random": trappable,
    },
});
