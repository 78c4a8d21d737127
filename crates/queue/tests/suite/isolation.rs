//! Tenants do not see each other's jobs, and the product's role cannot reach past the functions.

use crate::support::{Env, World};
use domain::TenantId;
use queue::{EnqueueError, JobError, dead_letters, enqueue};

#[tokio::test]
async fn a_tenant_sees_its_own_jobs_only() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    world.push(&super::support::Note { tenant: TenantId::new(), ..world.note(2) }).await;

    let all = "SELECT count(*) FROM queue.jobs";
    let seen: i64 = sqlx::query_scalar(all).fetch_one(&world.db.app).await.unwrap();
    assert_eq!(seen, 0, "without a tenant there is nothing to see");
    let seen: i64 = sqlx::query_scalar(all).fetch_one(&mut *world.tx(world.tenant).await).await.unwrap();
    assert_eq!(seen, 1);
}

#[tokio::test]
async fn a_job_of_another_tenant_is_refused() {
    let world = World::new().await;
    let mut tx = world.tx(TenantId::new()).await;
    let Err(EnqueueError::Database(error)) = enqueue(&mut tx, &world.note(1)).await else { panic!("it was stored") };
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501");
}

#[tokio::test]
async fn dead_letters_of_another_tenant_stay_as_they_are() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    let env = Env::new(|_, _| async { Err(JobError::fail("no")) });
    world.queue.run_until_idle(&env.handlers()).await.unwrap();

    let stranger = TenantId::new();
    let mut tx = world.tx(stranger).await;
    // Even one who names the owner.
    for tenant in [stranger, world.tenant] {
        assert!(
            dead_letters::list(&mut tx, tenant, dead_letters::Filter::default(), None, 10).await.unwrap().is_empty()
        );
        assert!(dead_letters::replay(&mut tx, tenant, dead_letters::Which::All).await.unwrap().is_empty());
        assert_eq!(dead_letters::discard(&mut tx, tenant, dead_letters::Which::All).await.unwrap(), 0);
    }
    tx.commit().await.unwrap();
    assert_eq!(world.queue.newest_dead_letters(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_products_role_changes_jobs_through_run_tokens_only() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    for forbidden in [
        "UPDATE queue.jobs SET attempts = 0",
        "DELETE FROM queue.jobs",
        "INSERT INTO queue.dead_letters SELECT FROM queue.jobs",
        "SELECT queue.release_keys('{}', '{}')",
    ] {
        let refused = sqlx::query(forbidden).execute(&mut *world.tx(world.tenant).await).await.unwrap_err();
        let code = refused.as_database_error().map(|error| error.code().unwrap_or_default().into_owned());
        assert!(matches!(code.as_deref(), Some("42501" | "42601")), "{forbidden}: {refused}");
    }
}
