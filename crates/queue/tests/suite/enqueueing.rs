//! Jobs come into being with their transaction, once per idempotency key.

use crate::support::{Chore, Env, World};
use domain::TenantId;
use queue::{EnqueueOptions, Enqueued, enqueue, enqueue_many, enqueue_with};
use sqlx::Row;
use uuid::Uuid;

#[tokio::test]
async fn a_rolled_back_transaction_enqueues_nothing() {
    let world = World::new().await;
    let mut tx = world.tx(world.tenant).await;
    enqueue(&mut tx, &world.note(1)).await.unwrap();
    tx.rollback().await.unwrap();

    assert!(world.queue.run_until_idle(&Env::content().handlers()).await.unwrap().is_empty());
    assert!(world.states().await.is_empty());
}

#[tokio::test]
async fn many_jobs_keep_their_order_and_get_ids_in_it() {
    let world = World::new().await;
    let mut tx = world.tx(world.tenant).await;
    let notes: Vec<_> = (0..50).map(|n| world.note(n)).collect();
    let answers = enqueue_many(&mut tx, &notes, &EnqueueOptions::default()).await.unwrap();
    tx.commit().await.unwrap();

    let ids: Vec<_> =
        answers.iter().map(|answer| if let Enqueued::Job(id) = answer { *id } else { panic!() }).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    let env = Env::content();
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers(), (0..50).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_duplicate_is_skipped_and_the_transaction_goes_on() {
    let world = World::new().await;
    let once = |n| super::support::Note { once: Some("rule:event:0".into()), ..world.note(n) };
    let mut tx = world.tx(world.tenant).await;
    let options = EnqueueOptions::default();
    let answers = enqueue_many(&mut tx, &[once(1), world.note(2), once(3)], &options).await.unwrap();
    assert!(matches!(answers[..], [Enqueued::Job(_), Enqueued::Job(_), Enqueued::Duplicate]));
    assert_eq!(enqueue(&mut tx, &once(4)).await.unwrap(), Enqueued::Duplicate);
    tx.commit().await.unwrap();

    let env = Env::content();
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers(), [1, 2]);

    // The key outlives its job, by the horizon.
    let mut tx = world.tx(world.tenant).await;
    assert_eq!(enqueue(&mut tx, &once(5)).await.unwrap(), Enqueued::Duplicate);
    drop(tx);
    assert_eq!(world.count("SELECT queue.purge('1 hour', 100)").await, 0);
    assert_eq!(world.count("SELECT queue.purge('0', 100)").await, 1);
    let id = world.push(&once(6)).await;
    assert_eq!(world.count("SELECT queue.purge('0', 100)").await, 0, "its job has not ended: {id}");

    // Elsewhere it is another key.
    let stranger = TenantId::new();
    world.push(&super::support::Note { tenant: stranger, ..once(7) }).await;
}

#[tokio::test]
async fn a_trace_goes_with_the_job() {
    let world = World::new().await;
    let mut tx = world.tx(world.tenant).await;
    let options =
        EnqueueOptions { trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".into()), ..EnqueueOptions::default() };
    enqueue_with(&mut tx, &world.note(1), &options).await.unwrap();
    tx.commit().await.unwrap();

    let env = Env::new(|_, ctx| async move {
        assert_eq!(ctx.trace_id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        Ok(())
    });
    assert_eq!(world.queue.run_until_idle(&env.handlers()).await.unwrap().len(), 1);
}

/// The webhook ingest stores deliveries of several tenants and their jobs in one statement.
#[tokio::test]
async fn a_definer_function_may_push_for_many_tenants_at_once() {
    let world = World::new().await;
    sqlx::raw_sql(
        "CREATE FUNCTION push_for(p_tenants uuid[]) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
            WITH jobs AS (
                SELECT array_agg(ROW(t, 'live', 'note', jsonb_build_object('tenant', t, 'n', 1), 'k', NULL, NULL, NULL, NULL, NULL)
                    ::queue.new_job) AS list FROM unnest(p_tenants) t)
            SELECT count(*) FROM jobs, queue.push(jobs.list)
         $$;
         ALTER FUNCTION push_for OWNER TO signalbox_definer;
         GRANT EXECUTE ON FUNCTION push_for TO signalbox_app;",
    )
    .execute(&world.db.owner)
    .await
    .unwrap();
    let tenants: Vec<_> = (0..3).map(|_| Uuid::now_v7()).collect();
    let pushed = sqlx::query("SELECT push_for($1)").bind(&tenants).fetch_one(&world.db.app).await.unwrap();
    assert_eq!(pushed.get::<i64, _>(0), 3);

    // The same key in three tenants is three keys.
    let env = Env::content();
    assert_eq!(world.queue.run_until_idle(&env.handlers()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn kinds_without_a_handler_wait_for_a_newer_worker() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    world.push(&Chore(world.note(2))).await;
    let env = Env::content();
    let old = queue::Handlers::new(env.clone()).register(|_: Env, _: Chore, _| async { Ok(()) });
    assert_eq!(world.queue.run_until_idle(&old).await.unwrap().len(), 1);
    assert_eq!(world.states().await, [("ready".to_owned(), 0)]);

    assert_eq!(world.queue.run_until_idle(&env.handlers()).await.unwrap().len(), 1);
    assert_eq!(env.numbers(), [1]);
}
