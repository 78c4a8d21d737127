//! One process of the product, its log in a file.

use std::{
    fs::OpenOptions,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

/// The binary under test.
pub const SIGNALBOX: &str = env!("CARGO_BIN_EXE_signalbox");

/// How much of a log is shown when a test has failed.
const SHOWN_LINES: usize = 60;

/// How a process is started, as often as needed.
#[derive(Clone, Debug)]
pub struct Launch {
    /// What it is called in reports.
    pub name: String,
    /// The command line.
    pub args: Vec<String>,
    /// The whole environment.
    pub env: Vec<(String, String)>,
    /// Where its output is appended.
    pub log: PathBuf,
}

/// A process of the product. It is killed when it is dropped.
pub struct Process {
    launch: Launch,
    child: Child,
}

impl Process {
    /// Starts it.
    pub fn start(launch: Launch) -> Self {
        let child = spawn(&launch);
        Self { launch, child }
    }

    /// `kill -9`, and its end awaited.
    pub fn kill(&mut self) {
        // It may have ended by itself, which is for the test to find out.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Starts it once more after it was killed.
    pub fn start_again(&mut self) {
        self.child = spawn(&self.launch);
    }

    /// How it ended by itself, if it did.
    pub fn ended(&mut self) -> Option<String> {
        self.child.try_wait().unwrap().map(|status| format!("{} ended with {status}", self.launch.name))
    }

    /// Asks it to stop, waits for the end and tells whether that was a success.
    pub fn stop(&mut self, patience: Duration) -> bool {
        let pid = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        let start = Instant::now();
        while start.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            show(&self.launch.name, &self.launch.log);
        }
    }
}

fn spawn(launch: &Launch) -> Child {
    let log = OpenOptions::new().create(true).append(true).open(&launch.log).unwrap();
    Command::new(SIGNALBOX)
        .args(&launch.args)
        .env_clear()
        .envs(launch.env.iter().cloned())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn show(name: &str, log: &Path) {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    eprintln!("---- {name}: the end of {} ----", log.display());
    for line in &lines[lines.len().saturating_sub(SHOWN_LINES)..] {
        eprintln!("{line}");
    }
}

/// An address that nobody listens on.
///
/// Ports are taken from below the range of which systems give ports to clients, so that nobody gets one by chance
/// while its process is down.
pub fn free_address() -> SocketAddr {
    const FIRST: u16 = 18_000;
    const LAST: u16 = 32_000;
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    // Test processes that run at the same time begin at different places.
    let start = u16::try_from(std::process::id() % 97).unwrap() * 131;
    loop {
        let place = (start + TAKEN.fetch_add(1, Ordering::Relaxed)) % (LAST - FIRST);
        let address = SocketAddr::from(([127, 0, 0, 1], FIRST + place));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
