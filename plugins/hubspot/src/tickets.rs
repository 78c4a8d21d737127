//! Creating and reading tickets.

use plugin_sdk::http::Http;
use plugin_sdk::{Host, PluginError, log};
use serde_json::Value;

use crate::create::{self, Draft, Link, Mark};
use crate::model::ticket::{CreateTicket, GetTicket, Priority, Ticket};
use crate::settings::Settings;
use crate::{api, json, links, pipelines};

const PROPERTIES: &[&str] = &[
    "subject",
    "content",
    "hs_ticket_priority",
    "hs_pipeline",
    "hs_pipeline_stage",
    "hubspot_owner_id",
    "createdate",
    "hs_lastmodifieddate",
];

/// The support pipeline that every account has, and its first stage.
const DEFAULT_PIPELINE: &str = "0";
const DEFAULT_STAGE: &str = "1";

/// HubSpot's number of the association from a ticket to a contact.
const TICKET_TO_CONTACT: u32 = 16;

/// Creates a ticket, once for each idempotency key.
pub fn create(
    settings: &Settings,
    host: &impl Host,
    key: &str,
    now_ms: i64,
    input: CreateTicket,
) -> Result<Ticket, PluginError> {
    let (pipeline, stage) = place(settings, &input)?;
    let links: Vec<Link> =
        input.contact_id.into_iter().map(|id| Link { records: "contacts", id, type_id: TICKET_TO_CONTACT }).collect();
    let mut properties = input.properties;
    for (name, value) in [
        ("subject", Some(input.subject)),
        ("content", input.content),
        ("hs_ticket_priority", input.priority.map(Priority::as_hubspot).map(str::to_owned)),
        ("hs_pipeline", Some(pipeline)),
        ("hs_pipeline_stage", Some(stage)),
        ("hubspot_owner_id", input.owner_id.or_else(|| settings.owner_id().map(str::to_owned))),
    ] {
        if let Some(value) = value {
            properties.insert(name.to_owned(), value);
        }
    }
    let draft = |_| Draft {
        records: "tickets",
        properties: properties.clone(),
        links: links.clone(),
        mark: Mark::Alike(&["subject", "hs_pipeline"], "createdate"),
    };
    let created = create::once(host, key, now_ms, &draft)?;
    Ok(ticket(settings, &created.record))
}

/// Where a new ticket goes: a stage belongs to one pipeline, so those of the settings stand in
/// together.
fn place(settings: &Settings, input: &CreateTicket) -> Result<(String, String), PluginError> {
    let pipeline = input.pipeline.as_deref().or_else(|| settings.ticket_pipeline()).unwrap_or(DEFAULT_PIPELINE);
    let is_settings = pipeline == settings.ticket_pipeline().unwrap_or(DEFAULT_PIPELINE);
    let stage = input.stage.as_deref().or_else(|| settings.ticket_stage().filter(|_| is_settings));
    match stage {
        Some(stage) => Ok((pipeline.to_owned(), stage.to_owned())),
        None if pipeline == DEFAULT_PIPELINE => Ok((pipeline.to_owned(), DEFAULT_STAGE.to_owned())),
        None if input.pipeline.is_some() => {
            Err(PluginError::invalid_input(format!("pipeline `{pipeline}` needs a stage of it")))
        }
        None => Err(PluginError::invalid_config("choose the stage in which new tickets of the pipeline begin")),
    }
}

/// Reads a ticket. The names of pipeline and stage are an extra: without them it is returned too.
pub fn get(settings: &Settings, http: &dyn Http, input: &GetTicket) -> Result<Ticket, PluginError> {
    let (id, properties) = (api::encode(&input.id), PROPERTIES.join(","));
    let url = api::objects(&format!("tickets/{id}?properties={properties}"));
    let mut ticket = ticket(settings, &api::call(http, api::get(url))?);
    match pipelines::all(http, "tickets") {
        Ok(pipelines) => {
            let (pipeline, stage) = pipelines::place(&pipelines, ticket.pipeline.as_deref(), ticket.stage.as_deref());
            ticket.pipeline_label = pipeline.map(|pipeline| pipeline.label.clone());
            ticket.stage_label = stage.map(|stage| stage.label.clone());
            ticket.closed = stage.and_then(|stage| stage.closed);
        }
        Err(error) => log::warn(&format!("a ticket without the names of its pipeline: {error}")),
    }
    Ok(ticket)
}

fn ticket(settings: &Settings, record: &Value) -> Ticket {
    let property = |name| json::property(record, name);
    Ticket {
        id: json::text(record, "id").unwrap_or_default(),
        subject: property("subject"),
        content: property("content"),
        priority: property("hs_ticket_priority"),
        pipeline: property("hs_pipeline"),
        stage: property("hs_pipeline_stage"),
        owner_id: property("hubspot_owner_id"),
        created_at: json::text(record, "createdAt"),
        updated_at: json::text(record, "updatedAt"),
        url: links::record(&settings.portal_id, links::TICKET, record),
        ..Ticket::default()
    }
}
