//! Making a cluster: all of it, or none.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::Command;

use uuid::Uuid;

use crate::binaries::Binaries;
use crate::error::{ClusterError, IoContext};
use crate::home::{Home, sync};
use crate::options::Options;

/// What unfinished clusters are called. Each has a name of its own: an `initdb` that outlived
/// its parent may still be writing to one.
const DRAFT: &str = "pgdata.new-";

/// UTF-8 text in byte order.
const LOCALE: &str = "C.UTF-8";
/// The same, but for the case of letters beyond ASCII.
const LOCALE_EVERYWHERE: &str = "C";

/// Makes the cluster of `home` when there is none.
pub(crate) fn ensure(home: &Home, binaries: &Binaries, options: &Options) -> Result<(), ClusterError> {
    remove_drafts(home.path());
    let data = home.data();
    if data.join("PG_VERSION").exists() {
        return Ok(());
    }
    // Removes only what is empty.
    if data.exists() && fs::remove_dir(&data).is_err() {
        return Err(ClusterError::NotACluster { path: data });
    }
    options.say(&format!("creating the database cluster in {}", home.path().display()));
    let draft = home.path().join(format!("{DRAFT}{}", Uuid::new_v4().simple()));
    let made = create(home, binaries, options, &draft);
    if made.is_err() {
        remove_drafts(home.path());
    }
    made?;
    fs::rename(&draft, &data).context("put in place", &data)?;
    sync(home.path())
}

fn create(home: &Home, binaries: &Binaries, options: &Options, draft: &Path) -> Result<(), ClusterError> {
    fs::DirBuilder::new().mode(0o700).create(draft).context("create", draft)?;
    home.account().give(draft)?;
    let mut command = home.account().command(&binaries.initdb());
    command.arg("--pgdata").arg(draft).args([
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-instructions",
    ]);
    if !options.durable {
        command.arg("--no-sync");
    }
    match run(&mut command, LOCALE) {
        Err(ClusterError::Initdb { output }) if output.contains("locale") => {
            // The last of several values of an argument counts.
            run(&mut command, LOCALE_EVERYWHERE)
        }
        result => result,
    }
}

fn run(initdb: &mut Command, locale: &str) -> Result<(), ClusterError> {
    let program = Path::new(initdb.get_program()).to_owned();
    let output = initdb.arg(format!("--locale={locale}")).output().context("run", &program)?;
    if output.status.success() {
        return Ok(());
    }
    Err(ClusterError::Initdb { output: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
}

/// Removes what an interrupted start has left. A failure does no harm but for the space.
fn remove_drafts(home: &Path) {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(DRAFT) {
            continue;
        }
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(path = %entry.path().display(), %error, "an unfinished cluster stays");
        }
    }
}
