//! The server that all tests of a process share.

use std::env;

use anyhow::Context;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::template;
use crate::throwaway::Throwaway;

/// What a test database is called: this, the server's time in seconds, and a random part.
const PREFIX: &str = "signalbox_test_";

/// In seconds; no test runs that long.
const LEFTOVER_AGE: i64 = 3600;

/// A server with a template of the product's database.
#[derive(Debug)]
pub(crate) struct Server {
    owner: OwnerOptions,
    template: String,
    /// Stopped and deleted by its cleaning shell when the process ends.
    _throwaway: Option<Throwaway>,
}

/// Keeps the password out of debug output.
struct OwnerOptions(PgConnectOptions);

impl std::fmt::Debug for OwnerOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OwnerOptions").field(&self.0.get_username()).finish_non_exhaustive()
    }
}

impl Server {
    /// The server of `DATABASE_URL`, or a throwaway one.
    pub(crate) async fn shared() -> anyhow::Result<&'static Self> {
        static SHARED: OnceCell<Server> = OnceCell::const_new();
        SHARED.get_or_try_init(Self::find).await
    }

    async fn find() -> anyhow::Result<Self> {
        if let Some(url) = env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()) {
            let owner = url.parse().context("DATABASE_URL cannot be read")?;
            return Self::prepare(owner, None).await;
        }
        let throwaway = Throwaway::start().await?;
        Self::prepare(throwaway.url().parse()?, Some(throwaway)).await
    }

    /// Makes the template on the server that `owner` names.
    pub(crate) async fn prepare(owner: PgConnectOptions, throwaway: Option<Throwaway>) -> anyhow::Result<Self> {
        let mut conn = PgConnection::connect_with(&owner).await.context("connecting as the owner")?;
        let template = template::ensure(&mut conn, &owner).await.context("making the template")?;
        let server = Self { owner: OwnerOptions(owner), template, _throwaway: throwaway };
        drop_leftovers(&mut conn).await.context("removing databases of earlier runs")?;
        conn.close().await?;
        Ok(server)
    }

    /// How the owner connects to `database`.
    pub(crate) fn owner(&self, database: &str) -> PgConnectOptions {
        self.owner.0.clone().database(database)
    }

    /// Copies the template; returns the name of the copy.
    pub(crate) async fn create_database(&self) -> anyhow::Result<String> {
        let mut conn = self.connect().await?;
        let now = epoch(&mut conn).await?;
        let name = format!("{PREFIX}{now}_{}", &Uuid::new_v4().simple().to_string()[..16]);
        run(&mut conn, format!("CREATE DATABASE {name} TEMPLATE {}", self.template)).await?;
        conn.close().await?;
        Ok(name)
    }

    /// Removes a database, with whoever is still connected to it.
    pub(crate) async fn drop_database(&self, name: &str) -> anyhow::Result<()> {
        let mut conn = self.connect().await?;
        run(&mut conn, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        Ok(conn.close().await?)
    }

    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.owner.0).await
    }
}

/// The server's time, so that all who share it agree about ages. In seconds.
pub(crate) async fn epoch(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT extract(epoch FROM clock_timestamp())::bigint").fetch_one(conn).await
}

pub(crate) async fn run(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    // The names in it are made here, of letters, digits and underscores.
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}

async fn drop_leftovers(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    let oldest = epoch(conn).await? - LEFTOVER_AGE;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database d
          WHERE datname ~ '^signalbox_test_[0-9]+_[0-9a-f]+$'
            AND split_part(datname, '_', 3)::bigint < $1
            AND pg_has_role(datdba, 'MEMBER')
            AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)",
    )
    .bind(oldest)
    .fetch_all(&mut *conn)
    .await?;
    for name in names {
        // Another process may be removing it, too.
        run(conn, format!("DROP DATABASE IF EXISTS {name}")).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use postgres::app_options;
    use std::fs;

    /// A superuser's connection to the server's own database.
    async fn superuser(throwaway: &Throwaway) -> PgConnection {
        let options = throwaway.cluster().options("postgres", "postgres");
        PgConnection::connect_with(&options).await.unwrap()
    }

    #[tokio::test]
    async fn where_the_owner_has_a_password_the_product_has_one() {
        let throwaway = Throwaway::start().await.unwrap();
        let access = throwaway.cluster().data_directory().join("pg_hba.conf");
        fs::write(access, "local all signalbox_app scram-sha-256\nlocal all all trust\n").unwrap();
        let mut conn = superuser(&throwaway).await;
        run(&mut conn, "SELECT pg_reload_conf()".to_owned()).await.unwrap();

        let owner: PgConnectOptions = throwaway.url().parse().unwrap();
        let server = Server::prepare(owner.password("s3cret"), None).await.unwrap();
        assert!(!format!("{server:?}").contains("s3cret"));
        let owner = server.owner(&server.create_database().await.unwrap());
        let app = app_options(&owner);
        PgConnection::connect_with(&app).await.unwrap().close().await.unwrap();
        let refused = PgConnection::connect_with(&app.password("s3cret")).await.unwrap_err();
        let code = refused.into_database_error().unwrap().code().unwrap().into_owned();
        assert_eq!(code, "28P01", "the password of the owner is not that of the product");
        throwaway.stop().await.unwrap();
    }

    #[tokio::test]
    async fn only_old_leftovers_are_removed() {
        let throwaway = Throwaway::start().await.unwrap();
        let owner: PgConnectOptions = throwaway.url().parse().unwrap();
        let mut conn = PgConnection::connect_with(&owner).await.unwrap();
        let now = epoch(&mut conn).await.unwrap();
        let (old, young) = (now - LEFTOVER_AGE - 60, now - LEFTOVER_AGE + 60);
        for sql in [
            format!("CREATE DATABASE signalbox_test_{old}_ab"),
            format!("CREATE DATABASE signalbox_test_{young}_ab"),
            "CREATE DATABASE signalbox_test_of_mine".to_owned(),
            "CREATE DATABASE signalbox_template_ab IS_TEMPLATE true".to_owned(),
            "COMMENT ON DATABASE signalbox_template_ab IS '1000'".to_owned(),
        ] {
            run(&mut conn, sql).await.unwrap();
        }

        let server = Server::prepare(owner, None).await.unwrap();
        let left: Vec<String> =
            sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE datname ~ '^signalbox_' ORDER BY 1")
                .fetch_all(&mut conn)
                .await
                .unwrap();
        let young = format!("signalbox_test_{young}_ab");
        assert_eq!(left, [server.template.as_str(), &young, "signalbox_test_of_mine"]);
        drop(conn);
        throwaway.stop().await.unwrap();
    }

    #[tokio::test]
    async fn a_template_that_was_not_finished_is_made_anew() {
        let throwaway = Throwaway::start().await.unwrap();
        let owner: PgConnectOptions = throwaway.url().parse().unwrap();
        let template = Server::prepare(owner.clone(), None).await.unwrap().template;
        let mut conn = PgConnection::connect_with(&owner).await.unwrap();
        for sql in [
            format!("ALTER DATABASE {template} WITH IS_TEMPLATE false"),
            format!("DROP DATABASE {template}"),
            format!("CREATE DATABASE {template}"),
        ] {
            run(&mut conn, sql).await.unwrap();
        }
        let server = Server::prepare(owner, None).await.unwrap();
        let copy = server.owner(&server.create_database().await.unwrap());
        let mut inside = PgConnection::connect_with(&copy).await.unwrap();
        let migrated: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_one(&mut inside)
            .await
            .unwrap();
        assert!(migrated);
        drop((conn, inside));
        throwaway.stop().await.unwrap();
    }
}
