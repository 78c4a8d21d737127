//! `…/pipelines/{type}`: the stages that tickets and deals go through.
//!
//! Every account has these from its beginning; the simulator has no others.
//!
//! Source: developers.hubspot.com, "Pipelines".

use super::Hubspot;
use super::api::{Call, Done, answer};
use super::error::ApiError;
use super::kinds::Kind;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// When an account's pipelines were made.
const MADE_AT: &str = "2024-01-15T09:00:00.000Z";

/// A pipeline with its stages in their order.
struct Pipeline {
    id: &'static str,
    label: &'static str,
    stages: &'static [Stage],
}

/// Id, name, and where in the work it is.
type Stage = (&'static str, &'static str, Progress);

#[derive(Clone, Copy)]
enum Progress {
    /// A ticket that is worked on.
    Open,
    /// A ticket that is done.
    Closed,
    /// A deal, with how probably it is won.
    Probability(&'static str),
    /// A deal that is won or lost.
    Ended(&'static str),
}

use Progress::{Closed, Ended, Open, Probability};

const TICKETS: Pipeline = Pipeline {
    id: "0",
    label: "Support Pipeline",
    stages: &[
        ("1", "New", Open),
        ("2", "Waiting on contact", Open),
        ("3", "Waiting on us", Open),
        ("4", "Closed", Closed),
    ],
};

const DEALS: Pipeline = Pipeline {
    id: "default",
    label: "Sales Pipeline",
    stages: &[
        ("appointmentscheduled", "Appointment Scheduled", Probability("0.2")),
        ("qualifiedtobuy", "Qualified To Buy", Probability("0.4")),
        ("presentationscheduled", "Presentation Scheduled", Probability("0.6")),
        ("decisionmakerboughtin", "Decision Maker Bought-In", Probability("0.8")),
        ("contractsent", "Contract Sent", Probability("0.9")),
        ("closedwon", "Closed Won", Ended("1.0")),
        ("closedlost", "Closed Lost", Ended("0.0")),
    ],
};

fn of(kind: &Kind) -> Option<&'static Pipeline> {
    match kind.name {
        "tickets" => Some(&TICKETS),
        "deals" => Some(&DEALS),
        _ => None,
    }
}

/// Whether work ends in this stage of a kind's pipeline.
pub(super) fn is_closed(kind: &Kind, stage: &str) -> bool {
    let stages = of(kind).map(|pipeline| pipeline.stages).unwrap_or_default();
    stages.iter().any(|(id, _, progress)| *id == stage && matches!(progress, Closed | Ended(_)))
}

pub(super) fn router() -> Router<Arc<Hubspot>> {
    Router::new().route("/{type}", get(list)).route("/{type}/{id}", get(read))
}

/// What a path names.
#[derive(Deserialize)]
struct Target {
    version: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: String,
}

async fn list(State(hubspot): State<Arc<Hubspot>>, Path(target): Path<Target>, headers: HeaderMap) -> Response {
    target.answer(&hubspot, &headers, |pipeline| Ok(json!({ "results": [render(pipeline)] })))
}

async fn read(State(hubspot): State<Arc<Hubspot>>, Path(target): Path<Target>, headers: HeaderMap) -> Response {
    target.answer(&hubspot, &headers, |pipeline| {
        if pipeline.id == target.id { Ok(render(pipeline)) } else { Err(ApiError::unknown_path()) }
    })
}

impl Target {
    fn answer(
        &self,
        hubspot: &Hubspot,
        headers: &HeaderMap,
        act: impl FnOnce(&Pipeline) -> Result<Value, ApiError>,
    ) -> Response {
        let Some((kind, pipeline)) = Kind::find(&self.kind).and_then(|kind| Some((kind, of(kind)?))) else {
            let message = format!("{} have no pipelines", self.kind);
            return ApiError::invalid(message).into_response();
        };
        let call = Call { headers, version: self.version.as_deref(), scope: Some(kind.read_scope()), search: false };
        answer(hubspot, &call, |_, _| act(pipeline).map(Done::ok))
    }
}

fn render(pipeline: &Pipeline) -> Value {
    let stages = pipeline.stages.iter().enumerate().map(|(order, (id, label, progress))| {
        let metadata = match progress {
            Open => json!({ "ticketState": "OPEN", "isClosed": "false" }),
            Closed => json!({ "ticketState": "CLOSED", "isClosed": "true" }),
            Probability(probability) => json!({ "isClosed": "false", "probability": probability }),
            Ended(probability) => json!({ "isClosed": "true", "probability": probability }),
        };
        with_dates(json!({ "id": id, "label": label, "displayOrder": order, "metadata": metadata }))
    });
    let stages: Vec<Value> = stages.collect();
    with_dates(json!({ "id": pipeline.id, "label": pipeline.label, "displayOrder": 0, "stages": stages }))
}

fn with_dates(mut object: Value) -> Value {
    object["archived"] = false.into();
    object["createdAt"] = MADE_AT.into();
    object["updatedAt"] = MADE_AT.into();
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hubspot::kinds::Format;

    #[test]
    fn every_stage_is_one_that_records_can_have() {
        for (kind, property) in [("tickets", "hs_pipeline_stage"), ("deals", "dealstage")] {
            let kind = Kind::find(kind).unwrap();
            let Some(Format::Choice(allowed)) = kind.format(property) else { panic!("{property}") };
            let stages: Vec<&str> = of(kind).unwrap().stages.iter().map(|stage| stage.0).collect();
            assert_eq!(stages, allowed);
        }
    }

    #[test]
    fn work_ends_in_the_last_stages() {
        let (tickets, deals) = (Kind::find("tickets").unwrap(), Kind::find("deals").unwrap());
        assert!(is_closed(tickets, "4") && is_closed(deals, "closedlost"));
        assert!(!is_closed(tickets, "3") && !is_closed(deals, "4") && !is_closed(Kind::find("notes").unwrap(), "4"));
    }
}
