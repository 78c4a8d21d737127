//! How a cluster is to be made and run.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the files go when root keeps its data below a directory that nobody else can enter.
#[cfg(target_os = "macos")]
const OUTSIDE: &str = "/usr/local/var/signalbox";
#[cfg(not(target_os = "macos"))]
const OUTSIDE: &str = "/var/lib/signalbox";

pub(crate) type Progress = Arc<dyn Fn(&str) + Send + Sync>;

/// How a cluster is to be made and run.
#[derive(Clone)]
pub struct Options {
    pub(crate) dir: PathBuf,
    pub(crate) outside: PathBuf,
    pub(crate) bin_dirs: Option<Vec<PathBuf>>,
    pub(crate) durable: bool,
    pub(crate) max_connections: u16,
    progress: Option<Progress>,
}

impl Options {
    /// A durable cluster in `dir`, which is made when it is missing and belongs to the cluster
    /// alone.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            outside: PathBuf::from(OUTSIDE),
            bin_dirs: None,
            durable: true,
            max_connections: 100,
            progress: None,
        }
    }

    /// Looks for the server binaries in these directories only, instead of the usual places.
    #[must_use]
    pub fn bin_dirs(mut self, dirs: impl IntoIterator<Item = PathBuf>) -> Self {
        self.bin_dirs = Some(dirs.into_iter().collect());
        self
    }

    /// Where a new cluster goes when the server's account cannot reach the directory, which
    /// happens only to root: `/var/lib/signalbox`, on macOS `/usr/local/var/signalbox`.
    #[must_use]
    pub fn outside(mut self, dir: impl Into<PathBuf>) -> Self {
        self.outside = dir.into();
        self
    }

    /// For tests: fsync is off, so that a power cut may destroy the cluster.
    #[must_use]
    pub fn throwaway(mut self) -> Self {
        self.durable = false;
        self
    }

    /// How many connections the server takes; 100 unless told.
    #[must_use]
    pub fn max_connections(mut self, count: u16) -> Self {
        self.max_connections = count;
        self
    }

    /// Hears a line of text before each step that a person would wait for.
    #[must_use]
    pub fn progress(mut self, listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(listener));
        self
    }

    pub(crate) fn say(&self, text: &str) {
        tracing::info!("{text}");
        if let Some(listener) = &self.progress {
            listener(text);
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("dir", &self.dir)
            .field("outside", &self.outside)
            .field("bin_dirs", &self.bin_dirs)
            .field("durable", &self.durable)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}
