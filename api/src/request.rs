//! What handlers take out of a request, with refusals that say what is wrong.

mod body;
mod change;
mod creation;
mod etag;
pub mod paging;
mod params;
mod wasm;

pub use body::{Json, read_part};
pub use change::Change;
pub use creation::Creation;
pub use etag::{IfMatch, tagged};
pub use paging::{Limit, Page, Paging};
pub use params::{Path, Query};
pub use wasm::{WASM_LIMIT, Wasm};
