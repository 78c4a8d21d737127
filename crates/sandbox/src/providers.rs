//! Which provider a request is for.

use axum::Router;
use axum::extract::Request;
use axum::http::header;
use axum::response::Response;
use std::convert::Infallible;
use tower::ServiceExt as _;

/// Hosts that the simulators stand for, with `*` for one label, in the form that `egress` maps.
pub const HOSTS: [&str; 4] = ["graph.facebook.com", "*.myshopify.com", "api.hubapi.com", "app.hubspot.com"];

/// The providers, each with its routes.
#[derive(Clone)]
pub(crate) struct Providers {
    pub(crate) whatsapp: Router,
    pub(crate) shopify: Router,
    pub(crate) hubspot: Router,
}

impl Providers {
    pub(crate) async fn answer(self, request: Request) -> Response {
        let provider = self.of(&request);
        provider.oneshot(request).await.unwrap_or_else(|never: Infallible| match never {})
    }

    /// By the host that the simulator stands for; by the path, where it is called by its own address.
    fn of(self, request: &Request) -> Router {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(name, _)| name).to_lowercase();
        match host.as_str() {
            "graph.facebook.com" => return self.whatsapp,
            "api.hubapi.com" | "app.hubspot.com" => return self.hubspot,
            shop if shop.ends_with(".myshopify.com") => return self.shopify,
            _ => {}
        }
        match request.uri().path().split('/').nth(1) {
            Some("crm" | "oauth" | "account-info") => self.hubspot,
            Some("admin") => self.shopify,
            _ => self.whatsapp,
        }
    }
}
