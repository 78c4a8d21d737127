//! A durable PostgreSQL of the scenario's own, to be ended and filled up.

use super::{World, eventually};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use postgres::ServerState;
use sqlx::{
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{path::Path, sync::Arc};
use test_support::Throwaway;

pub struct Server(Throwaway);

impl Server {
    pub async fn start() -> Self {
        Self(Throwaway::start_durable().await.expect("a server can be started"))
    }

    /// The product's database on it.
    pub async fn world(&self) -> Arc<World> {
        let owner: PgConnectOptions = self.0.url().parse().expect("the server has a URL");
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let pool = PgPoolOptions::new().max_connections(1).connect_with(owner.clone()).await.expect("it is there");
        let migrator = Migrator::new(migrations).await.expect("there are migrations");
        migrator.run(&pool).await.expect("the database can be migrated");
        pool.close().await;
        World::of(&owner, None).await
    }

    pub fn pid(&self) -> Option<u32> {
        self.0.cluster().server_pid()
    }

    /// Ends the server; it is started again by itself. Returns when it takes connections.
    pub async fn restart(&self, signal: Signal) {
        let before = self.pid().expect("the server runs");
        kill(Pid::from_raw(i32::try_from(before).expect("process ids fit")), signal).expect("it is ours");
        self.is_back(before).await;
    }

    /// Waits until another server than `before` takes connections.
    pub async fn is_back(&self, before: u32) {
        let states = self.0.cluster().states();
        eventually("the server is back", async || {
            let other = self.pid().is_some_and(|pid| pid != before);
            Ok(other && *states.borrow() == ServerState::Running)
        })
        .await;
    }

    pub async fn stop(self) {
        self.0.stop().await.expect("the server can be stopped");
    }
}
