//! The table of contents: every address, and the file behind it.

use crate::{
    api_keys, attributes, audit_log, auth, authorizations, brands, canned_responses, channels, companies, connections,
    contacts, conversations, deliveries, endpoints, hooks, invitations, macros, operations, plugins, presence,
    problem::{self, Document, FieldProblem},
    queue, queues, rate, realtime,
    request::WASM_LIMIT,
    roles, rule_runs, rules, search, settings,
    state::Api,
    surveys, tags, teams, trace, triage, users,
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

/// Everything the API serves, and for every other address `pages`, which may be empty.
pub fn router(api: Api, pages: Router) -> Router {
    let timeout = Duration::from_millis(api.http.request_timeout_ms);
    Router::new()
        .route("/rate/{token}", routing::get(surveys::page::show).post(surveys::page::answer))
        .route("/app/{key}", routing::get(realtime::socket::connect))
        .route("/ws/{tenant}", routing::get(realtime::alias::connect))
        .merge(servers())
        .route("/oauth/callback", routing::get(authorizations::callback::receive))
        .route("/hooks/{endpoint_key}", routing::get(hooks::receive).post(hooks::receive))
        .merge(rest().split_for_parts().0.layer(middleware::from_fn_with_state(api.clone(), rate::limit)))
        .merge(documentation())
        .fallback_service(pages)
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
        .routes(routes!(rules::list::list, rules::create::create))
        .routes(routes!(rules::order::set))
        .routes(routes!(rules::presets::list))
        .routes(routes!(rules::schema::get))
        .routes(routes!(rules::get::get, rules::update::update, rules::delete::delete))
        .routes(routes!(rule_runs::list))
        .routes(routes!(rule_runs::get))
        .routes(routes!(rule_runs::in_conversation))
        .routes(routes!(deliveries::list::list))
        .routes(routes!(deliveries::get::get))
        .routes(routes!(deliveries::body::get))
        .routes(routes!(deliveries::replay::replay))
        .routes(routes!(queue::stats::stats))
        .routes(routes!(queue::history::history))
        .routes(routes!(queue::workers::list))
        .routes(routes!(queue::schedules::list::list))
        .routes(routes!(queue::schedules::enabled::put))
        .routes(routes!(queue::jobs::list::list))
        .routes(routes!(queue::jobs::get::get))
        .routes(routes!(queue::jobs::cancel::cancel))
        .routes(routes!(queue::jobs::retry::retry))
        .routes(routes!(queue::jobs::many::cancel))
        .routes(routes!(queue::jobs::many::retry))
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
        .routes(routes!(queue::pauses::lanes::pause, queue::pauses::lanes::resume))
        .routes(routes!(queue::pauses::kinds::pause, queue::pauses::kinds::resume))
        .routes(routes!(queue::pauses::connections::pause, queue::pauses::connections::resume))
        .routes(routes!(operations::healthz::healthz))
        .routes(routes!(operations::readyz::readyz))
        .routes(routes!(operations::metrics::metrics))
        .merge(accounts())
        .merge(inbox())
        .merge(customers())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .merge(files())
}

/// Conversations, what is said in them, and who works on them.
fn inbox() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(conversations::list::list, conversations::create::create))
        .routes(routes!(conversations::get::get, conversations::update::update, conversations::delete::delete))
        .routes(routes!(conversations::bulk::bulk))
        .routes(routes!(conversations::internal::say))
        .routes(routes!(conversations::internal::reword, conversations::internal::unsay))
        .routes(routes!(conversations::internal::pin, conversations::internal::unpin))
        .routes(routes!(conversations::thread::replies))
        .routes(routes!(conversations::thread::pins))
        .routes(routes!(conversations::participants::list))
        .routes(routes!(conversations::participants::put, conversations::participants::delete))
        .routes(routes!(conversations::assignments::get))
        .routes(routes!(conversations::take::take))
        .routes(routes!(conversations::transfer::transfer))
        .routes(routes!(conversations::escalate::escalate))
        .routes(routes!(conversations::tickets::list, conversations::tickets::create))
        .routes(routes!(conversations::triage::get))
        .routes(routes!(conversations::merge::merge, conversations::merge::unmerge))
        .routes(routes!(conversations::reviews::list, conversations::reviews::create))
        .routes(routes!(surveys::list::list, surveys::ask::ask))
        .routes(routes!(conversations::archive::archive, conversations::archive::restore))
        .routes(routes!(conversations::messages::get, conversations::send::send))
        .routes(routes!(conversations::simulate::simulate))
        .routes(routes!(channels::list::list))
        .routes(routes!(conversations::events::get))
        .routes(routes!(conversations::retry::retry))
        .routes(routes!(conversations::react::react))
        .routes(routes!(conversations::assign::assign))
        .routes(routes!(conversations::status::set))
        .routes(routes!(conversations::tags::add, conversations::tags::remove))
        .routes(routes!(conversations::read::mark))
        .routes(routes!(canned_responses::list::list, canned_responses::create::create))
        .routes(routes!(
            canned_responses::update::get,
            canned_responses::update::update,
            canned_responses::delete::delete
        ))
        .routes(routes!(canned_responses::render::render))
        .routes(routes!(macros::list::list, macros::create::create))
        .routes(routes!(macros::update::get, macros::update::update, macros::delete::delete))
        .routes(routes!(macros::run::run))
        .routes(routes!(queues::list::list))
        .routes(routes!(queues::take_next::take_next))
        .routes(routes!(realtime::info::get))
        .routes(routes!(realtime::auth::channel))
        .routes(routes!(realtime::auth::user))
        .routes(routes!(realtime::stream::hear))
        .routes(routes!(realtime::poll::ask))
        .routes(routes!(realtime::secret::get))
        .routes(routes!(realtime::secret::change))
        .routes(routes!(presence::list::list))
        .routes(routes!(presence::put::put))
        .routes(routes!(tags::list::list))
        .routes(routes!(tags::put::put, tags::delete::delete))
        .routes(routes!(brands::list::list))
        .routes(routes!(brands::put::put, brands::delete::delete))
        .routes(routes!(triage::list::list))
        .routes(routes!(triage::connections::put, triage::connections::delete))
        .routes(routes!(triage::brands::put, triage::brands::delete))
        .routes(routes!(attributes::list::list))
        .routes(routes!(attributes::put::put, attributes::delete::delete))
}

