//! The migrated database of which each test gets a copy: migrating takes a hundred times as long.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use postgres::{APP_ROLE, app_password, owner_password};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::server::{epoch, run};

/// Any number that nobody else locks: "template" in ASCII.
const LOCK: i64 = 0x7465_6d70_6c61_7465;

/// In seconds. A template of other migrations may belong to another checkout.
const LEFTOVER_AGE: i64 = 24 * 3600;

/// Makes the template for the migrations as they are, unless it exists; returns its name.
///
/// `conn` belongs to `owner`; one process does it while the others wait.
pub(crate) async fn ensure(conn: &mut PgConnection, owner: &PgConnectOptions) -> anyhow::Result<String> {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let name = format!("signalbox_template_{}", fingerprint(&migrations)?);
    sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut *conn).await?;
    if !is_complete(conn, &name).await? {
        drop_leftovers(conn).await?;
        create(conn, &name, owner, &migrations).await?;
    }
    set_app_password(conn, owner).await?;
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(&mut *conn).await?;
    Ok(name)
}

async fn create(
    conn: &mut PgConnection,
    name: &str,
    owner: &PgConnectOptions,
    migrations: &Path,
) -> anyhow::Result<()> {
    let now = epoch(conn).await?;
    run(conn, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    run(conn, format!("CREATE DATABASE {name}")).await?;
    run(conn, format!("COMMENT ON DATABASE {name} IS '{now}'")).await?;
    migrate(owner.clone().database(name), migrations.to_owned()).await.context("running the migrations")?;
    // Marks it as complete.
    run(conn, format!("ALTER DATABASE {name} WITH IS_TEMPLATE true")).await?;
    Ok(())
}

async fn migrate(database: PgConnectOptions, migrations: PathBuf) -> anyhow::Result<()> {
    // Not a mere connection: with one, the compiler cannot tell that the future is `Send`.
    let pool = PgPoolOptions::new().max_connections(1).connect_with(database).await?;
    let result = Migrator::new(migrations).await?.run(&pool).await;
    pool.close().await;
    Ok(result?)
}

async fn is_complete(conn: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    let found = sqlx::query("SELECT FROM pg_database WHERE datname = $1 AND datistemplate");
    Ok(found.bind(name).fetch_optional(conn).await?.is_some())
}

/// Gives the product's role the password that the product itself would give it.
async fn set_app_password(conn: &mut PgConnection, owner: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let Some(password) = owner_password(owner) else {
        return Ok(());
    };
    let role = sqlx::query("SELECT FROM pg_roles WHERE rolname = $1").bind(APP_ROLE);
    if role.fetch_optional(&mut *conn).await?.is_none() {
        return Ok(());
    }
    // Hexadecimal digits need no escaping.
    run(conn, format!("ALTER ROLE {APP_ROLE} PASSWORD '{}'", app_password(&password))).await
}

async fn drop_leftovers(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    let oldest = epoch(conn).await? - LEFTOVER_AGE;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database d
          WHERE datname ~ '^signalbox_template_[0-9a-f]+$'
            AND coalesce(shobj_description(oid, 'pg_database'), '0')::bigint < $1
            AND pg_has_role(datdba, 'MEMBER')
            AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)",
    )
    .bind(oldest)
    .fetch_all(&mut *conn)
    .await?;
    for name in names {
        run(conn, format!("ALTER DATABASE {name} WITH IS_TEMPLATE false")).await?;
        run(conn, format!("DROP DATABASE {name}")).await?;
    }
    Ok(())
}

/// Changes whenever the name or the content of a migration does.
fn fingerprint(migrations: &Path) -> anyhow::Result<String> {
    let reading = || format!("reading {}", migrations.display());
    let mut files: Vec<PathBuf> = fs::read_dir(migrations)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(reading)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let content = fs::read(&file).with_context(reading)?;
        hash.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        hash.update((content.len() as u64).to_be_bytes());
        hash.update(content);
    }
    Ok(hex::encode(&hash.finalize()[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_of_the_migrations_makes_another_template() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path();
        let mut seen = vec![fingerprint(dir).unwrap()];
        let mut differs = |what: &str| {
            let print = fingerprint(dir).unwrap();
            assert!(!seen.contains(&print), "{what}");
            seen.push(print);
        };
        fs::write(dir.join("0001_a.sql"), "SELECT 1").unwrap();
        differs("a file is added");
        fs::write(dir.join("0001_a.sql"), "SELECT 2").unwrap();
        differs("a file is changed");
        fs::rename(dir.join("0001_a.sql"), dir.join("0002_a.sql")).unwrap();
        differs("a file is renamed");
        let before = fingerprint(dir).unwrap();
        fs::write(dir.join("README.md"), "what lies here").unwrap();
        assert_eq!(fingerprint(dir).unwrap(), before, "other files do not matter");
    }
}
