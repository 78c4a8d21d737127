//! A client of the REST API, as somebody who has logged in.

use domain::TenantId;
use reqwest::{Method, header};
use serde_json::{Value, json};

/// Somebody at the API.
#[derive(Clone)]
pub struct Rest {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// What the API answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The entity tag, if there is one.
    pub etag: Option<String>,
    /// The body; null if it is not JSON.
    pub body: Value,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }

    /// The code of a problem (RFC 9457) with this status.
    #[track_caller]
    pub fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{self:?}");
        self.body["code"].as_str().unwrap_or_else(|| panic!("a problem without a code: {self:?}"))
    }
}

impl Rest {
    /// Nobody yet.
    pub fn anonymous(base: impl Into<String>) -> Self {
        // Connections are not kept: each request goes to the next process.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { http, base: base.into(), token: None }
    }

    /// Logs in; also tells whose data is seen now.
    pub async fn login(&self, tenant: &str, email: &str, password: &str) -> (Self, TenantId) {
        let login = json!({ "tenant": tenant, "email": email, "password": password, "refresh_token_delivery": "body" });
        let tokens = self.post("/api/v1/auth/login", &login).await.ok();
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        let tenant = tokens["tenant_id"].as_str().unwrap().parse().unwrap();
        (Self { token: Some(token), ..self.clone() }, tenant)
    }

    /// Reads, from a server that may not be there.
    pub async fn try_get(&self, path: &str) -> reqwest::Result<Answer> {
        self.try_send(Method::GET, path, None, None).await
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await
    }

    /// Creates something, or makes something happen.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body), None).await
    }

    /// Sets something.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body), None).await
    }

    /// Changes something that was read with this entity tag.
    pub async fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body), Some(etag)).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>, etag: Option<&str>) -> Answer {
        let sent = self.try_send(method.clone(), path, body, etag).await;
        sent.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"))
    }

    async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        etag: Option<&str>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(etag) = etag {
            request = request.header(header::IF_MATCH, etag);
        }
        let response = request.send().await?;
        let etag = response.headers().get(header::ETAG).map(|tag| tag.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let body = serde_json::from_slice(&response.bytes().await?).unwrap_or_default();
        Ok(Answer { status, etag, body })
    }
}
