//! Making the product's database and the role that owns it.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::cluster::Cluster;
use crate::error::ClusterError;

impl Cluster {
    /// Makes sure that the database `name` exists and belongs to the role `owner`.
    ///
    /// The role can log in and make other roles, but is no superuser. What exists already is
    /// kept, and brought to this state.
    pub async fn ensure_database(&self, name: &str, owner: &str) -> Result<(), ClusterError> {
        let mut conn = self.connect("postgres").await?;
        self.ensure_owner(&mut conn, owner).await?;
        ensure_owned(&mut conn, name, owner).await.map_err(failed("create the database", name))?;
        close(conn).await;

        let mut conn = self.connect(name).await?;
        close_public_schema(&mut conn).await.map_err(failed("prepare the database", name))?;
        close(conn).await;
        Ok(())
    }

    async fn connect(&self, database: &str) -> Result<PgConnection, ClusterError> {
        PgConnection::connect_with(&self.options("postgres", database))
            .await
            .map_err(failed("connect to the database", database))
    }

    async fn ensure_owner(&self, conn: &mut PgConnection, role: &str) -> Result<(), ClusterError> {
        let verb = if exists(conn, "SELECT FROM pg_roles WHERE rolname = $1", role)
            .await
            .map_err(failed("look up the role", role))?
        {
            "ALTER"
        } else {
            "CREATE"
        };
        let quoted = quote(role);
        let sql = format!("{verb} ROLE {quoted} LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS");
        run(conn, sql).await.map_err(failed("prepare the role", role))
    }
}

async fn ensure_owned(conn: &mut PgConnection, name: &str, owner: &str) -> Result<(), sqlx::Error> {
    let (database, owner) = (quote(name), quote(owner));
    if exists(conn, "SELECT FROM pg_database WHERE datname = $1", name).await? {
        return run(conn, format!("ALTER DATABASE {database} OWNER TO {owner}")).await;
    }
    // The empty template: the other one may have been given contents by the administrator.
    run(conn, format!("CREATE DATABASE {database} OWNER {owner} TEMPLATE template0")).await
}

/// What PostgreSQL 15 does by itself: the owner of the database, and nobody else, makes tables.
async fn close_public_schema(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    run(conn, "ALTER SCHEMA public OWNER TO pg_database_owner".to_owned()).await?;
    run(conn, "REVOKE CREATE ON SCHEMA public FROM PUBLIC".to_owned()).await
}

async fn exists(conn: &mut PgConnection, sql: &'static str, name: &str) -> Result<bool, sqlx::Error> {
    Ok(sqlx::query(sql).bind(name).fetch_optional(conn).await?.is_some())
}

async fn run(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    // Names are the only variable part, and quoted.
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}

async fn close(conn: PgConnection) {
    // All is committed; a connection that ends badly takes nothing with it.
    if let Err(error) = conn.close().await {
        tracing::debug!(%error, "closing an administrative connection");
    }
}

fn failed(what: &'static str, name: &str) -> impl FnOnce(sqlx::Error) -> ClusterError {
    let action = format!("{what} {name}");
    move |source| ClusterError::Database { action, source }
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(quote("signalbox"), r#""signalbox""#);
        assert_eq!(quote(r#"a" OWNER b"#), r#""a"" OWNER b""#);
    }
}
