//! A tenant with a number at the provider: what most stories begin with.

use super::{Delivery, Deployment, Rest, Simulator, eventually};
use chrono::Utc;
use domain::TenantId;
use sandbox::traffic::{Customer, Inbound, Line};
use serde_json::{Value, json};
use sqlx::Row as _;
use std::collections::BTreeMap;

/// A tenant with its admin.
#[derive(Clone)]
pub struct Tenant {
    /// The short name.
    pub slug: String,
    /// Which.
    pub id: TenantId,
    /// The admin, logged in.
    pub admin: Rest,
    /// What the admin logs in with.
    pub email: String,
    /// The same.
    pub password: String,
}

/// A business number at the provider, and the app that it reports to.
#[derive(Clone, Debug)]
pub struct Number {
    /// The id in the Graph API.
    pub phone_number_id: String,
    /// The account it belongs to.
    pub waba_id: String,
    /// Its digits.
    pub display: String,
    /// Lets its owner send.
    pub access_token: String,
    /// The app's id.
    pub app: String,
    /// Signs the app's webhooks.
    pub app_secret: String,
}

impl Number {
    /// A new number with an app of its own.
    pub fn new() -> Self {
        let digits = || rand::random_range(100_000_000_000_u64..1_000_000_000_000).to_string();
        Self {
            phone_number_id: digits(),
            waba_id: digits(),
            display: format!("1555{}", rand::random_range(1_000_000..10_000_000)),
            access_token: format!("token-{}", digits()),
            app: format!("app-{}", digits()),
            app_secret: format!("secret-{}", digits()),
        }
    }

    /// Another number that reports to the same app.
    pub fn of_same_app(&self) -> Self {
        Self { app: self.app.clone(), app_secret: self.app_secret.clone(), ..Self::new() }
    }

    /// The number as webhooks name it.
    pub fn line(&self) -> Line {
        Line {
            phone_number_id: self.phone_number_id.clone(),
            waba_id: self.waba_id.clone(),
            display_phone_number: self.display.clone(),
        }
    }

    /// The settings of a connection for it.
    pub fn settings(&self) -> Value {
        json!({
            "phone_number_id": self.phone_number_id, "waba_id": self.waba_id, "access_token": self.access_token,
            "display_phone_number": self.display,
        })
    }

    /// The settings of an endpoint for its app.
    pub fn endpoint_settings(&self) -> Value {
        json!({ "app_secret": self.app_secret, "verify_token": "a verify token" })
    }
}

/// A tenant whose number is connected and known to the provider.
pub struct Shop {
    /// Whose it is.
    pub tenant: Tenant,
    /// The number.
    pub number: Number,
    /// The connection's id.
    pub connection: String,
    /// Where the provider posts.
    pub webhook_url: String,
    simulator: Simulator,
}

impl Shop {
    /// Opens one on its own, with an endpoint of its own.
    pub async fn open(deployment: &Deployment, slug: &str) -> Self {
        let (tenant, number) = (deployment.tenant(slug).await, Number::new());
        let new = json!({
            "plugin_id": "whatsapp", "name": "Shop", "settings": number.settings(),
            "endpoint_settings": number.endpoint_settings(),
        });
        let connection = tenant.admin.post("/api/v1/connections", &new).await.ok();
        let webhook_url = connection["webhook_url"].as_str().unwrap().to_owned();
        deployment.simulator.register(&webhook_url, &[&number]).await;
        Self::known(deployment, tenant, number, &connection, webhook_url)
    }

    /// One whose connection was made in some other way.
    pub fn known(
        deployment: &Deployment,
        tenant: Tenant,
        number: Number,
        connection: &Value,
        webhook_url: String,
    ) -> Self {
        let connection = connection["id"].as_str().unwrap().to_owned();
        Self { tenant, number, connection, webhook_url, simulator: deployment.simulator.clone() }
    }

    /// Enables a rule; returns its id.
    pub async fn rule(&self, name: &str, definition: Value) -> String {
        let rule = json!({ "name": name, "enabled": true, "definition": definition });
        let rule = self.tenant.admin.post("/api/v1/rules", &rule).await.ok();
        rule["id"].as_str().unwrap().to_owned()
    }

    /// A customer writes a text, and the webhook is taken. Returns the message's id at the provider.
    pub async fn hears(&self, customer: &Customer, text: &str) -> String {
        self.receives(&Inbound::text(customer.clone(), text)).await
    }

    /// The same with any message.
    pub async fn receives(&self, inbound: &Inbound) -> String {
        self.simulator.write(&self.number, inbound).await
    }

