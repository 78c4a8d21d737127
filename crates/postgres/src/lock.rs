//! One owner per directory: an advisory lock that ends with the process that holds it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::{ClusterError, IoContext};

/// Holds a directory for as long as it lives.
///
/// The file stays when the lock goes: removing it would let two processes hold two files of one
/// name.
#[derive(Debug)]
pub(crate) struct OwnerLock {
    file: File,
}

impl OwnerLock {
    /// Takes the directory `dir`, or says who has it.
    pub(crate) fn take(dir: &Path) -> Result<Self, ClusterError> {
        let path = dir.join("lock");
        let mut file = open(&path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).context("write", &path)?;
                Ok(Self { file })
            }
            Err(TryLockError::WouldBlock) => Err(ClusterError::InUse { path: dir.to_owned(), pid: holder(&mut file) }),
            Err(TryLockError::Error(error)) => Err(error).context("lock", &path),
        }
    }
}

impl Drop for OwnerLock {
    /// Closing the file is not enough: a process that is being started at this moment has it open, too, until it becomes
    /// another program.
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "a directory could not be let go");
        }
    }
}

fn open(path: &Path) -> Result<File, ClusterError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        // Whoever can read a file can lock it.
        .mode(0o600)
        .open(path)
        .context("open", path)
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.parse().ok()
}
