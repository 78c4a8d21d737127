//! `GET /oauth/callback`: a person comes back from the provider.
//!
//! The address is public, so nothing is believed but the state, which names the tenant, the connection and who began.
//! It is used up before anything else happens, it must come from the browser that began, and whoever began must still be
//! allowed to. The answer is a page for people, which leads nowhere.

use super::{page::Page, redirect_uri, required};
use crate::{
    auth::{self, ClientAddress, Doer, Record},
    problem::Problem,
    state::Api,
    trace::Trace,
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use domain::{connection::ConnectionStatus, role::Permission};
use http::HeaderMap;
use oauth::{Authorization, Error, Subject, Unredeemed};
use serde::Deserialize;
use store::refresh_tokens;

/// What the provider adds to the address (RFC 6749, sections 4.1.2 and 4.1.2.1).
#[derive(Deserialize)]
pub struct Params {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// Receives whoever comes back.
pub async fn receive(
    State(api): State<Api>,
    address: ClientAddress,
    trace: Trace,
    headers: HeaderMap,
    params: Result<Query<Params>, QueryRejection>,
) -> Response {
    let page = match params {
        Ok(Query(params)) => welcome(&api, Visit { address, trace, headers }, params).await,
        Err(_) => Ok(Page::Unknown),
    };
    match page {
        Ok(page) => page.into_response(),
        // The problem was logged where it arose; here stands a person who cannot read it.
        Err(_) => Page::Failed.into_response(),
    }
}

/// How somebody comes back.
struct Visit {
    address: ClientAddress,
    trace: Trace,
    headers: HeaderMap,
}

async fn welcome(api: &Api, visit: Visit, params: Params) -> Result<Page, Problem> {
    let Some(state) = params.state else { return Ok(Page::Unknown) };
    let shown = |name: &str| auth::cookie::named(&visit.headers, name);
    let authorization = match api.oauth.redeem(&state, shown).await.map_err(problem)? {
        Ok(authorization) => authorization,
        Err(Unredeemed::Unknown) => return Ok(Page::Unknown),
        Err(Unredeemed::Used) => return Ok(Page::Used),
        Err(Unredeemed::Expired) => return Ok(Page::Expired),
        Err(Unredeemed::OtherBrowser) => return Ok(Page::OtherBrowser),
    };
    match (params.error.as_deref(), params.code) {
        (Some("access_denied"), _) => Ok(Page::Declined),
        (None, Some(code)) if !code.is_empty() => complete(api, &visit, authorization, &code).await,
        // What the provider says besides is a stranger's text.
        _ => Ok(Page::NoCode),
    }
}

async fn complete(api: &Api, visit: &Visit, authorization: Authorization, code: &str) -> Result<Page, Problem> {
    let mut tx = api.database.begin(authorization.tenant).await?;
    let user = refresh_tokens::actor(&mut tx, authorization.user, None).await?;
    if !user.is_some_and(|user| user.permissions.has(Permission::ManageConnections)) {
        return Ok(Page::NotAllowed);
    }
    let (connection, compiled) = required(api, &mut tx, authorization.connection).await?;
    tx.commit().await?;
    let subject = Subject { tenant: authorization.tenant, connection: &connection, manifest: &compiled.manifest };
    let doer = Doer {
        user: authorization.user,
        api_key: None,
        address: visit.address.0,
        request_id: visit.trace.request_id().to_owned(),
    };
    let entry = Record::new("connection.authorized").of(connection.id).by(&doer, api.now());
    match api.oauth.complete(&subject, authorization, code, &redirect_uri(api), entry).await {
        Ok(()) => {
            let is_off = connection.status == ConnectionStatus::Disabled;
            Ok(Page::Connected { name: connection.name.clone(), is_off })
        }
        Err(Error::NeedsPerson { why, .. }) => Ok(Page::Refused { why }),
        Err(Error::Unavailable { why, .. }) => Ok(Page::Unavailable { why }),
        Err(error) => Err(problem(error)),
    }
}

fn problem(error: Error) -> Problem {
    match error {
        Error::Store(error) => error.into(),
        Error::Change(error) => error.into(),
        error => Problem::internal(error),
    }
}
