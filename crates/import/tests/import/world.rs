//! A tenant with a number, two people, a team and a brand.

use chrono::{DateTime, Utc};
use domain::{ConnectionId, EndpointId, ManualClock, TeamId, TenantId, UserId, role::Role};
use serde_json::{Value, json};
use signalbox_import::{Importer, Options, Report};
use sqlx::AssertSqlSafe;
use std::{collections::BTreeMap, io::BufRead, sync::Arc};
use store::{Database, TenantTx};
use test_support::TestDatabase;

pub struct World {
    pub test: Arc<TestDatabase>,
    pub db: Database,
    pub clock: ManualClock,
    pub tenant: TenantId,
    pub connection: ConnectionId,
    pub ada: UserId,
    pub team: TeamId,
}

pub fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().into()
}

/// One JSON object a line.
pub fn lines(records: &[Value]) -> String {
    records.iter().map(|record| record.to_string() + "\n").collect()
}

impl World {
    pub async fn new() -> Self {
        let test = Arc::new(TestDatabase::create().await);
        let db = Database::from_pool(test.app.clone());
        let clock = ManualClock::at(at("2026-11-27T12:00:00Z"));
        store::plugins::install(&test.app, "whatsapp", "1.0.0", &json!({}), b"\0asm", domain::Clock::now(&clock))
            .await
            .unwrap();
        let (tenant, connection, ada, team) = (TenantId::new(), ConnectionId::new(), UserId::new(), TeamId::new());
        let world = Self { test, db, clock, tenant, connection, ada, team };
        world.furnish("lamps").await;
        world
    }

    /// Another tenant in the same database.
    pub async fn beside(&self) -> Self {
        let test = Arc::clone(&self.test);
        let (tenant, connection, ada, team) = (TenantId::new(), ConnectionId::new(), UserId::new(), TeamId::new());
        let other = Self { test, db: self.db.clone(), clock: self.clock.clone(), tenant, connection, ada, team };
        other.furnish("chairs").await;
        other
    }

    async fn furnish(&self, slug: &str) {
        let now = domain::Clock::now(&self.clock);
        let mut tx = self.tx().await;
        store::tenants::create(&mut tx, slug, slug, now).await.unwrap();
        for (id, name, role) in [(self.ada, "ada", Role::Admin), (UserId::new(), "bob", Role::Agent)] {
            let email = format!("{name}@{slug}.example");
            let user = store::users::NewUser { id, email: &email, name, role: role.into(), password_hash: "x" };
            store::users::create(&mut tx, &user, now).await.unwrap();
        }
        let endpoint = EndpointId::new();
        let key = format!("endpoint-key-{slug}");
        let new = store::endpoints::NewEndpoint {
            id: endpoint,
            key: &key,
            plugin_id: "whatsapp",
            plugin_version: None,
            name: "e",
            settings: &json!({}),
        };
        store::endpoints::create(&mut tx, &new, now).await.unwrap();
        let new = store::connections::NewConnection {
            id: self.connection,
            endpoint_id: endpoint,
            plugin_id: "whatsapp",
            plugin_version: None,
            name: "Our number",
            settings: &json!({}),
            own: None,
        };
        store::connections::create(&mut tx, &new, now).await.unwrap();
        let brand = store::brands::Brand { key: "lamps".to_owned(), name: "Lamps".to_owned() };
        store::brands::put(&mut tx, self.tenant, &brand, now).await.unwrap();
        sqlx::query(
            "INSERT INTO teams (tenant_id, id, name, ticket_prefix, created_at, updated_at)
             VALUES ($1, $2, 'Billing', 'BIL', $3, $3)",
        )
        .bind(self.tenant.0)
        .bind(self.team.0)
        .bind(now)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn tx(&self) -> TenantTx {
        self.db.begin(self.tenant).await.unwrap()
    }

    pub fn importer(&self) -> Importer {
        Importer::new(self.db.clone(), Arc::new(self.clock.clone()), self.tenant)
    }

    /// Imports these records.
    pub async fn import(&self, records: &[Value]) -> Report {
        self.import_text(&lines(records), &Options::from("old")).await
    }

    pub async fn import_text(&self, text: &str, options: &Options) -> Report {
        let mut input: &[u8] = text.as_bytes();
        self.importer().run(&mut input, options).await.unwrap()
    }

    /// The same with an input that may fail.
    pub async fn try_import(
        &self,
        input: &mut dyn BufRead,
        options: &Options,
    ) -> Result<Report, signalbox_import::Error> {
        self.importer().run(input, options).await
    }

    /// The rows that a query gives, as JSON, in the tenant's eyes.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        let query = AssertSqlSafe(format!("SELECT to_jsonb(q) FROM ({query}) q"));
        sqlx::query_scalar(query).fetch_all(&mut *self.tx().await).await.unwrap()
    }

