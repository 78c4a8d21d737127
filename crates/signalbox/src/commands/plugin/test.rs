//! `signalbox plugin test`: a project's own tests natively, then its fixtures inside the sandbox.
//!
//! The native tests replay the same fixtures with the SDK. A plugin that behaves differently as WebAssembly, for lack of
//! memory, of time or because of what the target lacks, is found here and not by its users.

use super::{author, build, project::Project, recorded::Recorded};
use crate::cli::author::Test;
use anyhow::bail;
use config::Config;

/// Runs both.
pub async fn run(config: &Config, args: &Test) -> anyhow::Result<()> {
    let project = Project::open(&args.project)?;
    println!("==> natively");
    project.test()?;
    println!("==> in the sandbox");
    let (file, _) = build::build(&project, None)?;
    let plugin = author::load(&author::host(config)?, &file)?;
    let recorded = Recorded::of(&project)?;
    if recorded.len() == 0 {
        println!("{} is accepted; there are no fixtures to replay", plugin.name());
        return Ok(());
    }
    match recorded.replay_all(&plugin).await? {
        0 => println!("natively and in the sandbox the same: {} fixtures", recorded.len()),
        differing => bail!("{differing} of {} fixtures differ in the sandbox", recorded.len()),
    }
    Ok(())
}
