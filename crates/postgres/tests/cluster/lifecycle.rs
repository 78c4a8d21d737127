//! Made, started, stopped, owned.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use nix::unistd::{Pid, getpgid};
use signalbox_postgres::{Cluster, ClusterError, Options};
use sqlx::{Connection, PgConnection};

use crate::support::{connect, open_temp_dir, recall, recorded_pid, remember, runs, start};

#[tokio::test]
async fn data_survives_a_stop() {
    let temp = open_temp_dir();
    let dir = temp.path().join("data/postgres");

    let cluster = start(&dir).await;
    let server = cluster.server_pid().unwrap();
    remember(&cluster).await;
    cluster.stop().await.unwrap();
    assert!(!runs(server), "stopping waits for the end");

    let cluster = start(&dir).await;
    assert_eq!(recall(&cluster).await, "kept");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_server_is_set_up_as_promised() {
    let temp = open_temp_dir();
    let cluster = start(temp.path().join("pg")).await;
    let server = Pid::from_raw(cluster.server_pid().unwrap().try_into().unwrap());
    assert_ne!(getpgid(Some(server)), getpgid(None), "Ctrl-C is not for the server");
    let mut conn = connect(&cluster).await;
    for (setting, value) in [
        ("server_encoding", "UTF8"),
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("max_connections", "100"),
        ("shared_buffers", "128MB"),
        ("TimeZone", "UTC"),
    ] {
        let found: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut conn).await.unwrap();
        assert_eq!(found, value, "{setting}");
    }
    let collate: String = sqlx::query_scalar("SELECT datcollate FROM pg_database WHERE datname = 'template0'")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert!(["C.UTF-8", "C"].contains(&collate.as_str()), "{collate}");
    drop(conn);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn dropping_stops_the_server() {
    let temp = open_temp_dir();
    let cluster = start(temp.path().join("pg")).await;
    let server = cluster.server_pid().unwrap();
    drop(cluster);
    assert!(!runs(server));
}

#[tokio::test]
async fn destroying_leaves_nothing() {
    let temp = open_temp_dir();
    let dir = temp.path().join("pg");
    let cluster = start(&dir).await;
    let server = cluster.server_pid().unwrap();
    cluster.destroy().await.unwrap();
    assert!(!runs(server));
    assert!(!dir.exists());
}

#[tokio::test]
async fn a_second_owner_is_refused_and_told_who_has_it() {
    let temp = open_temp_dir();
    let dir = temp.path().join("pg");
    let cluster = start(&dir).await;

    let refused = Cluster::start(Options::new(&dir)).await.unwrap_err();
    assert!(matches!(refused, ClusterError::InUse { .. }), "{refused:?}");
    let pid = std::process::id();
    assert!(refused.to_string().contains(&format!("the process {pid}")), "{refused}");
    connect(&cluster).await.ping().await.expect("the first owner is not disturbed");

    cluster.stop().await.unwrap();
    start(&dir).await.stop().await.expect("the directory is free again");
}

#[tokio::test]
async fn long_steps_are_announced() {
    let temp = open_temp_dir();
    let steps = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&steps);
    let options =
        Options::new(temp.path().join("pg")).progress(move |step| listener.lock().unwrap().push(step.to_owned()));
    Cluster::start(options.clone()).await.unwrap().stop().await.unwrap();
    let first = std::mem::take(&mut *steps.lock().unwrap());
    assert!(first[0].starts_with("creating the database cluster in "), "{first:?}");
    Cluster::start(options).await.unwrap().stop().await.unwrap();
    assert_eq!(*steps.lock().unwrap(), ["starting the database"]);
}

#[tokio::test]
async fn without_binaries_the_error_says_what_to_install() {
    let temp = open_temp_dir();
    let options = Options::new(temp.path().join("pg")).bin_dirs([PathBuf::from("/nonexistent")]);
    let message = Cluster::start(options).await.unwrap_err().to_string();
    for hint in [
        "sudo apt install postgresql",
        "sudo dnf install postgresql-server postgresql-contrib",
        "brew install postgresql@17",
        "DATABASE_URL",
        "version 14",
    ] {
        assert!(message.contains(hint), "{hint} is missing in: {message}");
    }
}

#[tokio::test]
async fn a_half_made_cluster_is_made_anew() {
    let temp = open_temp_dir();
    let dir = temp.path().join("pg");
    let draft = dir.join("pgdata.new-0123");
    fs::create_dir_all(draft.join("base")).unwrap();
    fs::write(draft.join("PG_VERSION"), "15\n").unwrap();

    let cluster = start(&dir).await;
    connect(&cluster).await.ping().await.unwrap();
    assert!(!draft.exists());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_not_a_cluster_is_left_alone() {
    let temp = open_temp_dir();
    let data = temp.path().join("pg/pgdata");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("thesis.txt"), "years of work").unwrap();
    if crate::support::is_root() {
        std::os::unix::fs::chown(&data, Some(65534), None).unwrap();
    }

    let refused = Cluster::start(Options::new(temp.path().join("pg"))).await.unwrap_err();
    assert!(matches!(refused, ClusterError::NotACluster { .. }), "{refused:?}");
    assert!(data.join("thesis.txt").exists());
}

#[tokio::test]
async fn a_server_that_cannot_start_shows_its_log() {
    let temp = open_temp_dir();
    let dir = temp.path().join("pg");
    let cluster = start(&dir).await;
    let data = cluster.data_directory();
    cluster.stop().await.unwrap();
    fs::write(data.join("postgresql.conf"), "work_mem = 'a lot'\n").unwrap();

    let message = Cluster::start(Options::new(&dir)).await.unwrap_err().to_string();
    assert!(message.contains("exit status"), "{message}");
    assert!(message.contains("invalid value for parameter \"work_mem\""), "{message}");
    assert_eq!(recorded_pid(&data), None);
}

#[tokio::test]
async fn the_products_database_belongs_to_an_owner_that_is_no_superuser() {
    let temp = open_temp_dir();
    let cluster = start(temp.path().join("pg")).await;
    for _ in 0..2 {
        cluster.ensure_database("signalbox", "signalbox_owner").await.unwrap();
    }

    let url = cluster.url("signalbox_owner", "signalbox");
    let mut owner = PgConnection::connect(&url).await.unwrap();
    // What the migrations do: tables, and the role of the product.
    sqlx::raw_sql(
        "CREATE ROLE signalbox_app LOGIN;
         CREATE TABLE thing (id int);
         GRANT SELECT ON thing TO signalbox_app",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    let (superuser, bypass): (bool, bool) =
        sqlx::query_as("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            .fetch_one(&mut owner)
            .await
            .unwrap();
    assert!(!superuser && !bypass);

    let mut app = PgConnection::connect_with(&cluster.options("signalbox_app", "signalbox")).await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM thing").fetch_one(&mut app).await.unwrap();
    assert_eq!(count, 0);
    let refused = sqlx::raw_sql("CREATE TABLE mine (id int)").execute(&mut app).await;
    let code = refused.unwrap_err().into_database_error().unwrap().code().unwrap().into_owned();
    assert_eq!(code, "42501", "the product cannot make tables");
    drop((owner, app));
    cluster.stop().await.unwrap();
}
