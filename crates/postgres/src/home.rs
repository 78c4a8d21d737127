//! Where the files of a cluster lie.
//!
//! Usually in the directory the caller named. Root's directories, though, are often closed to
//! the account that has to run the server: then the files of a new cluster go to a place it can
//! reach, and a file `location` in the caller's directory names that place. The name is made
//! up anew each time, so that deleting the directory means beginning anew.

use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::account::Account;
use crate::error::{ClusterError, IoContext};
use crate::lock::OwnerLock;
use crate::options::Options;

/// Closed to others, but for the server's account on its way to the cluster.
const PASSABLE: u32 = 0o711;
const PRIVATE: u32 = 0o700;

/// The directories of a cluster, held by this process.
#[derive(Debug)]
pub(crate) struct Home {
    /// What the caller named.
    dir: PathBuf,
    /// Where the files are: `dir`, or the place outside.
    path: PathBuf,
    account: Account,
    locks: Vec<OwnerLock>,
}

impl Home {
    /// Takes the directory of `options`, making it when needed.
    pub(crate) fn open(options: &Options) -> Result<Self, ClusterError> {
        let dir = make_dir(options.dir())?;
        let mut locks = vec![OwnerLock::take(&dir)?];
        let path = match read_path(&dir.join("location"))? {
            Some(location) => {
                let location = existing_location(&dir, location)?;
                locks.push(OwnerLock::take(&location)?);
                location
            }
            None => dir.clone(),
        };
        let data = path.join("pgdata");
        let account = if data.exists() { Account::owning(&data)? } else { Account::choose()? };
        let mut home = Self { dir, path, account, locks };
        if home.account.differs() && !home.account.reaches(&home.path)? {
            if data.exists() || home.is_outside() {
                return Err(home.unreachable(&home.path));
            }
            home.settle_outside(&options.outside)?;
        }
        Ok(home)
    }

    /// The directory that holds `pgdata`, `socket` and the log.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("pgdata")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// Deletes everything.
    pub(crate) fn remove(&self) -> Result<(), ClusterError> {
        // The pointer's target goes last: a rest that nothing points to is only a waste of space.
        fs::remove_dir_all(&self.dir).context("remove", &self.dir)?;
        if self.is_outside() {
            fs::remove_dir_all(&self.path).context("remove", &self.path)?;
        }
        Ok(())
    }

    fn is_outside(&self) -> bool {
        self.dir != self.path
    }

    fn settle_outside(&mut self, outside: &Path) -> Result<(), ClusterError> {
        let outside = make_passable(outside)?;
        let location = outside.join(Uuid::new_v4().simple().to_string());
        fs::DirBuilder::new().mode(PASSABLE).create(&location).context("create", &location)?;
        fs::set_permissions(&location, fs::Permissions::from_mode(PASSABLE)).context("open up", &location)?;
        if !self.account.reaches(&location)? {
            return Err(self.unreachable(&location));
        }
        self.locks.push(OwnerLock::take(&location)?);
        write_path(&location.join("origin"), &self.dir)?;
        write_path(&self.dir.join("location"), &location)?;
        self.path = location;
        Ok(())
    }

    fn unreachable(&self, path: &Path) -> ClusterError {
        ClusterError::Unreachable { path: path.to_owned(), account: self.account.name().to_owned() }
    }
}

/// The place that `dir` points to, unless it is missing or belongs to another directory.
fn existing_location(dir: &Path, location: PathBuf) -> Result<PathBuf, ClusterError> {
    let pointer = dir.join("location");
    if !location.is_dir() {
        return Err(ClusterError::LocationMissing { pointer, location });
    }
    let origin_file = location.join("origin");
    match read_path(&origin_file)? {
        Some(origin) if origin == dir => {}
        Some(origin) if read_path(&origin.join("location"))?.as_ref() == Some(&location) => {
            return Err(ClusterError::LocationTaken { location, origin, path: dir.to_owned() });
        }
        // The directory was moved.
        _ => write_path(&origin_file, dir)?,
    }
    Ok(location)
}

/// The cluster's own directory, closed to others unless the server's account has to pass.
fn make_dir(dir: &Path) -> Result<PathBuf, ClusterError> {
    if !dir.exists() {
        if let Some(parent) = dir.parent() {
            fs::create_dir_all(parent).context("create", parent)?;
        }
        let mode = if nix::unistd::Uid::effective().is_root() { PASSABLE } else { PRIVATE };
        fs::create_dir(dir).context("create", dir)?;
        fs::set_permissions(dir, fs::Permissions::from_mode(mode)).context("protect", dir)?;
    }
    dir.canonicalize().context("find", dir)
}

/// The common parent of the places outside; only what is missing is made, and opened up.
fn make_passable(dir: &Path) -> Result<PathBuf, ClusterError> {
    let missing: Vec<&Path> = dir.ancestors().take_while(|path| !path.exists()).collect();
    for path in missing.into_iter().rev() {
        match fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            made => made.context("create", path)?,
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).context("open up", path)?;
    }
    dir.canonicalize().context("find", dir)
}

fn read_path(file: &Path) -> Result<Option<PathBuf>, ClusterError> {
    match fs::read(file) {
        Ok(mut bytes) => {
            if bytes.last() == Some(&b'\n') {
                bytes.pop();
            }
            Ok(Some(PathBuf::from(std::ffi::OsString::from_vec(bytes))))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("read", file),
    }
}

/// Writes all or nothing: a torn pointer would lose the database.
fn write_path(file: &Path, path: &Path) -> Result<(), ClusterError> {
    let draft = file.with_extension("new");
    let mut bytes = path.as_os_str().as_bytes().to_vec();
    bytes.push(b'\n');
    fs::write(&draft, bytes).context("write", &draft)?;
    sync(&draft)?;
    fs::rename(&draft, file).context("write", file)?;
    file.parent().map_or(Ok(()), sync)
}

/// Makes a file, or the names in a directory, survive a power cut.
pub(crate) fn sync(path: &Path) -> Result<(), ClusterError> {
    fs::File::open(path).and_then(|file| file.sync_all()).context("sync", path)
}
