//! The data directory.

use anyhow::Context as _;
use std::{
    fs::DirBuilder,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::Path,
};

/// Makes the directory if it is missing, closed to other people.
///
/// As root it may be passed through, though not listed: PostgreSQL refuses to run as root, and its unprivileged
/// account must reach the cluster below. Every file in it has permissions of its own.
pub fn prepare(dir: &Path) -> anyhow::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let above = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(above).with_context(|| format!("{} cannot be made", above.display()))?;
    // A directory belongs to whoever makes files in it.
    let root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let mode = if root { 0o711 } else { 0o700 };
    DirBuilder::new().mode(mode).create(dir).with_context(|| format!("{} cannot be made", dir.display()))
}
