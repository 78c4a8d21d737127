//! Killed: the server, its parent, both; and misleading files.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::Signal;
use signalbox_postgres::{Cluster, ServerState};
use sqlx::postgres::PgPoolOptions;
use tokio::sync::watch;

use crate::support::{connect, eventually, open_temp_dir, recall, recorded_pid, remember, runs, send, start};

/// Waits until a successor of the server `killed` takes connections.
///
/// The state in between may be too short to be seen.
async fn restarted(cluster: &Cluster, states: &mut watch::Receiver<ServerState>, killed: u32) {
    states.changed().await.unwrap();
    eventually("the server is started again", || cluster.server_pid().is_some_and(|pid| pid != killed)).await;
    states.wait_for(|state| *state == ServerState::Running).await.unwrap();
}

#[tokio::test]
async fn a_killed_server_is_started_again_and_pools_heal() {
    let temp = open_temp_dir();
    let cluster = start(temp.path().join("pg")).await;
    let options = cluster.options("postgres", "postgres");
    let pool = PgPoolOptions::new().connect_with(options).await.unwrap();
    remember(&cluster).await;

    let mut states = cluster.states();
    for _ in 0..2 {
        let killed = cluster.server_pid().unwrap();
        send(killed, Signal::SIGKILL);
        restarted(&cluster, &mut states, killed).await;
        let word: String = sqlx::query_scalar("SELECT word FROM memory").fetch_one(&pool).await.unwrap();
        assert_eq!(word, "kept");
    }
    pool.close().await;
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn stopping_ends_the_restarts() {
    let temp = open_temp_dir();
    let cluster = start(temp.path().join("pg")).await;
    let data = cluster.data_directory();
    let mut states = cluster.states();
    send(cluster.server_pid().unwrap(), Signal::SIGKILL);
    states.changed().await.unwrap();
    cluster.stop().await.unwrap();
    let left = recorded_pid(&data).filter(|pid| runs(*pid));
    assert_eq!(left, None);
}

/// A process that owns the cluster in `dir`.
async fn owner_process(dir: &Path) -> Child {
    let program = std::env::current_exe().unwrap();
    let program = program.parent().unwrap().parent().unwrap().join("examples/private-cluster");
    assert!(program.exists(), "{} is built by `cargo test`", program.display());
    let child = Command::new(program).arg(dir).stdout(Stdio::null()).spawn().unwrap();
    let data = dir.join("pgdata");
    eventually("the owner's server is ready", || {
        fs::read_to_string(data.join("postmaster.pid")).is_ok_and(|text| text.contains("ready"))
    })
    .await;
    child
}

#[tokio::test]
async fn a_server_whose_owner_was_killed_is_replaced() {
    let temp = open_temp_dir();
    let dir = temp.path().join("pg");
    let mut owner = owner_process(&dir).await;
    let orphan = recorded_pid(&dir.join("pgdata")).unwrap();
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(runs(orphan), "the server outlives its parent");

    let cluster = start(&dir).await;
    assert!(!runs(orphan));
    remember(&cluster).await;
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_living_owner_of_another_process_is_named() {
    let temp = open_temp_dir();
    let dir = temp.path().join("pg");
    let mut owner = owner_process(&dir).await;
    let refused = Cluster::start(signalbox_postgres::Options::new(&dir)).await.unwrap_err();
    assert!(refused.to_string().contains(&format!("the process {}", owner.id())), "{refused}");

    // Ctrl-C: the owner stops the server before it ends.
    let server = recorded_pid(&dir.join("pgdata")).unwrap();
    send(owner.id(), Signal::SIGINT);
    assert!(owner.wait().unwrap().success());
    assert!(!runs(server));
}

#[tokio::test]
async fn killing_owner_and_server_loses_nothing() {
    let temp = open_temp_dir();
    let dir = temp.path().join("pg");
    let cluster = start(&dir).await;
    remember(&cluster).await;
    cluster.stop().await.unwrap();

    let mut owner = owner_process(&dir).await;
    let data = dir.join("pgdata");
    owner.kill().unwrap();
    owner.wait().unwrap();
    send(recorded_pid(&data).unwrap(), Signal::SIGKILL);

    let cluster = start(&dir).await;
    assert_eq!(recall(&cluster).await, "kept");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_stale_file_that_names_a_living_stranger_is_no_obstacle() {
    let temp = open_temp_dir();
    let dir = temp.path().join("pg");
    let cluster = start(&dir).await;
    remember(&cluster).await;
    let data = cluster.data_directory();
    let socket = cluster.options("postgres", "postgres").get_socket().unwrap().clone();
    let stale = fs::read_to_string(data.join("postmaster.pid")).unwrap();
    let lock_file = socket.join(".s.PGSQL.5432.lock");
    let stale_lock = fs::read_to_string(&lock_file).unwrap();
    let server = cluster.server_pid().unwrap().to_string();
    cluster.stop().await.unwrap();

    // The same account has got the number for something else.
    let owner = fs::metadata(&data).unwrap();
    let mut stranger = Command::new("sleep").arg("600").uid(owner.uid()).gid(owner.gid()).spawn().unwrap();
    let number = stranger.id().to_string();
    fs::write(data.join("postmaster.pid"), stale.replace(&server, &number)).unwrap();
    fs::create_dir_all(&socket).unwrap();
    std::os::unix::fs::chown(&socket, Some(owner.uid()), Some(owner.gid())).unwrap();
    fs::set_permissions(&socket, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    fs::write(&lock_file, stale_lock.replace(&server, &number)).unwrap();

    let cluster = start(&dir).await;
    assert_eq!(recall(&cluster).await, "kept");
    assert!(runs(stranger.id()), "the stranger is left alone");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_worker_that_outlives_its_server_does_not_block_the_next() {
    let temp = open_temp_dir();
    let cluster = start(temp.path().join("pg")).await;
    let mut busy = connect(&cluster).await;
    let worker: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut busy).await.unwrap();
    // Without a wait in it, the query does not notice that the server is gone.
    let query = tokio::spawn(async move {
        sqlx::raw_sql("SELECT count(*) FROM generate_series(1, 1000000000000)").execute(&mut busy).await
    });
    let worker = u32::try_from(worker).unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;

    let mut states = cluster.states();
    let killed = cluster.server_pid().unwrap();
    send(killed, Signal::SIGKILL);
    restarted(&cluster, &mut states, killed).await;
    assert!(!runs(worker));
    query.await.unwrap().unwrap_err();
    cluster.stop().await.unwrap();
}