/// Contacts and their companies, and finding them and what they wrote.
fn customers() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(contacts::list::list, contacts::create::create))
        .routes(routes!(contacts::get::get, contacts::update::update))
        .routes(routes!(contacts::overview::get))
        .routes(routes!(contacts::timeline::get))
        .routes(routes!(contacts::journey::get))
        .routes(routes!(contacts::suggestions::list))
        .routes(routes!(contacts::suggestions::dismiss))
        .routes(routes!(contacts::merge::merge, contacts::merge::unmerge))
        .routes(routes!(contacts::block::block, contacts::block::unblock))
        .routes(routes!(contacts::facts::get))
        .routes(routes!(contacts::facts::refresh))
        .routes(routes!(companies::list::list, companies::create::create))
        .routes(routes!(companies::get::get, companies::update::update, companies::delete::delete))
        .routes(routes!(search::everything::search))
        .routes(routes!(search::messages::search))
}

/// People and what they may do, their accounts, and the keys of machines.
fn accounts() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(auth::invitation::read))
        .routes(routes!(auth::accept::accept))
        .routes(routes!(auth::password_reset::request))
        .routes(routes!(auth::password_reset::confirm))
        .routes(routes!(auth::sessions::list, auth::sessions::end_others))
        .routes(routes!(auth::sessions::end))
        .routes(routes!(auth::second_factor::log_in::log_in))
        .routes(routes!(
            auth::second_factor::get::get,
            auth::second_factor::begin::begin,
            auth::second_factor::remove::remove
        ))
        .routes(routes!(auth::second_factor::confirm::confirm))
        .routes(routes!(auth::second_factor::recovery_codes::renew))
        .routes(routes!(users::list::list, users::create::create))
        .routes(routes!(users::get::get, users::update::update))
        .routes(routes!(users::password::set))
        .routes(routes!(users::password_reset::reset))
        .routes(routes!(users::second_factor::remove))
        .routes(routes!(users::sessions::list, users::sessions::end_all))
        .routes(routes!(users::sessions::end))
        .routes(routes!(invitations::list::list, invitations::create::create))
        .routes(routes!(invitations::revoke::revoke))
        .routes(routes!(invitations::resend::resend))
        .routes(routes!(roles::list::list, roles::create::create))
        .routes(routes!(roles::get::get, roles::update::update, roles::delete::delete))
        .routes(routes!(teams::list::list, teams::create::create))
        .routes(routes!(teams::get::get, teams::update::update, teams::delete::delete))
        .routes(routes!(teams::members::list))
        .routes(routes!(teams::members::put, teams::members::remove))
        .routes(routes!(api_keys::list::list, api_keys::create::create))
        .routes(routes!(api_keys::revoke::revoke))
        .routes(routes!(settings::get::get, settings::put::put))
        .routes(routes!(audit_log::list::list))
        .routes(routes!(audit_log::csv::export))
}

/// What takes files, which may be larger.
fn files() -> OpenApiRouter<Api> {
    OpenApiRouter::default().routes(routes!(plugins::install::install)).layer(DefaultBodyLimit::max(WASM_LIMIT))
}

/// What a tenant's own servers ask with the libraries of Channels, signed instead of signed in.
fn servers() -> Router<Api> {
    use realtime::server_api::{channel, channels, publish, publish_batch, users};
    Router::new()
        .route("/apps/{app}/events", routing::post(publish))
        .route("/apps/{app}/batch_events", routing::post(publish_batch))
        .route("/apps/{app}/channels", routing::get(channels))
        .route("/apps/{app}/channels/{channel}", routing::get(channel))
        .route("/apps/{app}/channels/{channel}/users", routing::get(users))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
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
         (name = "realtime", description = "What happens, as it happens"),
         (name = "contacts", description = "Who writes"),
         (name = "companies", description = "Whom they work for"),
         (name = "search", description = "Finding contacts, conversations and messages"),
         (name = "connections", description = "Accounts and numbers at providers"),
         (name = "plugins", description = "What can be connected"),
         (name = "rules", description = "What happens by itself"),
         (name = "deliveries", description = "Webhook requests as they came"),
         (name = "queue", description = "What waits, what was given up, what is paused"),
         (name = "users", description = "People of the tenant"),
         (name = "roles", description = "What people may do"),
         (name = "teams", description = "Who shares a queue"),
         (name = "api-keys", description = "Keys for machines"),
         (name = "settings", description = "What holds for the whole tenant"),
         (name = "audit-log", description = "Who administered what"),
         (name = "operations", description = "For operators"))
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.bearer_format = Some("JWT, or an API key".to_owned());
        scheme.description = Some(
            "The scopes of an operation are the permissions it needs: the role of the person has to allow them, and so \
             has the API key by which somebody acts."
                .to_owned(),
        );
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
