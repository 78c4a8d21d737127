//! The face of the crate: a running private cluster.

use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use crate::binaries::Binaries;
use crate::error::ClusterError;
use crate::home::Home;
use crate::initdb;
use crate::options::Options;
use crate::server::Server;
use crate::socket::{PORT, SocketDirectory};
use crate::supervisor::{ServerState, Supervisor};

/// A running private cluster, held by this process.
///
/// The server is started again when it ends by itself. Dropping the value stops it, waiting for
/// its end; [`Cluster::stop`] does so without blocking the runtime.
#[derive(Debug)]
pub struct Cluster {
    // Before `home`: the directory stays locked until the server has ended.
    supervisor: Supervisor,
    socket: SocketDirectory,
    home: Home,
}

impl Cluster {
    /// Starts the cluster of a directory, making it when there is none.
    ///
    /// What an earlier run left behind, even a running server, is cleared away first.
    pub async fn start(options: Options) -> Result<Self, ClusterError> {
        blocking(move || Self::start_blocking(options)).await
    }

    fn start_blocking(options: Options) -> Result<Self, ClusterError> {
        let home = Home::open(&options)?;
        let data = home.data();
        let binaries = Binaries::find(options.bin_dirs.as_deref(), home.account(), &data)?;
        initdb::ensure(&home, &binaries, &options)?;
        let socket = SocketDirectory::of(home.path());
        let server = Server::new(&home, &binaries, socket.clone(), options);
        let child = server.start()?;
        let supervisor = Supervisor::watch(server, child)?;
        Ok(Self { supervisor, socket, home })
    }

    /// How to connect as `role` to `database`.
    pub fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.socket.path())
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(role)
            .database(database)
    }

    /// The same as a URL, for other programs; psql and libpq read it, too.
    pub fn url(&self, role: &str, database: &str) -> String {
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let socket = self.socket.path().to_string_lossy();
        let (role, host, database) = (encode(role), encode(&socket), encode(database));
        format!("postgres://{role}@{host}:{PORT}/{database}")
    }

    /// Tells what the server is doing, and each change of it.
    pub fn states(&self) -> watch::Receiver<ServerState> {
        self.supervisor.states()
    }

    /// The server's process id, unless it is down at the moment.
    pub fn server_pid(&self) -> Option<u32> {
        self.supervisor.pid()
    }

    /// The PostgreSQL data directory, which belongs to the account that runs the server.
    pub fn data_directory(&self) -> PathBuf {
        self.home.data()
    }

    /// Where the cluster's files are: the directory it was started in, or the place outside.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Stops the server and waits for its end.
    pub async fn stop(mut self) -> Result<(), ClusterError> {
        blocking(move || self.stop_blocking()).await
    }

    /// Stops the server and deletes the cluster with its directory.
    pub async fn destroy(mut self) -> Result<(), ClusterError> {
        blocking(move || {
            self.stop_blocking()?;
            self.home.remove()
        })
        .await
    }

    fn stop_blocking(&mut self) -> Result<(), ClusterError> {
        self.supervisor.stop()?;
        self.socket.remove();
        Ok(())
    }
}

/// Runs what waits for files and processes away from the runtime's own threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(result) => result,
        // It is never cancelled: only a panic gets here.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
