//! Tries a file that the API was handed, where plugins may be compiled, and installs it.

use crate::Environment;
use domain::{
    jobs::InstallPlugin,
    plugin::{InstallOutcome, Refusal},
};
use plugin_host::{LoadError, Plugin};
use queue::{JobContext, JobError};
use serde_json::json;
use std::sync::Arc;
use store::plugins::{self, Installed, NewVersion, installations};

/// Notes what became of it for whoever asked. An installation that was done before has no file any more.
pub async fn run(env: Arc<Environment>, job: InstallPlugin, _ctx: JobContext) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let wasm = installations::file(&mut tx, job.installation_id).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    let Some(wasm) = wasm else { return Ok(()) };
    let tried = env.plugins.try_out(wasm.clone()).await;
    let now = env.clock.now();
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let outcome = match tried {
        Ok(plugin) => {
            let (id, version) = (plugin.manifest().id.as_str(), plugin.manifest().version.as_str());
            let manifest = &json!(plugin.manifest().as_ref());
            let new = NewVersion { id, version, manifest, wasm: &wasm };
            let installed = plugins::install_in(&mut tx, &new, now).await.map_err(JobError::retry)?;
            outcome(&plugin, &installed)
        }
        Err(error) => InstallOutcome::Refused { reasons: reasons(&error) },
    };
    installations::complete(&mut tx, job.installation_id, &json!(outcome), now).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

fn outcome(plugin: &Plugin, installed: &Installed) -> InstallOutcome {
    let (plugin_id, version) = (plugin.manifest().id.clone(), plugin.manifest().version.clone());
    match installed {
        Installed::New(_) | Installed::Same(_) => InstallOutcome::Installed { plugin_id, version },
        Installed::Differs(_) => InstallOutcome::VersionTaken { plugin_id, version },
    }
}

fn reasons(error: &LoadError) -> Vec<Refusal> {
    match error {
        LoadError::Manifest(error) => error
            .reasons()
            .iter()
            .map(|reason| Refusal {
                pointer: reason.pointer().to_owned(),
                code: reason.code().to_owned(),
                message: reason.message(),
            })
            .collect(),
        error => vec![Refusal { pointer: String::new(), code: "plugin".to_owned(), message: error.to_string() }],
    }
}
