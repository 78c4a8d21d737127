//! `signalbox plugin dev`: at every change of a project, everything from the compiler to the running installation.

mod watch;

use super::{author, build, check::Report, project::Project, recorded::Recorded, swap};
use crate::cli::author::Dev;
use anyhow::{Context as _, bail};
use config::Config;
use plugin_host::PluginHost;
use std::time::Instant;
use store::Database;
use watch::Watch;

/// Works until it is interrupted, or once.
pub async fn run(config: &Config, args: &Dev) -> anyhow::Result<()> {
    let bench = Bench {
        project: Project::open(&args.project)?,
        host: author::host(config)?,
        installation: swap::installation(config).await?,
    };
    if bench.installation.is_none() {
        println!("Not installing: DATABASE_URL names no installation; `signalbox up` shows the one of its own.");
    }
    if args.once {
        return bench.round().await;
    }
    let mut watch = Watch::new(bench.project.dir.clone());
    loop {
        if let Err(error) = bench.round().await {
            println!("failed: {error:#}");
        }
        println!("watching {}", bench.project.dir.display());
        watch.changed().await;
    }
}

/// What a round needs.
struct Bench {
    project: Project,
    host: PluginHost,
    installation: Option<Database>,
}

impl Bench {
    /// Builds, checks, replays, installs; stops at the first step that fails.
    async fn round(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        let component = build::component(self.project.build()?)?;
        let report = Report::of(&self.host, &component);
        if !report.accepted {
            report.print();
            bail!("this host would refuse it");
        }
        let id = self.project.id()?;
        let file = self.project.wasm(&id);
        std::fs::write(&file, &component).with_context(|| file.display().to_string())?;
        println!("built    {} ({} bytes, {:.1} s)", file.display(), component.len(), start.elapsed().as_secs_f64());
        self.replay(&component).await?;
        if let Some(installation) = &self.installation {
            swap::install(installation, &self.host, &file).await?;
            println!("running  {id} (workers take it up within {})", swap::TAKEN_UP_WITHIN);
        }
        Ok(())
    }

    async fn replay(&self, component: &[u8]) -> anyhow::Result<()> {
        let plugin = self.host.load(component)?;
        let recorded = Recorded::of(&self.project)?;
        match recorded.replay_all(&plugin).await? {
            0 => Ok(()),
            differing => bail!("{differing} of {} fixtures differ", recorded.len()),
        }
    }
}
