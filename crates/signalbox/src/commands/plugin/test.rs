//! `signalbox plugin test`: a project's own tests natively, then its fixtures inside the sandbox.
//!
//! The native tests replay the same fixtures with the SDK. A plugin that behaves differently as WebAssembly, for lack of
//! memory, of time or because of what the target lacks, is found here and not by its users.

use super::{author, build, fixtures, project::Project};
use crate::cli::author::Test;
use anyhow::bail;
use config::Config;
use plugin_sdk::testing::Fixture;

/// Runs both.
pub async fn run(config: &Config, args: &Test) -> anyhow::Result<()> {
    let project = Project::open(&args.project)?;
    println!("==> natively");
    project.test()?;
    println!("==> in the sandbox");
    let (file, _) = build::build(&project, None)?;
    let plugin = author::load(&author::host(config)?, &file)?;
    let recorded = Fixture::read_all(&project.fixtures())?;
    if recorded.is_empty() {
        println!("{} is accepted; there are no fixtures to replay", plugin.name());
        return Ok(());
    }
    let pairs = recorded.iter().map(|(file, fixture)| (file.as_path(), fixture));
    match fixtures::replay_all(&plugin, pairs).await? {
        0 => println!("natively and in the sandbox the same: {} fixtures", recorded.len()),
        differing => bail!("{differing} of {} fixtures differ in the sandbox", recorded.len()),
    }
    Ok(())
}
