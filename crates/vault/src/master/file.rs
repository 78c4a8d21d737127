//! The file that keeps the master key where no setting gives it.

use super::{MasterKey, MasterKeyError};
use crate::cipher;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Base64 of 32 bytes is 44 characters; a line end may follow. One more shows that it is too long.
const MOST: u64 = 44 + 2 + 1;

fn io_error(path: &Path) -> impl Fn(io::Error) -> MasterKeyError {
    move |source| MasterKeyError::Io { path: path.to_owned(), source }
}

pub(super) fn load(path: &Path) -> Result<MasterKey, MasterKeyError> {
    // The permissions of what was opened, not of what the path names a moment later.
    let file = File::open(path).map_err(io_error(path))?;
    let metadata = file.metadata().map_err(io_error(path))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(MasterKeyError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::with_capacity(64));
    match file.take(MOST).read_to_string(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::InvalidData => text.clear(),
        Err(error) => return Err(io_error(path)(error)),
    }
    MasterKey::from_base64(text.trim_end_matches(['\r', '\n']))
        .map_err(|_| MasterKeyError::NotAKeyFile { path: path.to_owned() })
}

pub(super) fn load_or_create(path: &Path) -> Result<MasterKey, MasterKeyError> {
    match load(path) {
        Err(MasterKeyError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            create(path, &MasterKey::generate()).map_err(io_error(path))?;
            // What is there now may have come from another process, which was faster.
            load(path)
        }
        result => result,
    }
}

/// Writes the key beside the path first. Linking it to its name is then one step, and unlike
/// renaming it never replaces a key that data lies under.
fn create(path: &Path, key: &MasterKey) -> io::Result<()> {
    let draft = Draft(draft_path(path));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft.0)?;
    file.write_all(key.to_base64().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    match fs::hard_link(&draft.0, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_folder(path),
    }
}

fn draft_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", hex::encode(cipher::random::<8>())));
    name.into()
}

/// Makes the new name durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// A file that is removed when its work is done or has failed.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // It may never have been made; a leftover holds a key that nothing uses.
        let _ = fs::remove_file(&self.0);
    }
}
