//! `signalbox plugin replay`: fixtures through a `.wasm` file.

use super::{author, project::Project, recorded::Recorded};
use crate::cli::author::Replay;
use anyhow::bail;
use config::Config;
use std::path::{Path, PathBuf};

/// Replays them, and shows or writes what differs.
pub async fn run(config: &Config, args: Replay) -> anyhow::Result<()> {
    let here = Path::new(".");
    let wasm = if let Some(file) = args.wasm {
        file
    } else {
        let project = Project::open(here)?;
        project.wasm(&project.id()?)
    };
    let plugin = author::load(&author::host(config)?, &wasm)?;
    let mut recorded = read(&args.fixtures, here)?;
    if recorded.len() == 0 {
        bail!("there are no fixtures: `signalbox plugin record` makes one of a webhook that came in, or of a call");
    }
    if args.update {
        return recorded.update(&plugin).await;
    }
    match recorded.replay_all(&plugin).await? {
        0 => Ok(()),
        differing => bail!("{differing} of {} fixtures differ", recorded.len()),
    }
}

fn read(named: &[PathBuf], project: &Path) -> anyhow::Result<Recorded> {
    if named.is_empty() { Recorded::of(&Project::open(project)?) } else { Recorded::read(named) }
}