    /// The one row that a query gives.
    pub async fn row(&self, query: &str) -> Value {
        let mut rows = self.rows(query).await;
        assert_eq!(rows.len(), 1, "{query}: {rows:?}");
        rows.remove(0)
    }

    pub async fn execute(&self, statement: &str) {
        let mut tx = self.tx().await;
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Every row of every table that an import could have to do with, without what only says when it was written.
    pub async fn everything(&self) -> BTreeMap<&'static str, Vec<Value>> {
        let mut everything = BTreeMap::new();
        for table in [
            "companies",
            "company_domains",
            "contacts",
            "identities",
            "conversations",
            "conversation_tags",
            "conversation_participants",
            "conversation_assignments",
            "messages",
            "events",
            "queue.jobs",
            "import_items",
        ] {
            let rows = self.rows(&format!("SELECT * FROM {table} t ORDER BY t::text")).await;
            everything.insert(table, rows);
        }
        everything
    }

    pub async fn count(&self, table: &str) -> i64 {
        self.row(&format!("SELECT count(*) FROM {table}")).await["count"].as_i64().unwrap()
    }
}

/// A conversation with a customer, who wrote, was answered, and is spoken about.
pub fn story() -> Vec<Value> {
    vec![
        json!({ "type": "company", "id": "acme", "name": "Acme", "domains": ["Acme.example"],
                "custom_attributes": { "tier": "gold" }, "created_at": "2020-01-01T00:00:00Z" }),
        json!({ "type": "contact", "id": "1", "name": "Grace Hopper", "email": "Grace@Acme.example",
                "phone": "+49 151 5554 0001", "avatar_url": "https://old.example/1.png", "brand": "lamps",
                "company": "acme", "custom_attributes": { "city": "Berlin" }, "created_at": "2021-03-04T05:06:07Z",
                "addresses": [{ "channel": "whatsapp", "kind": "phone", "value": "+4915155540001", "verified": true }] }),
        json!({ "type": "conversation", "id": "7", "contact": "1", "connection": "Our number", "status": "open",
                "priority": "high", "title": "Broken lamp", "category": "repairs", "team": "billing",
                "assignee": "ADA@lamps.example", "brand": "lamps", "tags": ["vip", "lamp"],
                "custom_attributes": { "order": 4711 }, "csat_rating": 4, "created_at": "2024-05-01T10:00:00Z" }),
        json!({ "type": "message", "id": "70", "conversation": "7", "direction": "inbound", "text": "It is dark",
                "external_id": "wamid.1", "sent_at": "2024-05-01T10:00:01Z" }),
        json!({ "type": "message", "id": "71", "conversation": "7", "direction": "outbound", "text": "Press the button",
                "sender": { "kind": "agent", "email": "ada@lamps.example", "name": "Ada" }, "status": "read",
                "reply_to": "wamid.1", "sent_at": "2024-05-01T10:05:00Z" }),
        json!({ "type": "note", "id": "72", "conversation": "7", "text": "They are nice",
                "sender": { "kind": "agent", "email": "gone@lamps.example", "name": "Gone" },
                "sent_at": "2024-05-01T10:06:00Z" }),
        json!({ "type": "message", "id": "73", "conversation": "7", "direction": "inbound", "text": "Here",
                "attachments": [{ "url": "https://old.example/a.png", "kind": "image", "size": 12 },
                                { "url": "https://old.example/b.pdf", "kind": "document", "filename": "b.pdf" }],
                "sent_at": "2024-05-02T11:00:00Z" }),
    ]
}
