//! The console, as `web/` builds it: files that never change under their name, and one page that names them.
//!
//! A binary that was compiled without the console having been built, as tests of other parts are, says so on its page.

use axum::{
    Router,
    extract::Request,
    middleware,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use tower::ServiceExt as _;

/// What a page of the console may do: run our own scripts, show our own styles and images, ask where it came from.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      font-src 'self'; connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; \
                      worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Every page of the console, and the files they need. To be made once: the files stay in memory.
///
/// The console finds its way by itself, so that whatever address a browser navigates to gets the same page; but not
/// below `/api`, where a mistaken address should be told so. What is neither is not found.
pub fn pages() -> Router {
    let files = files();
    let page = files.clone();
    let fallback = async move |mut request: Request| {
        if !is_navigation(&request) {
            return StatusCode::NOT_FOUND.into_response();
        }
        *request.uri_mut() = Uri::from_static("/");
        page.oneshot(request).await.unwrap_or_else(|never| match never {})
    };
    files.fallback(fallback).layer(middleware::map_response(restrict))
}

#[cfg(built)]
#[allow(clippy::large_stack_arrays, reason = "a list of files that the compiler puts into the binary")]
fn files() -> Router {
    use memory_serve::CacheControl;
    memory_serve::load!()
        // The names of all files but the page carry a hash of what is in them.
        .cache_control(CacheControl::Custom("public, max-age=31536000, immutable"))
        .html_cache_control(CacheControl::NoCache)
        .into_router()
}

#[cfg(not(built))]
fn files() -> Router {
    let page = "The console was not built into this binary. Run `scripts/console build`, and build it again.\n";
    Router::new().route("/", axum::routing::get(async move || page))
}

fn is_navigation(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    matches!(*request.method(), Method::GET | Method::HEAD)
        && accepts.contains("text/html")
        && !request.uri().path().starts_with("/api/")
}

async fn restrict(mut response: Response) -> Response {
    if response.status() != StatusCode::NOT_FOUND {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn get(path: &str, accept: &str) -> Response {
        let request = Request::get(path).header(header::ACCEPT, accept).body(Body::empty()).unwrap();
        pages().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_browser_gets_the_page_wherever_it_navigates_to() {
        for path in ["/", "/inbox/01990000-0000-7000-8000-000000000000", "/connections?status=error"] {
            let response = get(path, "text/html,application/xhtml+xml,*/*;q=0.8").await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], POLICY);
        }
    }

    #[tokio::test]
    async fn what_is_neither_file_nor_page_is_not_found() {
        for (path, accept) in
            [("/assets/gone-12345678.js", "*/*"), ("/api/v1/nothing", "text/html"), ("/inbox", "application/json")]
        {
            assert_eq!(get(path, accept).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
