//! Directories that are deep, odd or closed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use signalbox_postgres::{Cluster, ClusterError, Options};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use crate::support::{is_root, open_temp_dir, recall, remember, start};

#[tokio::test]
async fn a_deep_directory_gets_a_short_socket() {
    let temp = open_temp_dir();
    let dir = temp.path().join("a-rather-long-name-of-a-directory/".repeat(4)).join("pg");
    let cluster = start(&dir).await;
    let socket = cluster.options("postgres", "postgres").get_socket().unwrap().clone();
    assert!(socket.starts_with("/tmp"), "{}", socket.display());
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o700);
    remember(&cluster).await;
    cluster.stop().await.unwrap();
    assert!(!socket.exists(), "nothing stays in /tmp");

    let cluster = start(&dir).await;
    assert_eq!(cluster.options("postgres", "postgres").get_socket(), Some(&socket));
    assert_eq!(recall(&cluster).await, "kept");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_directory_with_odd_characters_works() {
    let temp = open_temp_dir();
    let cluster = start(temp.path().join("it's, \"my\" dàta %2F")).await;
    let mut conn = PgConnection::connect(&cluster.url("postgres", "postgres")).await.unwrap();
    conn.ping().await.unwrap();
    drop(conn);
    cluster.stop().await.unwrap();
}

/// As below `/root`: nobody but root can enter the parent, and the files go to `outside`.
struct Closed {
    parent: TempDir,
    outside: TempDir,
}

impl Closed {
    /// Nothing when we are not root: then the server runs as ourselves, wherever we can go.
    fn new() -> Option<Self> {
        if !is_root() {
            eprintln!("skipped: only root has directories that its server cannot enter");
            return None;
        }
        let parent = TempDir::new().unwrap();
        fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Some(Self { parent, outside: open_temp_dir() })
    }

    fn options(&self, name: &str) -> Options {
        Options::new(self.parent.path().join(name)).outside(self.outside.path().join("signalbox"))
    }

    fn pointer(&self, name: &str) -> std::path::PathBuf {
        self.parent.path().join(name).join("location")
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn below_a_closed_directory_the_data_is_found_again() {
    let Some(closed) = Closed::new() else { return };
    let cluster = Cluster::start(closed.options("pg")).await.unwrap();
    assert!(cluster.home().starts_with(closed.outside.path()));
    remember(&cluster).await;
    let refused = Cluster::start(closed.options("pg")).await.unwrap_err();
    assert!(matches!(refused, ClusterError::InUse { .. }), "{refused:?}");
    assert_eq!(mode(&cluster.data_directory()), 0o700);
    assert_eq!(mode(closed.parent.path()), 0o700, "not ours to open");
    cluster.stop().await.unwrap();

    let cluster = Cluster::start(closed.options("pg")).await.unwrap();
    assert_eq!(recall(&cluster).await, "kept");
    let home = cluster.home().to_owned();
    cluster.destroy().await.unwrap();
    assert!(!home.exists() && !closed.pointer("pg").exists());
}

#[tokio::test]
async fn a_moved_directory_keeps_its_data_and_a_copy_does_not_share_it() {
    let Some(closed) = Closed::new() else { return };
    let cluster = Cluster::start(closed.options("old")).await.unwrap();
    remember(&cluster).await;
    cluster.stop().await.unwrap();
    fs::rename(closed.parent.path().join("old"), closed.parent.path().join("new")).unwrap();

    let cluster = Cluster::start(closed.options("new")).await.unwrap();
    assert_eq!(recall(&cluster).await, "kept");
    cluster.stop().await.unwrap();

    fs::create_dir(closed.parent.path().join("copy")).unwrap();
    fs::copy(closed.pointer("new"), closed.pointer("copy")).unwrap();
    let refused = Cluster::start(closed.options("copy")).await.unwrap_err();
    assert!(matches!(refused, ClusterError::LocationTaken { .. }), "{refused:?}");

    // Beginning anew does not touch the original.
    fs::remove_file(closed.pointer("copy")).unwrap();
    let copy = Cluster::start(closed.options("copy")).await.unwrap();
    let cluster = Cluster::start(closed.options("new")).await.unwrap();
    assert_eq!(recall(&cluster).await, "kept");
    assert_ne!(copy.home(), cluster.home());
    copy.stop().await.unwrap();
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn lost_data_is_not_replaced_silently() {
    let Some(closed) = Closed::new() else { return };
    let cluster = Cluster::start(closed.options("pg")).await.unwrap();
    let home = cluster.home().to_owned();
    cluster.stop().await.unwrap();
    fs::remove_dir_all(home).unwrap();
    let refused = Cluster::start(closed.options("pg")).await.unwrap_err();
    assert!(matches!(refused, ClusterError::LocationMissing { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_cluster_moved_into_a_closed_directory_says_so() {
    let Some(closed) = Closed::new() else { return };
    let temp = open_temp_dir();
    start(temp.path().join("pg")).await.stop().await.unwrap();
    fs::rename(temp.path().join("pg"), closed.parent.path().join("pg")).unwrap();
    let refused = Cluster::start(closed.options("pg")).await.unwrap_err();
    assert!(matches!(refused, ClusterError::Unreachable { .. }), "{refused:?}");
}
