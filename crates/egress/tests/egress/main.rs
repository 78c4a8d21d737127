//! The way out, tried against real servers that behave, misbehave and lie.

mod exchange;
mod gates;
mod redirects;
mod support;
