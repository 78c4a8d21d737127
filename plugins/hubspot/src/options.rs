//! What can be chosen in the settings form.

use plugin_sdk::http::Http;
use plugin_sdk::{Choice, PluginError};
use serde_json::Value;

use crate::pipelines::{self, Pipeline};
use crate::{api, json};
use plugin_sdk::Context;

/// Pages of owners that are read, of 100 each.
const OWNER_PAGES_MAX: usize = 5;

/// The choices for a field whose label or description holds what was typed.
pub fn of_field(ctx: &Context, http: &dyn Http, field: &str, search: &str) -> Result<Vec<Choice>, PluginError> {
    let choices = match field {
        "/ticket_pipeline" => pipelines::all(http, "tickets")?
            .into_iter()
            .map(|pipeline| Choice::new(pipeline.id, pipeline.label))
            .collect(),
        "/ticket_stage" => stages(ctx, &pipelines::all(http, "tickets")?)?,
        "/owner_id" => owners(http)?,
        _ => return Err(PluginError::unsupported(format!("`{field}` has no options"))),
    };
    let search = search.trim().to_ascii_lowercase();
    let fits = |text: &str| text.to_ascii_lowercase().contains(&search);
    Ok(choices
        .into_iter()
        .filter(|choice: &Choice| fits(&choice.label) || choice.description.as_deref().is_some_and(fits))
        .collect())
}

/// The stages of the pipeline that is chosen, or else of the first one, which is where tickets go.
fn stages(ctx: &Context, pipelines: &[Pipeline]) -> Result<Vec<Choice>, PluginError> {
    // The form may still be incomplete, so not as `Settings`.
    let settings: Value = ctx.settings()?;
    let chosen = json::text(&settings, "ticket_pipeline").unwrap_or_else(|| "0".to_owned());
    let pipeline = pipelines.iter().find(|pipeline| pipeline.id == chosen).or_else(|| pipelines.first());
    let stages = pipeline.into_iter().flat_map(|pipeline| &pipeline.stages);
    Ok(stages
        .map(|stage| {
            let mut choice = Choice::new(stage.id.as_str(), stage.label.as_str());
            choice.description = (stage.closed == Some(true)).then(|| "closed".to_owned());
            choice
        })
        .collect())
}

fn owners(http: &dyn Http) -> Result<Vec<Choice>, PluginError> {
    let mut choices = Vec::new();
    let mut after = String::new();
    for _ in 0..OWNER_PAGES_MAX {
        let answer = api::call(http, api::get(api::url("crm/owners", &format!("?limit=100{after}"))))?;
        choices.extend(json::items(&answer, "results").filter_map(owner));
        let next = answer.pointer("/paging/next").and_then(|next| json::text(next, "after"));
        let Some(next) = next else { break };
        after = format!("&after={}", api::encode(&next));
    }
    Ok(choices)
}

fn owner(owner: &Value) -> Option<Choice> {
    let id = json::text(owner, "id")?;
    let email = json::text(owner, "email");
    let names = [json::text(owner, "firstName"), json::text(owner, "lastName")];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let label = if name.is_empty() { email.clone().unwrap_or_else(|| id.clone()) } else { name };
    let mut choice = Choice::new(id, label);
    choice.description = email;
    Some(choice)
}
