//! The way out, tried against real servers that behave, misbehave and lie.

mod addresses;
mod bodies;
mod exchange;
mod gates;
mod heads;
mod hosts;
mod names;
mod redirects;
mod support;
