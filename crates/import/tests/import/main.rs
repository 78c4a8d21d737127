//! Imports into a real database.

mod again;
mod chatwoot;
mod contacts;
mod format;
mod refusals;
mod storing;
mod world;
