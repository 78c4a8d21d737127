//! Which account runs the server: PostgreSQL refuses root.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};

use crate::error::{ClusterError, IoContext};

/// The accounts that may run the server for root, the best first.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// The account that runs the server and owns its files.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
    name: String,
    /// Whether we are root and the server's processes have to change to the account.
    switch: bool,
}

impl Account {
    /// The account for a new cluster: ours, or an unprivileged one when we are root.
    pub(crate) fn choose() -> Result<Self, ClusterError> {
        let own = Uid::effective();
        if !own.is_root() {
            return Ok(Self::ourselves(own.as_raw()));
        }
        CANDIDATES
            .iter()
            // An account database that cannot be read is as good as one without the account.
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self { uid: user.uid.as_raw(), gid: user.gid.as_raw(), name: user.name, switch: true })
            .ok_or(ClusterError::NoAccount)
    }

    /// The account that owns the existing data directory at `path`.
    pub(crate) fn owning(path: &Path) -> Result<Self, ClusterError> {
        let owner = fs::metadata(path).context("look at", path)?;
        let own = Uid::effective();
        if own.is_root() && owner.uid() != 0 {
            let user = User::from_uid(Uid::from_raw(owner.uid())).ok().flatten();
            return Ok(Self {
                uid: owner.uid(),
                gid: owner.gid(),
                name: user.map_or_else(|| owner.uid().to_string(), |user| user.name),
                switch: true,
            });
        }
        if owner.uid() == own.as_raw() && !own.is_root() {
            return Ok(Self::ourselves(own.as_raw()));
        }
        Err(ClusterError::Foreign { path: path.to_owned(), owner: owner.uid() })
    }

    fn ourselves(uid: u32) -> Self {
        Self { uid, gid: 0, name: uid.to_string(), switch: false }
    }

    pub(crate) fn uid(&self) -> u32 {
        self.uid
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the server runs as another account than we do.
    pub(crate) fn differs(&self) -> bool {
        self.switch
    }

    /// A command that runs as the account, with nothing of our environment.
    ///
    /// The locale is fixed, so that messages can be read by programs, and because a server
    /// without one fails on some systems.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir("/")
            .stdin(Stdio::null());
        if self.switch {
            // This also drops root's supplementary groups.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Makes the account the owner of `path`.
    pub(crate) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        if self.switch {
            chown(path, Some(self.uid), Some(self.gid)).context("change the owner of", path)?;
        }
        Ok(())
    }

    /// Whether the account can enter the directory `path`, through all of its parents.
    ///
    /// Asks the kernel, which knows more than the permission bits say.
    pub(crate) fn reaches(&self, path: &Path) -> Result<bool, ClusterError> {
        let mut probe = self.command(Path::new("/bin/sh"));
        probe.args(["-c", ":"]).current_dir(path).stdout(Stdio::null()).stderr(Stdio::null());
        match probe.status() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(error).context("enter", path),
        }
    }
}
