//! Facts about the records a contact is associated with.

use plugin_sdk::http::Http;
use plugin_sdk::{ErrorKind, Fact, PluginError};
use serde_json::{Value, json};

use crate::pipelines::{self, Pipeline};
use crate::settings::Settings;
use crate::{api, json, links, time};

/// HubSpot's limit of records that are read at once.
const BATCH_MAX: usize = 100;
/// Most deals and most tickets that are told of.
const TOLD_MAX: usize = 10;

/// Where records of one kind say how far they are.
struct Flow {
    records: &'static str,
    /// The property that holds the pipeline.
    pipeline: &'static str,
    /// The property that holds the stage.
    stage: &'static str,
    /// The stages in which work ends that every account has from the beginning.
    closed: &'static [&'static str],
}

const DEALS: Flow =
    Flow { records: "deals", pipeline: "pipeline", stage: "dealstage", closed: &["closedwon", "closedlost"] };
const TICKETS: Flow = Flow { records: "tickets", pipeline: "hs_pipeline", stage: "hs_pipeline_stage", closed: &["4"] };

/// The company of a contact.
pub fn company(settings: &Settings, http: &dyn Http, contact: &Value) -> Result<Option<Fact>, PluginError> {
    let companies = associated(http, contact, "companies", &["name", "domain"])?;
    Ok(companies.iter().find_map(|company| {
        let name = json::property(company, "name").or_else(|| json::property(company, "domain"))?;
        Some(Fact {
            url: Some(links::record(&settings.portal_id, links::COMPANY, company)),
            data: json!({ "id": json::text(company, "id"), "domain": json::property(company, "domain") }),
            ..Fact::new("hubspot.company", "Company", name)
        })
    }))
}

/// The deals of a contact that are neither won nor lost, the newest first.
pub fn open_deals(settings: &Settings, http: &dyn Http, contact: &Value) -> Result<Vec<Fact>, PluginError> {
    let properties =
        ["dealname", "pipeline", "dealstage", "amount", "deal_currency_code", "hs_is_closed", "createdate"];
    let (deals, pipelines) = open(http, contact, &DEALS, &properties)?;
    Ok(deals.iter().map(|deal| of_deal(settings, &pipelines, deal)).collect())
}

/// The tickets of a contact that are not closed, the newest first.
pub fn open_tickets(settings: &Settings, http: &dyn Http, contact: &Value) -> Result<Vec<Fact>, PluginError> {
    let properties = [
        "subject",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_priority",
        "hs_is_closed",
        "closed_date",
        "createdate",
    ];
    let (tickets, pipelines) = open(http, contact, &TICKETS, &properties)?;
    Ok(tickets.iter().map(|ticket| of_ticket(settings, &pipelines, ticket)).collect())
}

fn of_deal(settings: &Settings, pipelines: &[Pipeline], deal: &Value) -> Fact {
    let name = json::property(deal, "dealname").unwrap_or_else(|| "a deal without a name".to_owned());
    let stage = stage(pipelines, deal, &DEALS);
    // Amounts stay texts: as numbers they would lose cents.
    let amount = json::property(deal, "amount");
    let currency = json::property(deal, "deal_currency_code");
    let price = amount.clone().map(|amount| match &currency {
        Some(currency) => format!("{amount} {currency}"),
        None => amount,
    });
    Fact {
        url: Some(links::record(&settings.portal_id, links::DEAL, deal)),
        as_of_ms: updated_ms(deal),
        data: json!({
            "id": json::text(deal, "id"),
            "name": name,
            "stage": stage,
            "stage_id": json::property(deal, DEALS.stage),
            "amount": amount,
            "currency": currency,
        }),
        ..Fact::new("hubspot.deal", "Open deal", line([Some(name.clone()), stage.clone(), price]))
    }
}

