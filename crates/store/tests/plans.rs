//! The hot queries keep their indexes under row-level security, at a size where it matters.

use chrono::Utc;
use domain::{ConnectionId, ConversationId, EventId, TenantId, event::Actor, message::DeliveryStatus};
use signalbox_store::{
    Database, contacts, conversations,
    messages::{self, report::Report},
    rules::question,
};
use sqlx::{AssertSqlSafe, PgConnection};
use std::time::Duration;
use test_support::TestDatabase;

/// Gives a tenant 20,000 conversations and 40,000 messages.
async fn fill(test: &TestDatabase, tenant: TenantId) {
    // The owner is held by row-level security as well, so it names the tenant, too.
    let mut tx = test.owner.begin().await.unwrap();
    sqlx::query("SELECT set_config('signalbox.tenant', $1, true)")
        .bind(tenant.to_string())
        .execute(&mut *tx)
        .await
        .unwrap();
    for statement in [
        "INSERT INTO tenants VALUES (current_tenant(), 't', 't', now())",
        "INSERT INTO plugin_artifacts VALUES ('\\x00', '\\x00', now())",
        "INSERT INTO plugins VALUES ('whatsapp', '1.0.0', '\\x00', '{}', now())",
        "INSERT INTO endpoints (id, tenant_id, key, plugin_id, name, created_at)
         VALUES ('00000000-0000-0000-0000-000000000002', current_tenant(), 'endpoint-key-0001', 'whatsapp', 'e', now())",
        "INSERT INTO connections (tenant_id, id, endpoint_id, plugin_id, name, settings, status, created_at, updated_at)
         VALUES (current_tenant(), '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
                 'whatsapp', 'c', '{}', 'active', now(), now())",
        "INSERT INTO contacts (tenant_id, id, name, created_at, updated_at)
         SELECT current_tenant(), gen_random_uuid(), 'Contact ' || n, now(), now() FROM generate_series(1, 20000) n",
        "INSERT INTO conversations (tenant_id, id, type, contact_id, connection_id, channel, status, search_text,
                                    created_at, updated_at)
         SELECT tenant_id, gen_random_uuid(), 'support', id, '00000000-0000-0000-0000-000000000001', 'whatsapp', 'open',
                lower(name), now(), now() - random() * interval '90 days' FROM contacts",
        "INSERT INTO messages (tenant_id, id, conversation_id, connection_id, direction, sender_kind, content_type,
                               content, preview, external_id, status, occurred_at, created_at)
         SELECT v.tenant_id, gen_random_uuid(), v.id, v.connection_id, 'inbound', 'contact', 'text', '{}', 'x',
                'wamid.' || v.id || '.' || n, 'received', now(), now()
           FROM conversations v, generate_series(1, 2) n",
        "INSERT INTO identities (tenant_id, id, contact_id, channel, kind, value, created_at)
         SELECT tenant_id, gen_random_uuid(), id, 'whatsapp', 'phone', '+' || name, now() FROM contacts",
    ] {
        sqlx::query(statement).execute(&mut *tx).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    tx.commit().await.unwrap();
}

async fn plan(conn: &mut PgConnection, query: &str) -> String {
    let lines: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(format!("EXPLAIN {query}"))).fetch_all(conn).await.unwrap();
    lines.join("\n")
}

#[tokio::test]
async fn hot_queries_use_their_indexes() {
    let test = TestDatabase::create().await;
    let tenant = TenantId::new();
    fill(&test, tenant).await;
    sqlx::query("ANALYZE").execute(&test.owner).await.unwrap();
    let db = Database::from_pool(test.app.clone());
    let mut tx = db.begin(tenant).await.unwrap();
    let id = "'00000000-0000-0000-0000-000000000001'";
    for (query, index) in [
        (
            format!(
                "SELECT 1 FROM messages WHERE tenant_id = '{tenant}' AND connection_id = {id} AND external_id = 'x'"
            ),
            "messages_external",
        ),
        (
            format!(
                "SELECT * FROM messages WHERE tenant_id = '{tenant}' AND conversation_id = {id}
                  ORDER BY occurred_at, delivery_id, position, id LIMIT 50"
            ),
            "messages_thread",
        ),
        (
            format!(
                "SELECT * FROM conversations WHERE tenant_id = '{tenant}' ORDER BY updated_at DESC, id DESC LIMIT 50"
            ),
            "conversations_recent",
        ),
        (
            format!(
                "SELECT * FROM conversations WHERE tenant_id = '{tenant}' AND connection_id = {id}
                    AND contact_id = {id} AND coalesce(thread, '') = '' AND status <> 'closed'"
            ),
            // Either of two indexes ends at the few conversations of one contact.
            "Index Scan using conversations_",
        ),
        (
            format!(
                "SELECT * FROM identities WHERE tenant_id = '{tenant}' AND channel = 'whatsapp' AND kind = 'phone'
                    AND value = '+1'"
            ),
            "Index Scan using identities_",
        ),
        // A forgotten condition costs nothing either: the policy's own condition finds the same index.
        ("SELECT * FROM conversations ORDER BY updated_at DESC, id DESC LIMIT 50".to_owned(), "conversations_recent"),
    ] {
        let plan = plan(&mut tx, &query).await;
        assert!(plan.contains(index), "{query}\n{plan}");
        assert!(!plan.contains("Seq Scan"), "{query}\n{plan}");
    }
}

