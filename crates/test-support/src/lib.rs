//! Dev-only: test databases and the throwaway server under them.

mod database;
mod server;
mod template;
mod throwaway;

pub use database::TestDatabase;
pub use throwaway::Throwaway;
