//! Finding things by what people type.
//!
//! Names are found by any part of them ([`names`]), messages by their words and beginnings of words ([`messages`]). Case
//! and accents count for neither: the database function `search_form` takes them away from what is stored and from what
//! is typed. Neither reads a whole tenant: what many have is found by looking at the latest, what few have in an index.

pub mod messages;
pub(crate) mod names;
mod snippet;

pub use snippet::Fragment;
