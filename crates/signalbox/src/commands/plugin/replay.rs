//! `signalbox plugin replay`: fixtures through a `.wasm` file.

use super::{author, fixtures, project::Project};
use crate::cli::author::Replay;
use anyhow::{Context as _, bail};
use config::Config;
use plugin_host::Plugin;
use plugin_sdk::testing::Fixture;
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
    let mut fixtures = read(&args.fixtures, here)?;
    if fixtures.is_empty() {
        bail!("there are no fixtures: `signalbox plugin record` makes one of a webhook that came in");
    }
    if args.update {
        return update(&plugin, &mut fixtures).await;
    }
    let pairs = fixtures.iter().map(|(file, fixture)| (file.as_path(), fixture));
    match fixtures::replay_all(&plugin, pairs).await? {
        0 => Ok(()),
        differing => bail!("{differing} of {} fixtures differ", fixtures.len()),
    }
}

fn read(named: &[PathBuf], project: &Path) -> anyhow::Result<Vec<(PathBuf, Fixture)>> {
    if named.is_empty() {
        return Ok(Fixture::read_all(&Project::open(project)?.fixtures())?);
    }
    named.iter().map(|file| Ok((file.clone(), Fixture::read(file)?))).collect()
}

/// Writes what came into those that expect something else.
async fn update(plugin: &Plugin, fixtures: &mut [(PathBuf, Fixture)]) -> anyhow::Result<()> {
    for (file, fixture) in fixtures {
        let got = fixtures::outcome(plugin, fixture).await.with_context(|| file.display().to_string())?;
        if fixture.expected().as_ref() == Some(&got) {
            println!("same     {}", file.display());
            continue;
        }
        print!("updated  {}\n{}", file.display(), fixtures::difference(fixture.expected().as_ref(), &got));
        fixture.expect(got);
        std::fs::write(&file, fixture.to_text()).with_context(|| file.display().to_string())?;
    }
    Ok(())
}
