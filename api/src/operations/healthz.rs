//! `GET /healthz`

/// Is the process alive?
#[utoipa::path(get, path = "/healthz", tag = "operations", security(()),
    responses((status = 200, description = "It is", content_type = "text/plain", body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}
