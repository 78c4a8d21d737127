//! Finding the server binaries of the machine.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::account::Account;
use crate::error::ClusterError;

/// The oldest major version that the product's SQL works with.
pub(crate) const MINIMUM_VERSION: u32 = 14;

/// Directories that hold one folder per version, and what stands around the version's number.
const VERSIONED: [(&str, &str, &str); 4] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// One installation of PostgreSQL.
#[derive(Clone, Debug)]
pub(crate) struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The best installation that `account` can run; of the version that made the data directory
    /// `data` where there is one.
    ///
    /// `places` are looked at instead of the usual ones.
    pub(crate) fn find(places: Option<&[PathBuf]>, account: &Account, data: &Path) -> Result<Self, ClusterError> {
        let places = places.map_or_else(usual_places, <[_]>::to_vec);
        let (usable, rejected) = inspect(&places, account);
        match version_of(data) {
            None => usable.into_iter().next().ok_or(ClusterError::NoBinaries { rejected }),
            Some(_) if usable.is_empty() => Err(ClusterError::NoBinaries { rejected }),
            Some(wanted) => {
                let found = usable.iter().map(|binaries| binaries.major).collect();
                usable
                    .into_iter()
                    .find(|binaries| binaries.major == wanted)
                    .ok_or_else(|| ClusterError::VersionMismatch { path: data.to_owned(), data: wanted, found })
            }
        }
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }
}

/// The major version that made a data directory.
fn version_of(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Splits places into installations that can be used, and why others cannot.
fn inspect(places: &[PathBuf], account: &Account) -> (Vec<Binaries>, Vec<String>) {
    let (mut usable, mut rejected, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for place in places {
        // A name on the PATH is often a link to the one version whose libraries it needs.
        let Ok(server) = place.join("postgres").canonicalize() else {
            continue;
        };
        let dir = server.parent().map_or_else(|| place.clone(), Path::to_owned);
        if !dir.join("initdb").exists() || !seen.insert(dir.clone()) {
            continue;
        }
        match probe(&server, account) {
            Ok(major) if major >= MINIMUM_VERSION => usable.push(Binaries { dir, major }),
            Ok(major) => rejected.push(format!("{} is version {major}", dir.display())),
            Err(reason) => rejected.push(format!("{}: {reason}", dir.display())),
        }
    }
    (usable, rejected)
}

/// Asks a server for its major version, as the account that will have to run it.
fn probe(server: &Path, account: &Account) -> Result<u32, String> {
    let answer = account
        .command(server)
        .arg("--version")
        .output()
        .map_err(|error| format!("the account `{}` cannot run it ({error})", account.name()))?;
    let text = String::from_utf8_lossy(&answer.stdout);
    major(&text).ok_or_else(|| format!("does not tell its version, but {:?}", text.trim()))
}

/// `postgres (PostgreSQL) 15.20 (Debian …)`, `postgres (PostgreSQL) 19devel`
fn major(text: &str) -> Option<u32> {
    let version = text.split_once("(PostgreSQL) ")?.1;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

/// Where servers are found on Debian, Ubuntu, Fedora and macOS, the best place first.
fn usual_places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
    places.extend(pg_config());
    for (parent, prefix, suffix) in VERSIONED {
        places.extend(versions(Path::new(parent), prefix).map(|dir| dir.join(suffix)));
    }
    places
}

fn pg_config() -> Option<PathBuf> {
    let answer = Command::new("pg_config").arg("--bindir").output().ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    Some(PathBuf::from(text.trim())).filter(|dir| dir.is_absolute())
}

/// The folders of `parent` named by `prefix` and a number, the highest number first.
fn versions(parent: &Path, prefix: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path()))
        })
        .collect();
    found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    found.into_iter().map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn versions_are_read_as_servers_print_them() {
        assert_eq!(major("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19devel\n"), Some(19));
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("postgres (PostgreSQL) 17"), Some(17));
        assert_eq!(major("command not found"), None);
    }

    #[test]
    fn higher_versions_come_first_by_number() {
        let temp = tempfile::tempdir().unwrap();
        for name in ["postgresql@9", "postgresql@17", "postgresql@14", "postgresql@old", "other"] {
            fs::create_dir(temp.path().join(name)).unwrap();
        }
        let names: Vec<_> = versions(temp.path(), "postgresql@")
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["postgresql@17", "postgresql@14", "postgresql@9"]);
    }

    /// An installation whose server only says its version.
    fn install(parent: &Path, version: &str) -> PathBuf {
        let dir = parent.join(version);
        fs::create_dir(&dir).unwrap();
        let script = format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}.1'\n");
        for name in ["postgres", "initdb"] {
            fs::write(dir.join(name), &script).unwrap();
            fs::set_permissions(dir.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        dir
    }

    #[test]
    fn the_version_of_existing_data_decides() {
        let temp = tempfile::tempdir().unwrap();
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let places = ["12", "17", "15"].map(|version| install(temp.path(), version));
        let data = temp.path().join("data");
        fs::create_dir(&data).unwrap();
        let account = Account::choose().unwrap();
        let find = || Binaries::find(Some(&places), &account, &data);

        assert_eq!(find().unwrap().major, 17, "without data: the first that is new enough");
        fs::write(data.join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(find().unwrap().major, 15);
        fs::write(data.join("PG_VERSION"), "16\n").unwrap();
        let message = find().unwrap_err().to_string();
        assert!(message.contains("made by PostgreSQL 16, found here: 17, 15"), "{message}");
        assert!(message.contains("apt install postgresql-16"), "{message}");
    }

    #[test]
    fn what_is_too_old_is_named() {
        let temp = tempfile::tempdir().unwrap();
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let places = [install(temp.path(), "12")];
        let account = Account::choose().unwrap();
        let refused = Binaries::find(Some(&places), &account, &temp.path().join("none"));
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("12 is version 12"), "{message}");
    }
}