    /// A customer's message as a webhook that can be posted many times. The provider knows of it.
    pub async fn delivery(&self, inbound: &Inbound) -> Delivery {
        let at = inbound.at.unwrap_or_else(Utc::now);
        self.simulator.open_window(&self.number, &inbound.customer, at).await;
        let payload = inbound.webhook(&self.number.line(), at);
        self.simulator.webhook(&self.webhook_url, &self.number.app_secret, &payload)
    }

    /// All conversations, the latest change first.
    pub async fn conversations(&self) -> Vec<Value> {
        let page = self.tenant.admin.get("/api/v1/conversations?limit=200").await.ok();
        assert_eq!(page["has_more"], false, "more conversations than a test expects");
        page["items"].as_array().unwrap().clone()
    }

    /// The only conversation, once there is one.
    pub async fn conversation(&self) -> Value {
        eventually("there is one conversation", async || {
            let mut all = self.conversations().await;
            if all.len() == 1 { Ok(all.remove(0)) } else { Err(format!("{} conversations", all.len())) }
        })
        .await
    }

    /// The messages of a conversation, as they are read.
    pub async fn messages(&self, conversation: &Value) -> Vec<Value> {
        let id = conversation["id"].as_str().unwrap();
        let page = self.tenant.admin.get(&format!("/api/v1/conversations/{id}/messages?limit=200")).await.ok();
        assert_eq!(page["has_more"], false, "more messages than a test expects");
        page["items"].as_array().unwrap().clone()
    }

    /// The messages of a conversation, once there are so many.
    pub async fn messages_when(&self, conversation: &Value, count: usize) -> Vec<Value> {
        eventually(&format!("there are {count} messages"), async || {
            let messages = self.messages(conversation).await;
            if messages.len() == count { Ok(messages) } else { Err(format!("{messages:#?}")) }
        })
        .await
    }

    /// One message, once it has this status.
    pub async fn message_when(&self, conversation: &Value, id: &str, status: &str) -> Value {
        eventually(&format!("the message is {status}"), async || {
            let messages = self.messages(conversation).await;
            let message = messages.into_iter().find(|message| message["id"] == id);
            match message {
                Some(message) if message["status"] == status => Ok(message),
                message => Err(format!("{message:?}")),
            }
        })
        .await
    }

    /// An agent answers with a text. Returns the message's id.
    pub async fn reply(&self, conversation: &Value, text: &str) -> String {
        let message = self.send(conversation, json!({ "type": "text", "text": text })).await.ok();
        message["id"].as_str().unwrap().to_owned()
    }

    /// An agent sends anything.
    pub async fn send(&self, conversation: &Value, content: Value) -> super::Answer {
        let path = format!("/api/v1/conversations/{}/messages", conversation["id"].as_str().unwrap());
        self.tenant.admin.post(&path, &json!({ "content": content })).await
    }

    /// How many rows of the tenant a query gives for each value of its only column.
    pub async fn count_by(&self, deployment: &Deployment, sql: &'static str) -> BTreeMap<String, usize> {
        let mut tx = deployment.rows_of(self.tenant.id).await;
        let rows = sqlx::query(sql).fetch_all(&mut *tx).await.unwrap();
        let mut counts = BTreeMap::new();
        for row in rows {
            *counts.entry(row.get::<Option<String>, _>(0).unwrap_or_default()).or_default() += 1;
        }
        counts
    }

    /// The outcomes of all deliveries, once none waits any more.
    pub async fn settled_deliveries(&self, deployment: &Deployment) -> BTreeMap<String, usize> {
        eventually("no delivery waits", async || {
            let counts = self.count_by(deployment, "SELECT outcome FROM deliveries").await;
            if counts.contains_key("received") { Err(self.what_waits(deployment).await) } else { Ok(counts) }
        })
        .await
    }

    /// What the queue has not finished, and what it has given up, to be shown when a test has failed.
    pub async fn what_waits(&self, deployment: &Deployment) -> String {
        let jobs = "SELECT concat_ws(' ', kind, queue.state_of(run_token, aside, run_at), 'attempts:', attempts, 'due:', run_at,
                                     (SELECT a.error FROM queue.attempts a WHERE a.job_id = j.id
                                       ORDER BY a.attempt DESC LIMIT 1))
                      FROM queue.jobs j LIMIT 20";
        let dead = "SELECT concat_ws(' ', kind, error) FROM queue.dead_letters LIMIT 20";
        let deliveries = "SELECT concat_ws(' ', outcome, id, received_at, reason) FROM deliveries WHERE outcome <> 'processed' LIMIT 20";
        format!(
            "now: {}\njobs: {:#?}\ndead letters: {:#?}\ndeliveries: {:#?}",
            Utc::now(),
            self.count_by(deployment, jobs).await,
            self.count_by(deployment, dead).await,
            self.count_by(deployment, deliveries).await
        )
    }
}