fn of_ticket(settings: &Settings, pipelines: &[Pipeline], ticket: &Value) -> Fact {
    let subject = json::property(ticket, "subject").unwrap_or_else(|| "a ticket without a subject".to_owned());
    let stage = stage(pipelines, ticket, &TICKETS);
    let priority = json::property(ticket, "hs_ticket_priority");
    Fact {
        url: Some(links::record(&settings.portal_id, links::TICKET, ticket)),
        as_of_ms: updated_ms(ticket),
        data: json!({
            "id": json::text(ticket, "id"),
            "subject": subject,
            "stage": stage,
            "stage_id": json::property(ticket, TICKETS.stage),
            "priority": priority,
        }),
        ..Fact::new(
            "hubspot.ticket",
            "Open ticket",
            line([Some(subject.clone()), stage.clone(), priority.map(|priority| priority.to_ascii_lowercase())]),
        )
    }
}

fn line(parts: [Option<String>; 3]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn updated_ms(record: &Value) -> Option<i64> {
    json::text(record, "updatedAt").and_then(|at| time::read(&at))
}

/// The records of one kind that a contact is associated with; none if the token may not read them.
fn associated(http: &dyn Http, contact: &Value, records: &str, properties: &[&str]) -> Result<Vec<Value>, PluginError> {
    let mut ids: Vec<String> = Vec::new();
    let associations = contact.get("associations").and_then(|associations| associations.get(records));
    // A record stands there once for every label of its association.
    for id in associations.into_iter().flat_map(|list| json::items(list, "results")).filter_map(|a| json::text(a, "id"))
    {
        if !ids.contains(&id) && ids.len() < BATCH_MAX {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let inputs: Vec<Value> = ids.into_iter().map(|id| json!({ "id": id })).collect();
    let body = json!({ "inputs": inputs, "properties": properties, "propertiesWithHistory": [] });
    let url = api::objects(&format!("{records}/batch/read"));
    let answer = readable(api::call(http, api::with_body("POST", url, &body)?))?;
    Ok(answer.iter().flat_map(|answer| json::items(answer, "results")).cloned().collect())
}

/// The pipelines of records, if there are any records.
fn labels(http: &dyn Http, kind: &str, records: &[Value]) -> Result<Vec<Pipeline>, PluginError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    Ok(readable(pipelines::all(http, kind))?.unwrap_or_default())
}

/// A missing scope means that nobody wanted these to be read here; what is not found has no names.
fn readable<T>(answer: Result<T, PluginError>) -> Result<Option<T>, PluginError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error)
            if error.remote_status.is_some()
                && matches!(error.kind, ErrorKind::PermissionDenied | ErrorKind::NotFound) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The records of a contact that are not closed, the newest first, and the pipelines they are in.
fn open(
    http: &dyn Http,
    contact: &Value,
    flow: &Flow,
    properties: &[&str],
) -> Result<(Vec<Value>, Vec<Pipeline>), PluginError> {
    let mut records = associated(http, contact, flow.records, properties)?;
    let pipelines = labels(http, flow.records, &records)?;
    records.retain(|record| !is_closed(&pipelines, record, flow));
    let mut records = json::in_order(records, |record| -created_ms(record));
    records.truncate(TOLD_MAX);
    Ok((records, pipelines))
}

fn created_ms(record: &Value) -> i64 {
    json::text(record, "createdAt")
        .or_else(|| json::property(record, "createdate"))
        .and_then(|at| time::read(&at))
        .unwrap_or(0)
}

/// As the record says, or else its stage.
fn is_closed(pipelines: &[Pipeline], record: &Value, flow: &Flow) -> bool {
    if json::property(record, "closed_date").is_some() {
        return true;
    }
    if let Some(closed) = json::property(record, "hs_is_closed") {
        return closed == "true";
    }
    match place(pipelines, record, flow).and_then(|stage| stage.closed) {
        Some(closed) => closed,
        None => json::property(record, flow.stage).is_some_and(|stage| flow.closed.contains(&stage.as_str())),
    }
}

/// The name of the stage, or its id if that is all there is.
fn stage(pipelines: &[Pipeline], record: &Value, flow: &Flow) -> Option<String> {
    let named = place(pipelines, record, flow).map(|stage| stage.label.clone());
    named.or_else(|| json::property(record, flow.stage))
}

fn place<'a>(pipelines: &'a [Pipeline], record: &Value, flow: &Flow) -> Option<&'a pipelines::Stage> {
    let (pipeline, stage) = (json::property(record, flow.pipeline), json::property(record, flow.stage));
    pipelines::place(pipelines, pipeline.as_deref(), stage.as_deref()).1
}
