//! Pipelines and their stages: names, and which of them are closed.

use plugin_sdk::PluginError;
use plugin_sdk::http::Http;
use serde_json::Value;

use crate::{api, json};

/// A pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// HubSpot's id.
    pub id: String,
    /// For people.
    pub label: String,
    /// In their order.
    pub stages: Vec<Stage>,
}

/// A stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// HubSpot's id.
    pub id: String,
    /// For people.
    pub label: String,
    /// Whether work ends there, if HubSpot says so.
    pub closed: Option<bool>,
}

/// The pipelines of `tickets` or `deals`, in their order.
pub fn all(http: &dyn Http, records: &str) -> Result<Vec<Pipeline>, PluginError> {
    let answer = api::call(http, api::get(api::url("crm/pipelines", &format!("/{records}"))))?;
    Ok(as_ordered(json::items(&answer, "results")).into_iter().filter_map(pipeline).collect())
}

/// The pipeline and the stage of these ids.
pub fn place<'a>(
    pipelines: &'a [Pipeline],
    pipeline: Option<&str>,
    stage: Option<&str>,
) -> (Option<&'a Pipeline>, Option<&'a Stage>) {
    let pipeline = pipelines.iter().find(|known| Some(known.id.as_str()) == pipeline);
    let stage = pipeline.and_then(|known| known.stages.iter().find(|known| Some(known.id.as_str()) == stage));
    (pipeline, stage)
}

fn pipeline(value: &Value) -> Option<Pipeline> {
    let id = json::text(value, "id")?;
    let label = json::text(value, "label").unwrap_or_else(|| id.clone());
    Some(Pipeline {
        id,
        label,
        stages: as_ordered(json::items(value, "stages")).into_iter().filter_map(stage).collect(),
    })
}

fn stage(value: &Value) -> Option<Stage> {
    let id = json::text(value, "id")?;
    let label = json::text(value, "label").unwrap_or_else(|| id.clone());
    let metadata = value.get("metadata");
    let metadata = |key| metadata.and_then(|metadata| json::text(metadata, key));
    // Tickets say it in a word, deals with a truth value written as text.
    let closed = match metadata("ticketState") {
        Some(state) => Some(state == "CLOSED"),
        None => metadata("isClosed").map(|closed| closed == "true"),
    };
    Some(Stage { id, label, closed })
}

/// What is not archived, as people have ordered it.
fn as_ordered<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<&'a Value> {
    let is_archived = |value: &Value| value.get("archived").and_then(Value::as_bool).unwrap_or(false);
    let order = |value: &&Value| value.get("displayOrder").and_then(Value::as_i64).unwrap_or(i64::MAX);
    json::in_order(values.filter(|value| !is_archived(value)), order)
}
