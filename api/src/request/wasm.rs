//! A `.wasm` file as the body of a request.

use super::body;
use crate::problem::{Code, Problem};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};

/// The largest file, in bytes: what a plugin host compiles.
pub const WASM_LIMIT: usize = 8 << 20;

/// The bytes of a `.wasm` file, up to the limit of the route.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Wasm(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Wasm {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if body::essence(request.headers()).as_deref() != Some("application/wasm") {
            return Err(Code::UnsupportedMediaType.into());
        }
        body::read(request, state).await.map(Self)
    }
}
