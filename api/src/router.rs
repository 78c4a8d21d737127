//! The table of contents: every address, and the file behind it.

use crate::{
    auth, authorizations, connections, contacts, conversations, deliveries, endpoints, hooks, operations, plugins,
    problem::{self, Document, FieldProblem},
    queue,
    request::WASM_LIMIT,
    rule_runs, rules,
    state::Api,
    trace, users,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::Response,
    routing,
};
use http::{HeaderName, HeaderValue, header};
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::SwaggerUi;

/// The largest body of a REST request; webhooks have their own limit.
const BODY_LIMIT: usize = 1024 * 1024;

/// Everything the API serves.
pub fn router(api: Api) -> Router {
    let timeout = Duration::from_millis(api.http.request_timeout_ms);
    Router::new()
        .route("/oauth/callback", routing::get(authorizations::callback::receive))
        .route("/hooks/{endpoint_key}", routing::get(hooks::receive).post(hooks::receive))
        .merge(rest().split_for_parts().0)
        .merge(documentation())
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(trace::follow))
                .layer(middleware::from_fn(protect))
                .layer(middleware::from_fn(problem::render))
                .layer(middleware::from_fn_with_state(timeout, problem::time_out))
                .layer(CatchPanicLayer::custom(problem::from_panic)),
        )
        .with_state(api)
}

fn rest() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(auth::login::login))
        .routes(routes!(auth::refresh::refresh))
        .routes(routes!(auth::logout::logout))
        .routes(routes!(auth::me::me))
        .routes(routes!(users::list::list, users::create::create))
        .routes(routes!(users::get::get, users::update::update))
        .routes(routes!(users::password::set))
        .routes(routes!(plugins::list::list))
        .routes(routes!(plugins::get::get))
        .routes(routes!(plugins::version::get, plugins::uninstall::uninstall))
        .routes(routes!(plugins::defaults::get, plugins::defaults::put))
        .routes(routes!(plugins::install::get))
        .routes(routes!(endpoints::list::list, endpoints::create::create))
        .routes(routes!(endpoints::get::get, endpoints::update::update, endpoints::delete::delete))
        .routes(routes!(connections::list::list, connections::create::create))
        .routes(routes!(connections::get::get, connections::update::update, connections::delete::delete))
        .routes(routes!(connections::status::set))
        .routes(routes!(connections::settings::get, connections::settings::update))
        .routes(routes!(connections::options::list))
        .routes(routes!(connections::options::get))
        .routes(routes!(connections::health::get))
        .routes(routes!(connections::actions::ask))
        .routes(routes!(connections::actions::get))
        .routes(routes!(connections::upgrade::get, connections::upgrade::upgrade))
        .routes(routes!(connections::rollback::roll_back))
        .routes(routes!(connections::checks::test))
        .routes(routes!(connections::checks::get))
        .routes(routes!(connections::calls::list))
        .routes(routes!(authorizations::begin::begin))
        .routes(routes!(authorizations::get::get))
        .routes(routes!(connections::templates::list))
        .routes(routes!(connections::templates::sync))
        .routes(routes!(conversations::list::list))
        .routes(routes!(conversations::get::get))
        .routes(routes!(conversations::messages::get, conversations::send::send))
        .routes(routes!(conversations::events::get))
        .routes(routes!(conversations::retry::retry))
        .routes(routes!(conversations::react::react))
        .routes(routes!(conversations::assign::assign))
        .routes(routes!(conversations::status::set))
        .routes(routes!(conversations::tags::add, conversations::tags::remove))
        .routes(routes!(conversations::read::mark))
        .routes(routes!(contacts::list::list))
        .routes(routes!(contacts::get::get, contacts::update::update))
        .routes(routes!(contacts::facts::get))
        .routes(routes!(contacts::facts::refresh))
        .routes(routes!(rules::list::list, rules::create::create))
        .routes(routes!(rules::order::set))
        .routes(routes!(rules::presets::list))
        .routes(routes!(rules::schema::get))
        .routes(routes!(rules::get::get, rules::update::update, rules::delete::delete))
        .routes(routes!(rule_runs::list))
        .routes(routes!(deliveries::list::list))
        .routes(routes!(deliveries::get::get))
        .routes(routes!(deliveries::body::get))
        .routes(routes!(deliveries::replay::replay))
        .routes(routes!(queue::stats::stats))
        .routes(routes!(queue::jobs::list::list))
        .routes(routes!(queue::jobs::get::get))
        .routes(routes!(queue::jobs::cancel::cancel))
        .routes(routes!(queue::jobs::retry::retry))
        .routes(routes!(queue::dead_letters::list::list))
        .routes(routes!(queue::dead_letters::many::replay))
        .routes(routes!(queue::dead_letters::many::discard))
        .routes(routes!(
            queue::dead_letters::get::get,
            queue::dead_letters::edit::edit,
            queue::dead_letters::discard::discard
        ))
        .routes(routes!(queue::dead_letters::replay::replay))
        .routes(routes!(queue::pauses::list::list))
        .routes(routes!(queue::pauses::all::pause, queue::pauses::all::resume))
        .routes(routes!(queue::pauses::kinds::pause, queue::pauses::kinds::resume))
        .routes(routes!(queue::pauses::connections::pause, queue::pauses::connections::resume))
        .routes(routes!(operations::healthz::healthz))
        .routes(routes!(operations::readyz::readyz))
        .routes(routes!(operations::metrics::metrics))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .merge(files())
}

/// What takes files, which may be larger.
fn files() -> OpenApiRouter<Api> {
    OpenApiRouter::default().routes(routes!(plugins::install::install)).layer(DefaultBodyLimit::max(WASM_LIMIT))
}

fn documentation() -> Router<Api> {
    let ui = utoipa_swagger_ui::Config::from("/openapi.json").validator_url("none");
    Router::new()
        .route("/openapi.json", routing::get(operations::docs::document))
        .route("/docs/problems", routing::get(operations::docs::problems))
        .merge(SwaggerUi::new("/docs").config(ui))
}

/// What the handlers say about themselves.
pub(crate) fn described() -> utoipa::openapi::OpenApi {
    rest().into_openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Signalbox", description = "Customer messaging: webhooks in, conversations, rules, replies out.\n\n\
        Failed requests are answered with `application/problem+json` (RFC 9457); `/docs/problems` explains every \
        code. Lists are read page by page with `cursor`."),
    components(schemas(Document, FieldProblem)),
    modifiers(&Bearer),
    security(("access_token" = [])),
    tags((name = "auth", description = "Signing in and out"),
         (name = "conversations", description = "What agents see and do"),
         (name = "contacts", description = "Who writes"),
         (name = "connections", description = "Accounts and numbers at providers"),
         (name = "plugins", description = "What can be connected"),
         (name = "rules", description = "What happens by itself"),
         (name = "deliveries", description = "Webhook requests as they came"),
         (name = "queue", description = "What waits, what was given up, what is paused"),
         (name = "users", description = "People of the tenant"),
         (name = "operations", description = "For operators"))
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.bearer_format = Some("JWT".to_owned());
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("access_token", SecurityScheme::Http(scheme));
    }
}

/// What browsers must not do with our answers.
async fn protect(request: Request, next: Next) -> Response {
    let is_page = request.uri().path().starts_with("/docs");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = if is_page { PAGE_POLICY } else { "default-src 'none'; frame-ancestors 'none'" };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The documentation runs its own scripts and nobody else's; its styles are partly inline.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           frame-ancestors 'none'";
