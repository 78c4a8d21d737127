//! Dev-only: test databases and the throwaway server under them, and an authorization server.

pub mod authorization_server;
mod database;
mod server;
mod template;
mod throwaway;

pub use authorization_server::AuthorizationServer;
pub use database::TestDatabase;
pub use throwaway::Throwaway;
