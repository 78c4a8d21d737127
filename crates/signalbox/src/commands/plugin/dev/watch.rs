//! Notices that files of a project change.
//!
//! By looking: a project has a few dozen files, and looking works on every file system, in containers and over the
//! network, where the notifications of operating systems do not.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// The time from one look to the next.
const PAUSE: Duration = Duration::from_millis(250);
/// What builds and a running `signalbox up` make, and what is not the author's.
const IGNORED: [&str; 6] = ["target", "build", "data", "node_modules", "Cargo.lock", "package-lock.json"];

/// The files of a project as they were at the last look.
pub struct Watch {
    dir: PathBuf,
    seen: Seen,
}

type Seen = BTreeMap<PathBuf, (SystemTime, u64)>;

impl Watch {
    /// Changes from now on count.
    pub fn new(dir: PathBuf) -> Self {
        Self { seen: look(&dir), dir }
    }

    /// Waits until something has changed, and then until nothing changes any more: editors write several files.
    pub async fn changed(&mut self) {
        let mut before = std::mem::take(&mut self.seen);
        let mut changed = false;
        loop {
            let now = look(&self.dir);
            let same = now == before;
            changed |= !same;
            before = now;
            if changed && same {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.seen = before;
    }
}

fn look(dir: &Path) -> Seen {
    let mut seen = Seen::new();
    gather(dir, &mut seen);
    seen
}

/// What cannot be read, such as a file that is just being replaced, counts as not there until the next look.
fn gather(dir: &Path, seen: &mut Seen) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        let is_made = path.extension().is_some_and(|extension| extension == "wasm" || extension == "log");
        if name.starts_with('.') || is_made || IGNORED.contains(&&*name) {
            continue;
        }
        let Ok(about) = entry.metadata() else { continue };
        if about.is_dir() {
            gather(&path, seen);
        } else if let Ok(modified) = about.modified() {
            seen.insert(path, (modified, about.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_is_noticed_and_what_a_build_makes_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = dir.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write("src/lib.rs", "a");
        let mut watch = Watch::new(dir.path().to_owned());
        for ignored in
            ["target/x", "plugin.wasm", ".git/index", "Cargo.lock", "build/plugin.js", "data/postgres/log", "up.log"]
        {
            write(ignored, "x");
        }
        assert_eq!(look(dir.path()), watch.seen);
        for (name, text) in [("src/lib.rs", "ab"), ("fixtures/new.json", "{}")] {
            write(name, text);
            watch.changed().await;
            assert_eq!(watch.seen, look(dir.path()));
        }
        fs::remove_file(dir.path().join("fixtures/new.json")).unwrap();
        watch.changed().await;
    }
}
