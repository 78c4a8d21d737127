//! Somebody who writes a plugin: a directory, and the command line.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tempfile::TempDir;

/// The binary under test.
pub const SIGNALBOX: &str = env!("CARGO_BIN_EXE_signalbox");

/// One author works at a time: their projects share a target directory, in which libraries of one name would overwrite
/// each other.
static ALONE: Mutex<()> = Mutex::new(());

/// An author at work. What they wrote is kept if the test fails.
pub struct Author {
    dir: TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// What a command ended with.
#[derive(Debug)]
pub struct Ended {
    pub success: bool,
    pub out: String,
    pub err: String,
}

impl Author {
    pub fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        Self { dir: tempfile::tempdir().unwrap(), _alone: alone }
    }

    /// Where they work.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let file = self.path(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// `signalbox plugin …` in a directory of theirs.
    pub fn plugin(&self, dir: &str, args: &[&str]) -> Ended {
        let mut command = Command::new(SIGNALBOX);
        command.arg("plugin").args(args).current_dir(self.path(dir));
        environment(&mut command);
        Ended::of(&command.output().unwrap())
    }

    /// The same, which must succeed. Returns what it prints.
    pub fn plugin_well(&self, dir: &str, args: &[&str]) -> String {
        let ended = self.plugin(dir, args);
        assert!(ended.success, "plugin {args:?} failed:\n{}{}", ended.out, ended.err);
        ended.out
    }
}

impl Ended {
    pub fn of(output: &Output) -> Self {
        Self {
            success: output.status.success(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Drop for Author {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("what the author wrote is kept in {}", self.dir.path().display());
            self.dir.disable_cleanup(true);
        }
    }
}

/// Every project builds in one target directory, so that dependencies are compiled once; nothing of the test's own
/// cargo, nor of an installation on this machine, reaches the commands.
pub fn environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_foreign =
            ["CARGO", "RUSTC", "RUSTFLAGS", "SIGNALBOX_", "DATABASE_URL"].iter().any(|it| text.starts_with(it));
        if is_foreign && text != "CARGO_HOME" {
            command.env_remove(name);
        }
    }
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR"));
    command
        .env("CARGO_TARGET_DIR", shared.join("authors"))
        .env("XDG_CACHE_HOME", shared.join("cache"))
        // The dependencies are those of the official plugins, which are there.
        .env("CARGO_NET_OFFLINE", "true");
}

/// The same command with a quick compiler, for plugins whose size and speed do not matter.
pub const QUICK: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];
