//! One run of the server program.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::binaries::Binaries;
use crate::error::{ClusterError, IoContext};
use crate::home::Home;
use crate::leftovers::{self, cluster_name};
use crate::options::Options;
use crate::shutdown;
use crate::socket::{PORT, SocketDirectory};

/// Recovery after a crash replays at most about 1 GB of log, which takes a slow disk minutes.
const READY_LIMIT: Duration = Duration::from_mins(5);
/// After this long, a person wants to know why they wait.
const READY_SOON: Duration = Duration::from_secs(3);
const STEP: Duration = Duration::from_millis(5);

/// A log larger than this is put aside at the next start.
const LOG_LIMIT: u64 = 16 * 1024 * 1024;
/// How much of the log an error shows.
const TAIL_LINES: usize = 20;

/// How to run the server of one cluster, any number of times.
#[derive(Debug)]
pub(crate) struct Server {
    program: PathBuf,
    account: Account,
    data: PathBuf,
    log: PathBuf,
    socket: SocketDirectory,
    options: Options,
}

impl Server {
    pub(crate) fn new(home: &Home, binaries: &Binaries, socket: SocketDirectory, options: Options) -> Self {
        Self {
            program: binaries.postgres(),
            account: home.account().clone(),
            data: home.data(),
            log: home.log(),
            socket,
            options,
        }
    }

    /// Starts the server and waits until it takes connections.
    pub(crate) fn start(&self) -> Result<Child, ClusterError> {
        let from = self.rotate_log()?;
        let mut child = self.spawn()?;
        if let Err(reason) = self.wait_until_ready(&mut child) {
            // It may have ended already; the start's failure is what the caller has to hear.
            let _ = shutdown::stop(&mut child);
            let tail = tail(&self.log, from);
            return Err(ClusterError::StartFailed { reason, log: self.log.clone(), tail });
        }
        Ok(child)
    }

    /// Starts the server, after clearing away what an earlier one has left.
    pub(crate) fn spawn(&self) -> Result<Child, ClusterError> {
        self.socket.prepare(&self.account)?;
        leftovers::clear(&self.data, &self.socket, |text| self.options.say(text))?;
        self.options.say("starting the database");
        let mut command = self.account.command(&self.program);
        // `leftovers` recognises the server by this beginning.
        command.arg("-D").arg(&self.data);
        for setting in self.settings() {
            command.arg("-c").arg(setting);
        }
        let log = open_log(&self.log)?;
        command.stdout(log.try_clone().context("open", &self.log)?).stderr(log);
        // Ctrl-C in a terminal reaches the whole group: the product has to end before its database.
        command.process_group(0);
        command.spawn().context("run", &self.program)
    }

    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Whether the server with this process id takes connections.
    pub(crate) fn is_ready(&self, pid: u32) -> bool {
        let Ok(text) = fs::read_to_string(self.data.join("postmaster.pid")) else {
            return false;
        };
        let mut lines = text.lines();
        lines.next().is_some_and(|line| line.trim() == pid.to_string())
            && lines.nth(6).is_some_and(|status| status.trim() == "ready")
    }

    fn wait_until_ready(&self, child: &mut Child) -> Result<(), String> {
        let begin = Instant::now();
        let mut told = false;
        while !self.is_ready(child.id()) {
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return Err(describe(status)),
                Err(error) => return Err(error.to_string()),
            }
            if begin.elapsed() > READY_LIMIT {
                return Err(format!("not ready after {} s", READY_LIMIT.as_secs()));
            }
            if !told && begin.elapsed() > READY_SOON {
                self.options.say("the database is still starting; after a crash it recovers first");
                told = true;
            }
            thread::sleep(STEP);
        }
        Ok(())
    }

    fn settings(&self) -> Vec<String> {
        let switch = if self.options.durable { "on" } else { "off" };
        let socket = self.socket.path().display();
        vec![
            format!("cluster_name={}", cluster_name(&self.data)),
            format!("unix_socket_directories={socket}"),
            "unix_socket_permissions=0700".to_owned(),
            "listen_addresses=".to_owned(),
            format!("port={PORT}"),
            format!("max_connections={}", self.options.max_connections),
            "shared_buffers=128MB".to_owned(),
            format!("fsync={switch}"),
            format!("synchronous_commit={switch}"),
            format!("full_page_writes={switch}"),
            // The rows of a job queue live for milliseconds: at the default of a minute the tables grow that much longer.
            "autovacuum_naptime=5s".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            "log_destination=stderr".to_owned(),
            "logging_collector=off".to_owned(),
            // Statements and the values in an error's details are people's data.
            "log_min_error_statement=panic".to_owned(),
            "log_error_verbosity=terse".to_owned(),
        ]
    }

    /// Keeps the log from growing for ever; returns where this run's part begins.
    fn rotate_log(&self) -> Result<u64, ClusterError> {
        let length = fs::metadata(&self.log).map_or(0, |file| file.len());
        if length <= LOG_LIMIT {
            return Ok(length);
        }
        fs::rename(&self.log, self.log.with_extension("log.1")).context("rotate", &self.log)?;
        Ok(0)
    }
}

pub(crate) fn describe(status: ExitStatus) -> String {
    format!("it ended with {status}")
}

fn open_log(path: &Path) -> Result<File, ClusterError> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path).context("open", path)
}

/// The last lines of a log, from `offset` on.
fn tail(path: &Path, offset: u64) -> String {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::Start(offset))?;
        file.read_to_end(&mut bytes)
    });
    if let Err(error) = read {
        return format!("(it cannot be read: {error})");
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