/// What the way of a message asks, once each.
async fn ask(conn: &mut PgConnection, tenant: TenantId, about: &About) {
    let now = Utc::now();
    question::load(conn, tenant, about.event).await.unwrap();
    conversations::lock(conn, tenant, about.conversation).await.unwrap();
    messages::heard_of(conn, tenant, about.connection, "wamid.1").await.unwrap();
    let address = contacts::Address { kind: "phone".to_owned(), value: "+Contact 7".to_owned(), verified: true };
    let person = contacts::Person { addresses: vec![address], ..contacts::Person::default() };
    contacts::resolve(conn, tenant, "whatsapp", &person, now).await.unwrap();
    // Whom a shop knows by its own id, and other channels by number.
    let address =
        |kind: &str, value: &str| contacts::Address { kind: kind.to_owned(), value: value.to_owned(), verified: true };
    let addresses =
        vec![address("shopify_customer", "7"), address("phone", "+Contact 7"), address("email", "c7@example.com")];
    let (phone, email) = (Some("+Contact 7".to_owned()), Some("c7@example.com".to_owned()));
    let customer = contacts::Person { addresses, phone, email, ..contacts::Person::default() };
    let customer = contacts::resolve(conn, tenant, "shopify", &customer, now).await.unwrap();
    conversations::current_of(conn, tenant, customer.id).await.unwrap();
    contacts::facts::ask(conn, tenant, customer.id, contacts::facts::Asking::default(), now).await.unwrap();
    let report = Report {
        connection: about.connection,
        external_id: Some(about.external_id.clone()),
        message: None,
        to: DeliveryStatus::Read,
        error: None,
        opted_out: false,
        actor: Actor::Channel,
        details: serde_json::json!({}),
        trace_id: None,
        early: None,
        processed: None,
    };
    let reports = [report.clone(), Report { external_id: Some("wamid.nobody".to_owned()), ..report }];
    messages::report::apply(conn, tenant, &reports, now).await.unwrap();
}

struct About {
    event: EventId,
    conversation: ConversationId,
    connection: ConnectionId,
    external_id: String,
}

/// Makes one of the messages outbound, with an event about it.
async fn one_outbound(conn: &mut PgConnection) -> About {
    let (id, conversation, connection, external_id): (uuid::Uuid, uuid::Uuid, uuid::Uuid, String) = sqlx::query_as(
        "UPDATE messages SET direction = 'outbound', status = 'sent' WHERE id = (SELECT id FROM messages LIMIT 1)
         RETURNING id, conversation_id, connection_id, external_id",
    )
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    let event = EventId::new();
    sqlx::query(
        "INSERT INTO events (tenant_id, id, kind, conversation_id, seq, contact_id, actor, data, occurred_at)
         SELECT tenant_id, $1, 'message.created', id, 999, contact_id, '{\"kind\": \"channel\"}',
                jsonb_build_object('message_id', $2::uuid), now()
           FROM conversations WHERE id = $3",
    )
    .bind(event.0)
    .bind(id)
    .bind(conversation)
    .execute(conn)
    .await
    .unwrap();
    About { event, conversation: conversation.into(), connection: connection.into(), external_id }
}

#[tokio::test]
async fn statements_by_key_read_a_few_rows() {
    let test = TestDatabase::create().await;
    let tenant = TenantId::new();
    // One connection, which has made its plans while the tables were empty; ANALYZE, as autovacuum runs it, replaces them.
    let options = test.app.connect_options().as_ref().clone();
    let db = Database::connect_lazy(options, 1, Duration::from_secs(5));
    let nobody = About {
        event: EventId::new(),
        conversation: ConversationId::new(),
        connection: ConnectionId::new(),
        external_id: "wamid.x".to_owned(),
    };
    let mut tx = db.begin(tenant).await.unwrap();
    sqlx::query("INSERT INTO tenants VALUES (current_tenant(), 't2', 't', now())").execute(&mut *tx).await.unwrap();
    for _ in 0..6 {
        ask(&mut tx, tenant, &nobody).await;
    }
    drop(tx);
    fill(&test, tenant).await;
    sqlx::query("ANALYZE").execute(&test.owner).await.unwrap();

    let mut tx = db.begin(tenant).await.unwrap();
    let about = one_outbound(&mut tx).await;
    let read = "SELECT relname::text, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
                  FROM pg_stat_xact_user_tables
                 WHERE relname IN ('messages', 'conversations', 'contacts', 'identities', 'events')";
    let before: Vec<(String, i64)> = sqlx::query_as(read).fetch_all(&mut *tx).await.unwrap();
    ask(&mut tx, tenant, &about).await;
    let after: Vec<(String, i64)> = sqlx::query_as(read).fetch_all(&mut *tx).await.unwrap();
    let moved: String = sqlx::query_scalar("SELECT status FROM messages WHERE external_id = $1")
        .bind(&about.external_id)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    assert_eq!(moved, "read", "the report found its message");
    let read = after.into_iter().map(|(table, rows)| {
        let earlier = before.iter().find(|(name, _)| *name == table).map_or(0, |(_, rows)| *rows);
        (table, rows - earlier)
    });
    let too_many: Vec<_> = read.filter(|(_, rows)| *rows > 20).collect();
    assert!(too_many.is_empty(), "rows read: {too_many:?}");
}
