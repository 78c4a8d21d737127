//! The API without a socket, for whoever holds the master key: commands go through the same checks as requests.

use crate::{plugins, process::Process};
use anyhow::{Context as _, bail};
use api::{AccessKey, Api, Claims, Parts};
use axum::{Router, body::Body};
use chrono::TimeDelta;
use domain::{SessionId, TenantId, UserId, role::Role};
use http::{Method, Request, header};
use serde_json::Value;
use std::{net::Ipv4Addr, sync::Arc};
use store::{Database, TenantTx, refresh_tokens, sessions, tenants::Tenant, users};
use tower::ServiceExt as _;

/// The largest answer that is read.
const MOST: usize = 16 << 20;

/// An admin of one tenant, at work on this machine.
pub struct Operator {
    router: Router,
    token: String,
}

/// A tenant by its short name.
pub async fn tenant(database: &Database, slug: &str) -> anyhow::Result<Tenant> {
    let found = store::tenants::find(database.pool(), slug).await?;
    found.with_context(|| format!("there is no tenant `{slug}`"))
}

impl Operator {
    /// Acts as an admin of the tenant.
    pub async fn of(process: &Process, tenant: TenantId) -> anyhow::Result<Self> {
        let token = sign_in(process, tenant, TimeDelta::hours(1)).await?;
        let access_key = access_key(process).await?;
        let api = Api::new(Parts {
            database: process.database.clone(),
            queue: process.queue.clone(),
            keyring: Arc::clone(&process.keyring),
            egress: plugins::egress(&process.config, Vec::new())?,
            clock: Arc::clone(&process.clock),
            http: process.config.http.clone(),
            auth: process.config.auth.clone(),
            rate_limit: config::RateLimit { per_caller: 0, per_address: 0 },
            sends_mail: process.config.mail.host.is_some(),
            base_url: process.config.base_url(),
            access_key,
            metrics: None,
            installers: process.config.plugins.install,
            readiness: Arc::new(()),
        });
        Ok(Self { router: api::router(api, Router::new()), token })
    }

    /// Reads something.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        Ok(self.read(path).await?.0)
    }

    /// Reads something with its entity tag, which a change of it must name.
    pub async fn read(&self, path: &str) -> anyhow::Result<(Value, String)> {
        self.call(Method::GET, path, None, Body::empty()).await
    }

    /// Everything in a list, page by page.
    pub async fn all(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let mut all = Vec::new();
        let mut page = self.get(path).await?;
        loop {
            if let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) {
                all.extend(items);
            }
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(cursor) => page = self.get(&format!("{path}?cursor={cursor}")).await?,
                None => return Ok(all),
            }
        }
    }

    /// Creates something.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        Ok(self.call(Method::POST, path, None, Body::from(serde_json::to_vec(body)?)).await?.0)
    }

    /// Changes a part of something that has this entity tag.
    pub async fn patch(&self, path: &str, etag: &str, body: &Value) -> anyhow::Result<Value> {
        Ok(self.call(Method::PATCH, path, Some(etag), Body::from(serde_json::to_vec(body)?)).await?.0)
    }

    /// Replaces something that has this entity tag.
    pub async fn put(&self, path: &str, etag: &str, body: &Value) -> anyhow::Result<Value> {
        Ok(self.call(Method::PUT, path, Some(etag), Body::from(serde_json::to_vec(body)?)).await?.0)
    }

    /// The answer, and its entity tag if it has one.
    async fn call(
        &self,
        method: Method,
        path: &str,
        etag: Option<&str>,
        body: Body,
    ) -> anyhow::Result<(Value, String)> {
        let mut request = Request::builder();
        if let Some(etag) = etag {
            request = request.header(header::IF_MATCH, etag);
        }
        let request = request
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)?;
        let response = self.router.clone().oneshot(request).await?;
        let status = response.status();
        let etag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
        let etag = etag.unwrap_or_default().to_owned();
        let bytes = axum::body::to_bytes(response.into_body(), MOST).await?;
        let answer: Value = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes)? };
        if !status.is_success() {
            bail!("{}", told(&answer));
        }
        Ok((answer, etag))
    }
}

/// The first active admin of the transaction's tenant, as whom the operator acts.
pub async fn admin(tx: &mut TenantTx) -> anyhow::Result<UserId> {
    let people = users::list(tx, None, 1000).await?;
    let admin = people.into_iter().find(|user| user.role == Role::Admin.into() && user.active);
    Ok(admin.context("the tenant has no active admin")?.id)
}

/// What the admin sees of such a session, in the list of theirs.
const USER_AGENT: &str = "signalbox, run by the operator";

/// A token of the tenant's first admin. Its session has no refresh token that anybody knows, and shows in the admin's
/// list, where they can end it.
pub async fn sign_in(process: &Process, tenant: TenantId, lifetime: TimeDelta) -> anyhow::Result<String> {
    let now = process.clock.now();
    let mut tx = process.database.begin(tenant).await?;
    let user = admin(&mut tx).await?;
    let session = SessionId::new();
    refresh_tokens::insert(&mut tx, &rand::random::<[u8; 32]>(), session, user, now, now + lifetime).await?;
    sessions::touch(&mut tx, session, user, &Ipv4Addr::LOCALHOST.to_string(), USER_AGENT, now).await?;
    tx.commit().await?;
    let claims = Claims { tenant, user, session };
    Ok(access_key(process).await?.sign(claims, Role::Admin.into(), now, lifetime)?)
}

async fn access_key(process: &Process) -> anyhow::Result<AccessKey> {
    let now = process.clock.now();
    AccessKey::load_or_create(process.database.pool(), &process.keyring, now).await.context("the access token key")
}

/// A problem in the words of a command line.
fn told(problem: &Value) -> String {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut lines = vec![match text(problem, "detail") {
        detail if detail.is_empty() => text(problem, "title"),
        detail => detail,
    }];
    for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
        lines.push(format!("  {}: {}", text(error, "pointer"), text(error, "message")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_problem_is_told_with_its_fields() {
        let problem = json!({
            "title": "Invalid", "detail": "The request is invalid.",
            "errors": [{ "pointer": "/settings/phone_number_id", "code": "required", "message": "is missing" }]
        });
        assert_eq!(told(&problem), "The request is invalid.\n  /settings/phone_number_id: is missing");
        assert_eq!(told(&json!({ "title": "Conflict" })), "Conflict");
    }
}
