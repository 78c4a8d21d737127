//! Plugins that try to see or send a secret, and plugins that flood their host.

mod canary;
mod echo;
mod floods;
mod greedy;
#[expect(dead_code, reason = "the other tests use more of it")]
#[path = "../host/guest.rs"]
mod guest;
mod logs;
mod secrets;
