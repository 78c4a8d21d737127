//! A disk that is full, as far as PostgreSQL can tell: no file of its may grow beyond a limit, and a write that would
//! make it fails, as on a full disk.
//!
//! The limit is `RLIMIT_FSIZE`, put on running processes and lifted again by `prlimit` of util-linux. PostgreSQL ignores
//! the signal that comes with it and sees the error.

use super::server::Server;
use nix::unistd::Uid;
use std::{
    fs,
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    process::Command,
};

/// Just enough for the write-ahead log, whose files are all of this size: only tables cannot grow.
pub const TABLES: &str = "16777216";
/// Nothing can be written, the write-ahead log neither.
pub const EVERYTHING: &str = "65536";

/// Lets the disk of a server be full from now on. A server that is started anew begins without a limit.
pub fn fill(server: &Server, limit: &str) {
    // Whoever is started by the first after this inherits the limit.
    if let Some(pid) = server.pid() {
        set(pid, limit);
        for child in children(pid) {
            set(child, limit);
        }
    }
}

/// There is space again.
pub fn free(server: &Server) {
    fill(server, "unlimited");
}

fn set(pid: u32, limit: &str) {
    // The process may have ended.
    let Ok(owner) = fs::metadata(format!("/proc/{pid}")) else { return };
    let mut prlimit = Command::new("prlimit");
    // Only the soft limit, which may be lifted again.
    prlimit.arg(format!("--pid={pid}")).arg(format!("--fsize={limit}:"));
    // In a container, root may not do this to another account's process, but the account may.
    if Uid::effective().is_root() {
        prlimit.uid(owner.uid()).gid(owner.gid()).current_dir("/");
    }
    let _ = prlimit.output();
}

fn children(pid: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// Whether this machine can do it.
pub fn can_be_filled(server: &Server) -> bool {
    let Some(pid) = server.pid() else { return false };
    fill(server, TABLES);
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
    free(server);
    limits.lines().any(|line| line.starts_with("Max file size") && line.contains(TABLES))
}
