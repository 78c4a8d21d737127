//! What a crash leaves behind: server processes without a parent, and files that name them.
//!
//! A server outlives a parent that was killed, its workers may outlive a server that was
//! killed, and its `postmaster.pid` outlives both. The next server would refuse to start beside
//! the processes, and also when another process has got the number in the file meanwhile.
//! Whoever holds the directory's lock may therefore stop the ones and remove the other.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::error::ClusterError;
use crate::shutdown::{self, LADDER};
use crate::socket::{SocketDirectory, remove_if_present, short_name};

const STEP: Duration = Duration::from_millis(10);

/// Stops the server processes of the cluster in `data` and removes the files that name them.
///
/// `say` hears it when a person has to wait.
pub(crate) fn clear(data: &Path, socket: &SocketDirectory, say: impl Fn(&str)) -> Result<(), ClusterError> {
    let server = server_pid(data);
    for (signal, patience) in LADDER {
        let running = processes(data);
        let Some(first) = running.first() else { break };
        say(&format!("stopping a database server left over from an earlier run ({first})"));
        // The server ends its workers, and knows best how; without it, all have to be told.
        match server.filter(|pid| running.contains(pid)) {
            Some(pid) => shutdown::signal(pid, signal),
            None => running.iter().for_each(|pid| shutdown::signal(*pid, worker_signal(signal))),
        }
        wait_for_end(data, patience);
    }
    if let Some(&pid) = processes(data).first() {
        return Err(ClusterError::Unstoppable { pid });
    }
    remove_if_present(&data.join("postmaster.pid"))?;
    socket.clear()
}

/// A worker takes SIGINT as "cancel your query" and lives on.
fn worker_signal(signal: Signal) -> Signal {
    if signal == Signal::SIGINT { Signal::SIGTERM } else { signal }
}

fn wait_for_end(data: &Path, patience: Duration) {
    let begin = Instant::now();
    while !processes(data).is_empty() && begin.elapsed() < patience {
        thread::sleep(STEP);
    }
}

/// The process id in the file of a server that runs or ran; negative for a single-user server.
fn server_pid(data: &Path) -> Option<u32> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse::<i32>().ok().map(i32::unsigned_abs)
}

/// The name by which a cluster's workers call themselves in the list of processes.
pub(crate) fn cluster_name(data: &Path) -> String {
    short_name(data)
}

/// The living processes of the cluster in `data`. Zombies have no command line any more.
fn processes(data: &Path) -> Vec<u32> {
    let name = cluster_name(data);
    command_lines().into_iter().filter(|(_, command)| belongs(command, data, &name)).map(|(pid, _)| pid).collect()
}

/// Whether a command line is that of a server of `data`, or of one of its workers.
fn belongs(command: &str, data: &Path, name: &str) -> bool {
    let worker = command.strip_prefix("postgres: ").and_then(|rest| rest.strip_prefix(name));
    if worker.is_some_and(|rest| rest.starts_with(':')) {
        return true;
    }
    let Some((program, arguments)) = command.split_once(" -D ") else {
        return false;
    };
    let rest = arguments.strip_prefix(&*data.to_string_lossy());
    program.ends_with("/postgres") && rest.is_some_and(|rest| rest.starts_with(" -c "))
}

/// The command lines of all processes, arguments separated by spaces.
///
/// The command line alone tells: in a container, root may not see another account's working
/// directories or programs.
#[cfg(target_os = "linux")]
fn command_lines() -> Vec<(u32, String)> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let bytes = fs::read(entry.path().join("cmdline")).ok()?;
            Some((pid, String::from_utf8_lossy(&bytes).replace('\0', " ")))
        })
        .collect()
}

/// The command lines of all processes, arguments separated by spaces.
#[cfg(not(target_os = "linux"))]
fn command_lines() -> Vec<(u32, String)> {
    let output = std::process::Command::new("/bin/ps")
        .args(["-axww", "-o", "pid=,command="])
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    String::from_utf8_lossy(&output)
        .lines()
        .filter_map(|line| {
            let (pid, command) = line.trim_start().split_once(' ')?;
            Some((pid.parse().ok()?, command.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_clusters_own_processes_belong() {
        let data = Path::new("/srv/my data/pgdata");
        let ours = |command: &str| belongs(command, data, "signalbox-0a");
        assert!(ours("/usr/lib/postgresql/15/bin/postgres -D /srv/my data/pgdata -c port=5432 "));
        assert!(ours("postgres: signalbox-0a: checkpointer "));
        assert!(ours("postgres: signalbox-0a: app signalbox [local] idle"));

        assert!(!ours("/usr/lib/postgresql/15/bin/postgres -D /srv/my data/pgdata2 -c port=1"));
        assert!(!ours("/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main -c x"));
        assert!(!ours("postgres: signalbox-0ab: checkpointer "));
        assert!(!ours("postgres: 15/main: checkpointer "));
        assert!(!ours("tail -f /srv/my data/pgdata/server.log"));
        assert!(!ours("less -D /srv/my data/pgdata -c x"));
    }

    #[test]
    fn our_own_command_line_is_seen() {
        let own = std::process::id();
        let program = std::env::args().next().unwrap();
        let found = command_lines().into_iter().find(|(pid, _)| *pid == own).unwrap();
        assert!(found.1.contains(&program), "{found:?}");
    }
}
