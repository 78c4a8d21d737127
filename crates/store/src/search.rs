//! Finding things by what people type.
//!
//! Names are found by any part of them ([`names`]), messages by their words and beginnings of words ([`messages`]). Case
//! and accents count for neither: the database function `search_form` takes them away from what is stored and from what
//! is typed. Neither reads a whole tenant: what many have is found by looking at the latest, what few have in an index.

pub mod messages;
pub(crate) mod names;
mod snippet;

pub use snippet::Fragment;

use serde_json::Value;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// As many are looked up one by one. When there are more, a page of a list soon meets them by itself.
const FEW: usize = 5_000;

/// Who has what is looked for.
pub(crate) enum Found {
    /// These.
    Few(Vec<Uuid>),
    /// So many that the list meets them on its way.
    Many,
}

impl Found {
    /// What an index found, having been asked for at most [`FEW`] and one more.
    pub fn of(ids: Vec<Uuid>) -> Self {
        if ids.len() > FEW { Self::Many } else { Self::Few(ids) }
    }

    /// Leaves who has these fields of the tenant's own making, of rows `row`.
    pub fn narrow_to_attributes(&self, query: &mut QueryBuilder<Postgres>, row: &str, wanted: &Value) {
        match self {
            Self::Few(ids) => among(query, &format!("{row}.id"), ids),
            Self::Many => {
                query.push(" AND ").push(row).push(".custom_attributes @> ").push_bind(wanted.clone());
            }
        }
    }
}

/// How many to ask an index for.
pub(crate) fn at_most() -> i32 {
    i32::try_from(FEW + 1).unwrap_or(i32::MAX)
}

/// Leaves these.
pub(crate) fn among(query: &mut QueryBuilder<Postgres>, column: &str, ids: &[Uuid]) {
    query.push(" AND ").push(column).push(" = ANY(").push_bind(ids.to_vec()).push(")");
}
