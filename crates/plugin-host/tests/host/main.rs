//! Plugins that loop, allocate, crash, lie and try to break out, and some that behave.

mod calls;
mod containment;
mod golden;
mod guest;
mod loading;
mod memory;
mod network;
mod records;
