//! The directory of the server's socket: private, and short enough for the system.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::unistd::Uid;
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::error::{ClusterError, IoContext};

/// Part of the socket's name; nothing listens on it.
pub(crate) const PORT: u16 = 5432;

/// The longest path of a socket: macOS has 104 bytes for it and its end, Linux 108.
const LONGEST: usize = 103;

/// Where the socket lies.
#[derive(Clone, Debug)]
pub(crate) struct SocketDirectory {
    path: PathBuf,
}

impl SocketDirectory {
    /// The directory for a cluster in `home`; the same each time.
    pub(crate) fn of(home: &Path) -> Self {
        let inside = home.join("socket");
        let path = if suits(&inside) { inside } else { short(home) };
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory, so that only `account` (and root) can enter it.
    pub(crate) fn prepare(&self, account: &Account) -> Result<(), ClusterError> {
        match fs::DirBuilder::new().mode(0o700).create(&self.path) {
            Ok(()) => account.give(&self.path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.check(account),
            Err(error) => Err(error).context("create", &self.path),
        }
    }

    /// Anybody may have made a directory of that name below `/tmp`.
    fn check(&self, account: &Account) -> Result<(), ClusterError> {
        let found = fs::symlink_metadata(&self.path).context("look at", &self.path)?;
        let private = found.is_dir() && found.mode() & 0o777 == 0o700;
        if private && found.uid() == account.uid() {
            return Ok(());
        }
        if private && found.uid() == Uid::effective().as_raw() {
            // A crash came between making it and giving it away.
            return account.give(&self.path);
        }
        Err(ClusterError::SocketDirectoryTaken { path: self.path.clone() })
    }

    /// Removes what a server that no longer runs has left here.
    ///
    /// A new server would take the process id in the socket's lock file for a living rival when
    /// another process has got it meanwhile.
    pub(crate) fn clear(&self) -> Result<(), ClusterError> {
        for name in [socket_name(), socket_name() + ".lock"] {
            remove_if_present(&self.path.join(name))?;
        }
        Ok(())
    }

    /// Leaves nothing behind. A failure does no harm: the directory is reused.
    pub(crate) fn remove(&self) {
        if let Err(error) = fs::remove_dir(&self.path) {
            tracing::debug!(path = %self.path.display(), %error, "the socket directory stays");
        }
    }
}

/// A name in which a hash stands for a path, for what has no room for the path itself.
pub(crate) fn short_name(path: &Path) -> String {
    let hash = Sha256::digest(path.as_os_str().as_bytes());
    format!("signalbox-{}", hex::encode(&hash[..8]))
}

pub(crate) fn remove_if_present(file: &Path) -> Result<(), ClusterError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).context("remove", file),
        _ => Ok(()),
    }
}

fn short(home: &Path) -> PathBuf {
    // Not the directory for temporary files that the environment names: it differs between
    // sessions, and may be as long.
    Path::new("/tmp").join(short_name(home))
}

fn suits(dir: &Path) -> bool {
    let length = dir.as_os_str().len() + 1 + socket_name().len();
    // The setting is a list, in which commas and quotes have a meaning, and URLs are text.
    let plain = dir.to_str().is_some_and(|text| !text.contains([',', '"', '\\']));
    length <= LONGEST && plain
}

fn socket_name() -> String {
    format!(".s.PGSQL.{PORT}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_paths_stay_inside() {
        let socket = SocketDirectory::of(Path::new("/data/postgres"));
        assert_eq!(socket.path(), Path::new("/data/postgres/socket"));
    }

    #[test]
    fn the_longest_name_still_fits() {
        let fixed = "/".len() + "/socket/".len() + socket_name().len();
        let fits = format!("/{}", "d".repeat(LONGEST - fixed));
        let exceeds = format!("/{}", "d".repeat(LONGEST - fixed + 1));
        assert!(SocketDirectory::of(Path::new(&fits)).path().starts_with(&fits));
        assert!(SocketDirectory::of(Path::new(&exceeds)).path().starts_with("/tmp"));
    }

    #[test]
    fn outside_names_depend_on_the_path_only() {
        let one = SocketDirectory::of(Path::new("/data, old/postgres"));
        let again = SocketDirectory::of(Path::new("/data, old/postgres"));
        let other = SocketDirectory::of(Path::new("/data, new/postgres"));
        assert_eq!(one.path(), again.path());
        assert_ne!(one.path(), other.path());
        assert!(one.path().starts_with("/tmp"));
    }

    #[test]
    fn a_directory_that_others_can_enter_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let temp = tempfile::tempdir().unwrap();
        let socket = SocketDirectory { path: temp.path().join("socket") };
        let account = Account::choose().unwrap();
        socket.prepare(&account).unwrap();
        socket.prepare(&account).unwrap();
        fs::set_permissions(socket.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let refused = socket.prepare(&account);
        assert!(matches!(refused, Err(ClusterError::SocketDirectoryTaken { .. })), "{refused:?}");
    }
}
