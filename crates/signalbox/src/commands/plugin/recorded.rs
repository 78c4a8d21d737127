//! Everything that was recorded of a plugin: webhooks with their events, and calls with what the host told them.

use super::{fixtures, project::Project, recorded_call::RecordedCall};
use anyhow::Context as _;
use plugin_host::Plugin;
use plugin_sdk::testing::Fixture;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Recorded webhooks and calls, with their files.
#[derive(Default)]
pub struct Recorded {
    pub webhooks: Vec<(PathBuf, Fixture)>,
    pub calls: Vec<(PathBuf, RecordedCall)>,
}

impl Recorded {
    /// What a project has: webhooks in `fixtures`, calls in `fixtures/calls`.
    pub fn of(project: &Project) -> anyhow::Result<Self> {
        let webhooks = Fixture::read_all(&project.fixtures())?;
        let mut calls = Vec::new();
        for file in json_files(&project.recorded_calls())? {
            let call = RecordedCall::read(&file)?;
            calls.push((file, call));
        }
        Ok(Self { webhooks, calls })
    }

    /// These files, each of either kind: a call names its function.
    pub fn read(files: &[PathBuf]) -> anyhow::Result<Self> {
        let mut recorded = Self::default();
        for file in files {
            let text = std::fs::read(file).with_context(|| file.display().to_string())?;
            let value: Value = serde_json::from_slice(&text).with_context(|| file.display().to_string())?;
            if value.get("function").is_some() {
                recorded.calls.push((file.clone(), RecordedCall::read(file)?));
            } else {
                recorded.webhooks.push((file.clone(), Fixture::read(file)?));
            }
        }
        Ok(recorded)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.webhooks.len() + self.calls.len()
    }

    /// Replays all of them and prints a line for each, and how it differs. Returns how many differ.
    pub async fn replay_all(&self, plugin: &Plugin) -> anyhow::Result<usize> {
        let pairs = self.webhooks.iter().map(|(file, fixture)| (file.as_path(), fixture));
        let mut differing = fixtures::replay_all(plugin, pairs).await?;
        for (file, call) in &self.calls {
            differing += usize::from(fixtures::print(file, call.replay(plugin).await));
        }
        Ok(differing)
    }

    /// Makes what comes now what is expected from now on, and says which files that changes. A call that asks the host
    /// for something else cannot be brought up to date: nobody has answered that.
    pub async fn update(&mut self, plugin: &Plugin) -> anyhow::Result<()> {
        for (file, fixture) in &mut self.webhooks {
            let got = fixtures::outcome(plugin, fixture).await.with_context(|| file.display().to_string())?;
            if fixture.expected().as_ref() == Some(&got) {
                println!("same     {}", file.display());
                continue;
            }
            print!("updated  {}\n{}", file.display(), fixtures::difference(fixture.expected().as_ref(), &got));
            fixture.expect(got);
            std::fs::write(&file, fixture.to_text()).with_context(|| file.display().to_string())?;
        }
        for (file, call) in &mut self.calls {
            let (outcome, deviation) = call.perform(plugin).await;
            if deviation.is_some() || outcome == call.outcome {
                fixtures::print(file, call.replay(plugin).await);
                continue;
            }
            println!("updated  {}", file.display());
            call.outcome = outcome;
            std::fs::write(&file, call.to_text()).with_context(|| file.display().to_string())?;
        }
        Ok(())
    }
}

/// The `*.json` files of a directory, by name. One that is not there has none.
fn json_files(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| directory.display().to_string()),
    };
    let mut files = Vec::new();
    for entry in entries {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
