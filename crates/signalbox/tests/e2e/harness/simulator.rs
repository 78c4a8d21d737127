//! The provider: the simulated WhatsApp Cloud API, steered over its control API wherever it runs, and webhooks signed
//! by hand for what an honest provider would not do.

use super::shop::Number;
use chrono::{DateTime, Utc};
use reqwest::{Client, Method};
use sandbox::{
    SignedWebhook,
    signing::SIGNATURE_HEADER,
    traffic::{Customer, Inbound},
};
use serde_json::{Value, json};

/// The simulated provider.
#[derive(Clone)]
pub struct Simulator {
    http: Client,
    base: String,
}

/// A webhook that can be posted as often as wanted.
#[derive(Clone)]
pub struct Delivery {
    http: Client,
    to: String,
    webhook: SignedWebhook,
}

impl Delivery {
    /// With the signature of somebody else.
    pub fn forged(mut self) -> Self {
        self.webhook.signature = sandbox::signing::sign("not the app secret", &self.webhook.body);
        self
    }

    /// Posts it; `None`: no answer.
    pub async fn post(&self) -> Option<u16> {
        let request = self
            .http
            .post(&self.to)
            .header("content-type", "application/json")
            .header(SIGNATURE_HEADER, &self.webhook.signature)
            .body(self.webhook.body.clone());
        request.send().await.ok().map(|response| response.status().as_u16())
    }
}

impl Simulator {
    /// The simulator at this address.
    pub fn at(base: impl Into<String>) -> Self {
        Self { http: Client::builder().no_proxy().build().unwrap(), base: base.into() }
    }

    /// A payload for this address, signed with this secret.
    pub fn webhook(&self, to: impl Into<String>, app_secret: &str, payload: &Value) -> Delivery {
        Delivery { http: self.http.clone(), to: to.into(), webhook: SignedWebhook::new(app_secret, payload) }
    }

    /// Any bytes, signed.
    pub fn webhook_of_bytes(&self, to: impl Into<String>, app_secret: &str, body: &'static [u8]) -> Delivery {
        let signature = sandbox::signing::sign(app_secret, body);
        Delivery { http: self.http.clone(), to: to.into(), webhook: SignedWebhook { body: body.into(), signature } }
    }

    /// Registers a number with its app; webhooks go to `callback_url`.
    pub async fn register(&self, callback_url: &str, numbers: &[&Number]) {
        let app = numbers[0];
        let body = json!({
            "app_secret": app.app_secret,
            "callback_url": callback_url,
            "numbers": numbers.iter().map(|number| json!({
                "phone_number_id": number.phone_number_id,
                "waba_id": number.waba_id,
                "display_phone_number": number.display,
                "access_token": number.access_token,
            })).collect::<Vec<_>>(),
        });
        self.control(Method::PUT, &format!("/apps/{}", app.app), &body).await;
    }

    /// A customer writes; the webhook must be taken. Returns the message's id.
    pub async fn write(&self, number: &Number, inbound: &Inbound) -> String {
        let mut body = json!(inbound);
        body["number"] = json!(number.phone_number_id);
        let played = self.control(Method::POST, "/inbound", &body).await;
        assert_eq!(played["status"], 200, "the webhook was not taken: {played}");
        played["wamid"].as_str().unwrap().to_owned()
    }

    /// The provider reports something of this payload's form.
    pub async fn deliver(&self, number: &Number, payload: &Value) {
        let answer = self.control(Method::POST, "/webhooks", &json!({ "app": number.app, "payload": payload })).await;
        assert_eq!(answer["status"], 200, "the webhook was not taken");
    }

    /// The customer has written at `at` as far as the provider remembers.
    pub async fn open_window(&self, number: &Number, customer: &Customer, at: DateTime<Utc>) {
        let body = json!({ "number": number.phone_number_id, "customer": customer, "at": at });
        self.control(Method::POST, "/windows", &body).await;
    }

    /// The number's next sends go wrong like this.
    pub async fn inject(&self, number: &Number, mut fault: Value) {
        fault["number"] = json!(number.phone_number_id);
        self.control(Method::POST, "/faults", &fault).await;
    }

    /// Sends go right again.
    pub async fn clear_faults(&self) {
        self.control(Method::DELETE, "/faults", &Value::Null).await;
    }

    /// What the number was asked to send or to mark as read, in order.
    pub async fn requests(&self, number: &Number) -> Vec<Value> {
        let path = format!("/requests?limit=100000&number={}", number.phone_number_id);
        let answer = self.control(Method::GET, &path, &Value::Null).await;
        answer.as_array().unwrap().clone()
    }

    /// What the number was asked to send with this reference.
    pub async fn requests_for(&self, number: &Number, message_id: &str) -> Vec<Value> {
        let mut requests = self.requests(number).await;
        requests.retain(|request| request["opaque"] == message_id);
        requests
    }

    async fn control(&self, method: Method, path: &str, body: &Value) -> Value {
        let mut request = self.http.request(method, format!("{}/_sandbox{path}", self.base));
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        assert!(status.is_success(), "the simulator answered {status} to {path}: {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }
}
