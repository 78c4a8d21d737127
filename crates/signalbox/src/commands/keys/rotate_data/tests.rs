//! Everything that is sealed anywhere gets another key, and nothing is closed to anybody meanwhile.

use super::{add, reseal_all, sealing_with};
use crate::keys;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConnectionId, EndpointId, MailedLinkId, TenantId, UserId, role::Role};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};
use store::{
    Database, connections, endpoints, mailed_links,
    oauth::{
        ACCESS_TOKEN, REFRESH_TOKEN, VERIFIER,
        authorizations::{self, NewAuthorization},
        tokens::{self, NewTokens},
    },
    second_factors,
    secrets::{self, PLATFORM_OWNER, connection_owner, endpoint_owner},
    users,
};
use test_support::TestDatabase;
use uuid::Uuid;
use vault::{Keyring, MasterKey, Place, Sealed};

struct World {
    test: TestDatabase,
    db: Database,
    master: MasterKey,
    tenant: TenantId,
    connection: ConnectionId,
    endpoint: EndpointId,
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

impl World {
    /// A connection with everything sealed that can be.
    async fn new() -> (Self, Keyring) {
        let test = TestDatabase::create().await;
        let (db, master) = (Database::from_pool(test.app.clone()), MasterKey::generate());
        let keyring = keys::ring(&db, &master).await.unwrap();
        let (tenant, connection, endpoint) = (TenantId::new(), ConnectionId::new(), EndpointId::new());
        let world = Self { test, db, master, tenant, connection, endpoint };
        world.fill(&keyring).await;
        (world, keyring)
    }

    fn seal(&self, keyring: &Keyring, owner: &str, name: &str) -> Vec<u8> {
        let place = Place { tenant: Some(self.tenant.0), owner, name };
        keyring.seal(&place, name.as_bytes()).as_bytes().to_vec()
    }

    async fn fill(&self, keyring: &Keyring) {
        let settings = json!({});
        store::plugins::install(&self.test.app, "shop", "1.0.0", &settings, b"\0asm", now()).await.unwrap();
        let mut tx = self.db.begin(self.tenant).await.unwrap();
        store::tenants::create(&mut tx, "lamps", "Lamps", now()).await.unwrap();
        let new = endpoints::NewEndpoint {
            id: self.endpoint,
            key: "endpoint-key-0001",
            plugin_id: "shop",
            plugin_version: None,
            name: "e",
            settings: &settings,
        };
        endpoints::create(&mut tx, &new, now()).await.unwrap();
        let new = connections::NewConnection {
            id: self.connection,
            endpoint_id: self.endpoint,
            plugin_id: "shop",
            plugin_version: None,
            name: "c",
            settings: &settings,
            own: None,
        };
        connections::create(&mut tx, &new, now()).await.unwrap();
        let user = UserId::new();
        let person =
            users::NewUser { id: user, email: "a@b.example", name: "A", role: Role::Admin.into(), password_hash: "x" };
        users::create(&mut tx, &person, now()).await.unwrap();

        let (mine, of_endpoint) = (connection_owner(self.connection), endpoint_owner(self.endpoint));
        let sealed = self.seal(keyring, &mine, "token");
        secrets::put_for_connection(&mut tx, self.connection, "token", &sealed, now()).await.unwrap();
        sqlx::query(
            "INSERT INTO connection_versions (tenant_id, connection_id, id, plugin_version, settings, secret_names, secrets,
                                              secrets_updated_at, next_version, consent, left_at)
             VALUES (current_tenant(), $1, $2, '0.9.0', '{}', '{token,other}', $3, '{now,now}', '1.0.0', '{}', now())",
        )
        .bind(self.connection.0)
        .bind(Uuid::now_v7())
        .bind(vec![sealed, self.seal(keyring, &mine, "other")])
        .execute(&mut *tx)
        .await
        .unwrap();
        let sealed = self.seal(keyring, &of_endpoint, "app_secret");
        secrets::put_for_endpoint(&mut tx, self.endpoint, "app_secret", &sealed, now()).await.unwrap();
        let new = NewTokens {
            token_url: "https://login.example/token",
            access_token: &self.seal(keyring, &mine, ACCESS_TOKEN),
            refresh_token: Some(&self.seal(keyring, &mine, REFRESH_TOKEN)),
            scopes: &[],
            issued_at: now(),
            expires_at: None,
        };
        tokens::put(&mut tx, self.connection, &new).await.unwrap();
        let begun = NewAuthorization {
            state_hash: b"hash",
            connection: self.connection,
            user,
            verifier: &self.seal(keyring, &mine, VERIFIER),
            expires_at: now(),
        };
        authorizations::insert(&mut tx, &begun, now()).await.unwrap();
        let link = MailedLinkId::new();
        let new = mailed_links::NewLink {
            id: link,
            purpose: mailed_links::Purpose::PasswordReset(user),
            token_hash: b"hash",
            sealed_token: &self.seal(keyring, &mailed_links::owner(link), mailed_links::TOKEN),
            expires_at: now(),
        };
        mailed_links::replace(&mut tx, &new, now()).await.unwrap();
        let sealed = self.seal(keyring, &second_factors::owner(user), second_factors::SECRET);
        second_factors::begin(&mut tx, user, &sealed, now()).await.unwrap();
        tx.commit().await.unwrap();
        let place = Place { tenant: None, owner: PLATFORM_OWNER, name: "access_key" };
        let sealed = keyring.seal(&place, b"access_key");
        secrets::put_for_platform_once(&self.test.app, "access_key", sealed.as_bytes(), now()).await.unwrap();
    }

