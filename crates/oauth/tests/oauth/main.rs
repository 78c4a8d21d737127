//! Tokens of connections, on a real database and with a real, strict authorization server.

mod authorization;
mod canary;
mod client_credentials;
mod crash;
mod renewal;
mod world;
