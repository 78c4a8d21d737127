//! Reads the message templates of a connection from its provider.

use crate::{Environment, outcome, outcome::Verdict, target::Target};
use domain::jobs::SyncTemplates;
use plugin_host::Plugin;
use plugin_sdk::actions::Call;
use queue::{JobContext, JobError};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::templates;

/// The action a channel plugin lists its templates with; a plugin without it has none.
const ACTION: &str = "list_templates";

/// A template as channel plugins list it.
#[derive(Deserialize)]
struct Template {
    name: String,
    language: String,
    status: String,
    category: Option<String>,
    body: Option<String>,
    #[serde(default)]
    components: Value,
}

/// Replaces what was known about the templates by what the provider says.
pub async fn run(env: Arc<Environment>, job: SyncTemplates, ctx: JobContext) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let target = Target::load(&env, &mut tx, job.tenant_id, job.connection_id).await.map_err(JobError::retry)?;
    let Some(target) = target else { return Ok(()) };
    tx.commit().await.map_err(JobError::retry)?;
    if !target.plugin.manifest().actions.iter().any(|action| action.name == ACTION) {
        return Ok(());
    }
    let call = Call { name: ACTION.to_owned(), input: json!({}), idempotency_key: ctx.id.to_string() };
    let invoke = |plugin: Arc<Plugin>, context| {
        let call = call.clone();
        async move { plugin.invoke(&context, call).await }
    };
    let invoked = target.call(&env, ctx.id.to_string(), &ctx, invoke);
    let answer = match invoked.await {
        Ok(answer) => answer,
        Err(error) => {
            return Err(match outcome::of_failed_send(&error) {
                Verdict::Again { after, why, out_of_order } => {
                    JobError::Retry { after, error: why, blame: out_of_order }
                }
                Verdict::Never { .. } => JobError::fail(error),
                Verdict::NoAccess { is_parked: true, .. } => JobError::Snooze(Duration::ZERO),
                Verdict::Reauthorize { .. } | Verdict::NoAccess { .. } | Verdict::Unknown { .. } => {
                    JobError::retry(error)
                }
            });
        }
    };
    let read: Vec<Template> = serde_json::from_value(answer).map_err(JobError::fail)?;
    let read: Vec<templates::Template> = read.into_iter().map(stored).collect();
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    templates::replace(&mut tx, job.connection_id, &read, env.clock.now()).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

fn stored(template: Template) -> templates::Template {
    templates::Template {
        name: template.name,
        language: template.language,
        status: template.status,
        category: template.category,
        body: template.body,
        components: template.components,
    }
}