    /// Everything in every table that looks sealed, whatever table that is: values that hold the id of a data key.
    async fn values_under(&self, key: vault::KeyId) -> Vec<String> {
        let columns = sqlx::query(
            "SELECT c.oid::regclass::text AS name, a.attname::text AS field, a.atttypid = 'bytea[]'::regtype AS many
               FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              WHERE c.relnamespace IN ('public'::regnamespace, 'queue'::regnamespace) AND c.relkind = 'r'
                AND a.atttypid IN ('bytea'::regtype, 'bytea[]'::regtype)",
        )
        .fetch_all(&self.test.owner)
        .await
        .unwrap();
        let mut tx = self.test.owner.begin().await.unwrap();
        sqlx::query("SET LOCAL ROLE signalbox_definer").execute(&mut *tx).await.unwrap();
        let mut found = Vec::new();
        for column in columns {
            let (table, field): (String, String) = (column.get("name"), column.get("field"));
            let value = if column.get("many") { format!("unnest({field})") } else { field.clone() };
            let sql = format!(
                "SELECT count(*) FROM (SELECT {value} AS v FROM {table}) t WHERE substring(v FROM 2 FOR 16) = $1"
            );
            sqlx::query("SAVEPOINT look").execute(&mut *tx).await.unwrap();
            let counted =
                sqlx::query_scalar(AssertSqlSafe(sql)).bind(key.0.as_bytes().to_vec()).fetch_one(&mut *tx).await;
            let count: i64 = match counted {
                Ok(count) => count,
                // Nothing that this role may not read is a tenant's.
                Err(error) => {
                    assert!(error.to_string().contains("permission denied"), "{table}.{field}: {error}");
                    sqlx::query("ROLLBACK TO SAVEPOINT look").execute(&mut *tx).await.unwrap();
                    0
                }
            };
            found.extend((0..count).map(|_| format!("{table}.{field}")));
        }
        found
    }

    /// Opens everything with this keyring.
    async fn open_all(&self, keyring: &Keyring) {
        let all = secrets::sealed_with_others(self.db.pool(), Uuid::nil(), 100).await.unwrap();
        assert_eq!(all.len(), 10);
        for found in all {
            let owner = found.owner();
            let place = Place { tenant: found.tenant_id, owner: &owner, name: &found.name };
            let opened = keyring.open(&place, &Sealed::try_from(found.sealed.clone()).unwrap()).unwrap();
            assert_eq!(opened.expose_str().unwrap(), found.name, "{}", found.place);
        }
    }
}

#[tokio::test]
async fn everything_sealed_gets_the_new_key_and_opens_all_the_time() {
    let (world, running) = World::new().await;
    let old = running.current().id();
    assert_eq!(world.values_under(old).await.len(), 10);

    let new = add(&world.db, &world.master, TimeDelta::zero()).await.unwrap();
    let rotating = sealing_with(&world.db, &world.master, new).await.unwrap();
    assert_eq!(rotating.current().id(), new);
    // A process that runs learns of the key, and opens what is sealed so far.
    keys::refresh(&world.db, &world.master, &running).await.unwrap();
    assert_eq!(running.current().id(), new);
    world.open_all(&running).await;

    assert_eq!(reseal_all(&world.db, &rotating).await.unwrap(), 10);
    assert_eq!(world.values_under(old).await, [""; 0], "every table that holds something sealed is known");
    world.open_all(&running).await;
    world.open_all(&keys::ring(&world.db, &world.master).await.unwrap()).await;
    assert_eq!(reseal_all(&world.db, &rotating).await.unwrap(), 0, "once more changes nothing");
}

#[tokio::test]
async fn a_new_key_opens_before_it_seals() {
    let (world, running) = World::new().await;
    let old = running.current().id();
    let new = add(&world.db, &world.master, TimeDelta::hours(1)).await.unwrap();
    keys::refresh(&world.db, &world.master, &running).await.unwrap();
    assert_eq!(running.ids(), [old, new], "it is known, and the one before seals");
    assert_eq!(keys::ring(&world.db, &world.master).await.unwrap().current().id(), old, "nor in one that starts now");
    sqlx::query("UPDATE data_keys SET seals_from = '-infinity'").execute(&world.test.owner).await.unwrap();
    keys::refresh(&world.db, &world.master, &running).await.unwrap();
    assert_eq!(running.ids(), [new, old]);
}

#[tokio::test]
async fn what_is_changed_meanwhile_stays_as_changed() {
    let (world, keyring) = World::new().await;
    let found = secrets::sealed_with_others(world.db.pool(), Uuid::nil(), 100).await.unwrap();
    let token = found.iter().find(|found| found.place == "refresh_token").unwrap();
    let newer = world.seal(&keyring, &connection_owner(world.connection), REFRESH_TOKEN);
    assert!(secrets::reseal(world.db.pool(), token, &newer).await.unwrap());
    assert!(!secrets::reseal(world.db.pool(), token, b"late").await.unwrap(), "it is not what was read any more");
    world.open_all(&keyring).await;
}

#[tokio::test]
async fn another_master_key_adds_nothing() {
    let (world, _) = World::new().await;
    add(&world.db, &MasterKey::generate(), TimeDelta::zero()).await.unwrap_err();
    assert_eq!(secrets::data_keys(world.db.pool()).await.unwrap().len(), 1);
}
