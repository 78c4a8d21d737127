//! A real database per test.

use std::thread;

use postgres::app_options;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::server::Server;

/// Enough for a test, and few enough for many tests at once.
const POOL_SIZE: u32 = 10;

/// A database of its own for one test, with all migrations applied. Dropping it removes it.
///
/// It lies on the server that `DATABASE_URL` names, whose role has to be allowed to make
/// databases and roles, or on a throwaway server.
///
/// Both pools connect when they are used.
#[derive(Debug)]
pub struct TestDatabase {
    /// As the role that owns the tables: to prepare and to look, past the policies where that
    /// role is a superuser.
    pub owner: PgPool,
    /// As the role `signalbox_app`, under which the product works.
    pub app: PgPool,
    name: String,
    server: &'static Server,
}

impl TestDatabase {
    /// Makes a database; panics when that is not possible, as the test could not go on.
    pub async fn create() -> Self {
        Self::try_create().await.unwrap_or_else(|error| panic!("no test database: {error:#}"))
    }

    async fn try_create() -> anyhow::Result<Self> {
        let server = Server::shared().await?;
        let name = server.create_database().await?;
        let owner = server.owner(&name);
        Ok(Self { owner: pool(owner.clone()), app: pool(app_options(&owner)), name, server })
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the owner connects.
    pub fn owner_options(&self) -> PgConnectOptions {
        self.server.owner(&self.name)
    }

    /// How the product connects.
    pub fn app_options(&self) -> PgConnectOptions {
        app_options(&self.owner_options())
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (name, server) = (self.name.clone(), self.server);
        // The test's own runtime may be ending, and cannot be waited for from within.
        let dropped = thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(server.drop_database(&name))
        })
        .join();
        match dropped {
            Ok(Ok(())) => {}
            Ok(Err(error)) => eprintln!("{} stays until a later run: {error:#}", self.name),
            Err(_) => eprintln!("{} stays until a later run", self.name),
        }
    }
}

fn pool(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new().max_connections(POOL_SIZE).connect_lazy_with(options)
}
