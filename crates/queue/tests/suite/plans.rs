//! The hot statements touch what they need and no more, however deep the queue is.

use crate::support::{Note, World};
use domain::TenantId;
use queue::tenant_stats;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

/// A hundred thousand jobs of one key, and as many without or with keys of their own.
async fn fill(world: &World) {
    sqlx::query(
        "INSERT INTO queue.jobs (tenant_id, lane, kind, aside, key, args)
         SELECT $1, 'live', 'note', CASE WHEN n BETWEEN 2 AND 100000 THEN 'key' END,
            CASE WHEN n <= 100000 THEN 'hot' WHEN n % 2 = 0 THEN 'key ' || n END, '{}'
         FROM generate_series(1, 200000) n",
    )
    .bind(world.tenant.0)
    .execute(&world.db.owner)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO queue.jobs (tenant_id, lane, kind, key, run_at, args)
         SELECT $1, 'live', 'note', 'later', '2030-01-01', '{}' FROM generate_series(1, 50000)",
    )
    .bind(world.tenant.0)
    .execute(&world.db.owner)
    .await
    .unwrap();
}

/// What this transaction has read of the jobs so far: sequential scans, rows fetched by indexes.
async fn reads(conn: &mut PgConnection) -> (i64, i64) {
    let row = sqlx::query(
        "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'queue.jobs'::regclass",
    )
    .fetch_one(conn)
    .await
    .unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn a_deep_queue_costs_no_more_than_a_shallow_one() {
    let world = World::new().await;
    fill(&world).await;
    let mut conn = world.db.app.begin().await.unwrap();
    // As the queue's own connections have it.
    sqlx::query("SELECT set_config(name, 'off', true) FROM unnest('{enable_bitmapscan,enable_seqscan}'::text[]) name")
        .execute(&mut *conn)
        .await
        .unwrap();
    let before = reads(&mut conn).await;

    let claimed = sqlx::query(
        "SELECT tenant_id, id FROM queue.claim($1, $2, 'live', '{note,other}', 100, '2026-01-01', $2, NULL, 0)
         WHERE id IS NOT NULL",
    )
    .bind(world.worker())
    .bind(Uuid::nil())
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    assert_eq!(claimed.len(), 100);
    let after_claim = reads(&mut conn).await;
    assert_eq!(after_claim.0, before.0, "a claim read the whole table");
    assert!(after_claim.1 - before.1 < 1500, "a claim of 100 jobs fetched {} rows", after_claim.1 - before.1);

    let (tenants, ids): (Vec<Uuid>, Vec<i64>) =
        claimed.iter().map(|row| (row.get::<Uuid, _>(0), row.get::<i64, _>(1))).unzip();
    sqlx::query("SELECT queue.heartbeat($1, '1 min')").bind(world.worker()).execute(&mut *conn).await.unwrap();
    let refused: i64 = sqlx::query_scalar(
        "SELECT count(verdict) FROM queue.ack($1, $2, array_fill($3, '{100}'), array_fill('done'::text, '{100}'),
            array_fill(NULL::timestamptz, '{100}'), array_fill(NULL::text, '{100}'), array_fill(1::bigint, '{100}'),
            array_fill(false, '{100}'), array_fill(false, '{100}'), now())",
    )
    .bind(&tenants)
    .bind(&ids)
    .bind(Uuid::nil())
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    assert_eq!(refused, 0);
    sqlx::query("SELECT * FROM queue.rescue(100)").execute(&mut *conn).await.unwrap();
    let after = reads(&mut conn).await;
    assert_eq!(after.0, before.0, "an ack, a heartbeat or a rescue without dead workers read the whole table");
    assert!(after.1 - after_claim.1 < 1500, "acks of 100 jobs fetched {} rows", after.1 - after_claim.1);

    // The hot key went on: its next job is ready, and the rest of its line is where it was.
    let front = sqlx::query(
        "SELECT queue.state_of(run_token, aside, run_at), min(id), count(*) FROM queue.jobs WHERE key = 'hot'
             GROUP BY 1 ORDER BY 2",
    );
    conn.commit().await.unwrap();
    let front = front.fetch_all(&world.db.owner).await.unwrap();
    let told: Vec<(String, i64)> = front.iter().map(|row| (row.get(0), row.get(2))).collect();
    assert_eq!(told, [("ready".to_owned(), 1), ("parked".to_owned(), 99_998)]);
}

/// Beside 250,000 jobs of another, whatever the planner believes of the table.
#[tokio::test]
async fn the_figures_of_a_tenant_cost_what_it_has_itself() {
    let world = World::new().await;
    fill(&world).await;
    sqlx::query("ANALYZE queue.jobs").execute(&world.db.owner).await.unwrap();
    let small = Note { tenant: TenantId::new(), ..world.note(1) };
    world.push_all([small.clone(), small.clone()]).await;

    let mut tx = world.tx(small.tenant).await;
    let before = reads(&mut tx).await;
    let counted = tenant_stats::count(&mut tx, small.tenant).await.unwrap();
    let after = reads(&mut tx).await;
    assert_eq!((counted.len(), counted[0].figures.ready), (1, 2));
    assert_eq!(after.0, before.0, "the figures read the whole table");
    assert!(after.1 - before.1 <= 2, "the figures of two jobs fetched {} rows", after.1 - before.1);

    // Of many, no more than are counted.
    let mut tx = world.tx(world.tenant).await;
    let before = reads(&mut tx).await;
    let counted = tenant_stats::count(&mut tx, world.tenant).await.unwrap();
    let after = reads(&mut tx).await;
    assert!(tenant_stats::is_capped(&counted));
    assert_eq!(counted.iter().map(|kind| kind.figures.unfinished()).sum::<i64>(), tenant_stats::MAX_COUNTED);
    assert_eq!((after.0 - before.0, after.1 - before.1), (0, tenant_stats::MAX_COUNTED));
}

#[tokio::test]
async fn a_tenants_own_queries_use_its_indexes_under_row_level_security() {
    let world = World::new().await;
    fill(&world).await;
    sqlx::query("ANALYZE queue.jobs").execute(&world.db.owner).await.unwrap();
    let mut tx = world.tx(world.tenant).await;
    for query in [
        "SELECT * FROM queue.jobs WHERE tenant_id = current_tenant() AND id = 17",
        "SELECT * FROM queue.dead_letters WHERE tenant_id = current_tenant() ORDER BY died_at DESC, id DESC LIMIT 50",
        "SELECT * FROM queue.dead_letters WHERE tenant_id = current_tenant() AND key = 'k'
            ORDER BY died_at DESC, id DESC LIMIT 50",
        "SELECT * FROM queue.dead_letters WHERE tenant_id = current_tenant()
            AND connection_id = '01890000-0000-7000-8000-000000000000' ORDER BY died_at DESC, id DESC LIMIT 50",
        "SELECT * FROM queue.minutes WHERE tenant_id = current_tenant() AND minute >= now()",
        "SELECT * FROM queue.attempts WHERE tenant_id = current_tenant() AND job_id = 17 ORDER BY n",
    ] {
        sqlx::query("SET LOCAL enable_seqscan = off").execute(&mut *tx).await.unwrap();
        let plan: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("EXPLAIN {query}"))).fetch_all(&mut *tx).await.unwrap();
        let plan = plan.join("\n");
        assert!(plan.contains("Index") && !plan.contains("Seq Scan"), "{query}\n{plan}");
        assert!(!plan.contains("Sort"), "{query}\n{plan}");
    }
}
