//! The hot queries keep their indexes under row-level security, at a size where it matters.

use domain::TenantId;
use signalbox_store::Database;
use sqlx::{AssertSqlSafe, PgConnection};
use test_support::TestDatabase;

/// A tenant with 20,000 conversations and 40,000 messages.
async fn filled(test: &TestDatabase) -> TenantId {
    let tenant = TenantId::new();
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
    sqlx::query("ANALYZE").execute(&test.owner).await.unwrap();
    tenant
}

async fn plan(conn: &mut PgConnection, query: &str) -> String {
    let lines: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(format!("EXPLAIN {query}"))).fetch_all(conn).await.unwrap();
    lines.join("\n")
}

#[tokio::test]
async fn hot_queries_use_their_indexes() {
    let test = TestDatabase::create().await;
    let tenant = filled(&test).await;
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
