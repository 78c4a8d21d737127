//! A private cluster lives through what happens to it: restarts, kills, odd directories.

#[path = "cluster/crash.rs"]
mod crash;
#[path = "cluster/lifecycle.rs"]
mod lifecycle;
#[path = "cluster/places.rs"]
mod places;
#[path = "cluster/support.rs"]
mod support;
