//! Brands: what a tenant shows its customers as.

pub mod delete;
pub mod list;
pub mod put;

use serde::Serialize;
use store::brands::Brand;

/// A brand.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Brand)]
pub struct ShownBrand {
    /// What conversations, contacts and connections name it by.
    key: String,
    /// What people call it.
    name: String,
}

impl From<Brand> for ShownBrand {
    fn from(brand: Brand) -> Self {
        Self { key: brand.key, name: brand.name }
    }
}
