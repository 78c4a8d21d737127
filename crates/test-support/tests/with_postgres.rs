//! The command gets a server, its exit code is kept, and nothing is left behind.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// `with-postgres` and a directory for temporary files that every account can enter.
struct Run {
    temp: TempDir,
    command: Command,
}

impl Run {
    fn new(script: &str) -> Self {
        let temp = TempDir::new().unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(temp.path(), open).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_with-postgres"));
        command
            .args(["/bin/sh", "-c", script])
            .env_remove("DATABASE_URL")
            .env("TMPDIR", temp.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        Self { temp, command }
    }

    fn output(&mut self) -> Output {
        self.command.output().unwrap()
    }

    /// Starts a command that writes its URL to a file, and waits until it has.
    fn start_waiting() -> (Self, Child, String) {
        let mut run = Self::new("echo $DATABASE_URL > \"$TMPDIR/url\"; exec sleep 600");
        let child = run.command.spawn().unwrap();
        let file = run.temp.path().join("url");
        eventually("the command runs", || std::fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')));
        let url = std::fs::read_to_string(&file).unwrap().trim().to_owned();
        (run, child, url)
    }

    /// The directories of servers.
    fn servers(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.temp.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).filter(|path| is_server(path)).collect()
    }
}

fn is_server(path: &Path) -> bool {
    path.file_name().unwrap().to_str().unwrap().starts_with("signalbox-test-")
}

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().try_into().unwrap())
}

#[test]
fn the_exit_code_is_the_commands_and_the_server_goes() {
    let mut run = Run::new("ls -d $TMPDIR/signalbox-test-*; exit 7");
    let output = run.output();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    assert!(run.servers().is_empty());
}

#[test]
fn a_command_that_was_killed_counts_as_in_a_shell() {
    let mut run = Run::new("kill -9 $$");
    assert_eq!(run.output().status.code(), Some(137));
    assert!(run.servers().is_empty());
}

#[test]
fn a_given_database_is_used() {
    let mut run = Run::new("printf %s $DATABASE_URL");
    run.command.env("DATABASE_URL", "postgres://elsewhere/signalbox");
    let output = run.output();
    assert_eq!(output.stdout, b"postgres://elsewhere/signalbox");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_command_that_does_not_exist_is_named() {
    let mut run = Run::new("");
    run.command = Command::new(env!("CARGO_BIN_EXE_with-postgres"));
    run.command.arg("no-such-command").env("DATABASE_URL", "postgres://elsewhere");
    let output = run.output();
    assert_eq!(output.status.code(), Some(125));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot run no-such-command"));
}

#[tokio::test]
async fn the_owner_may_make_databases_but_is_no_superuser() {
    let (run, mut child, url) = Run::start_waiting();
    let mut conn = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE DATABASE another").execute(&mut conn).await.unwrap();
    let superuser: bool = sqlx::query_scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert!(!superuser);
    drop(conn);
    kill(pid(&child), Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(128 + 15), "SIGTERM is passed on");
    assert!(run.servers().is_empty());
}

#[test]
fn ctrl_c_cleans_up() {
    let (run, mut child, _) = Run::start_waiting();
    assert_eq!(run.servers().len(), 1);
    // As a terminal does: to the whole group.
    killpg(pid(&child), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(128 + 2));
    assert!(run.servers().is_empty());
}

#[test]
fn even_kill_9_cleans_up() {
    let (run, mut child, _) = Run::start_waiting();
    killpg(pid(&child), Signal::SIGKILL).unwrap();
    child.wait().unwrap();
    eventually("the server is stopped and deleted", || run.servers().is_empty());
}
