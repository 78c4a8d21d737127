//! Logging what was said on the timeline of records.
//!
//! Properties and association types:
//! <https://developers.hubspot.com/docs/api-reference/latest/crm/activities/notes/guide> and the
//! guides of calls and e-mails beside it.

use std::collections::BTreeMap;

use plugin_sdk::{Host, PluginError};

use crate::create::{self, Draft, Link, Mark};
use crate::model::engagement::{Direction, EngagementKind, LogEngagement, LoggedEngagement};
use crate::settings::Settings;
use crate::{html, json};

/// HubSpot's limit of a body, in characters.
const BODY_MAX: usize = 65_536;

/// Logs an engagement, once for each idempotency key.
pub fn log(
    settings: &Settings,
    host: &impl Host,
    key: &str,
    now_ms: i64,
    input: &LogEngagement,
) -> Result<LoggedEngagement, PluginError> {
    let links = links(input);
    if links.is_empty() {
        return Err(PluginError::invalid_input("name a contact, a ticket or a deal: HubSpot shows nothing else"));
    }
    let mut properties = properties(input);
    if properties.values().any(|value| value.chars().count() > BODY_MAX) {
        return Err(PluginError::invalid_input(format!("the body is longer than {BODY_MAX} characters")));
    }
    if let Some(owner) = input.owner_id.as_deref().or_else(|| settings.owner_id()) {
        properties.insert("hubspot_owner_id".to_owned(), owner.to_owned());
    }
    let draft = |at_ms: i64| {
        let mut properties = properties.clone();
        properties.insert("hs_timestamp".to_owned(), input.occurred_at_ms.unwrap_or(at_ms).to_string());
        Draft {
            records: records(input.kind),
            properties,
            links: links.clone(),
            mark: Mark::Alike(&["hs_timestamp"], "hs_createdate"),
        }
    };
    let created = create::once(host, key, now_ms, &draft)?;
    Ok(LoggedEngagement { id: json::text(&created.record, "id").unwrap_or_default(), kind: input.kind })
}

const fn records(kind: EngagementKind) -> &'static str {
    match kind {
        EngagementKind::Note => "notes",
        EngagementKind::Call => "calls",
        EngagementKind::Email => "emails",
    }
}

/// The records it is logged on, with HubSpot's numbers of the associations.
fn links(input: &LogEngagement) -> Vec<Link> {
    let (contact, ticket, deal) = match input.kind {
        EngagementKind::Note => (202, 228, 214),
        EngagementKind::Call => (194, 220, 206),
        EngagementKind::Email => (198, 224, 210),
    };
    [("contacts", &input.contact_id, contact), ("tickets", &input.ticket_id, ticket), ("deals", &input.deal_id, deal)]
        .into_iter()
        .filter_map(|(records, id, type_id)| Some(Link { records, id: id.clone()?, type_id }))
        .collect()
}

fn properties(input: &LogEngagement) -> BTreeMap<String, String> {
    let inbound = input.direction == Some(Direction::Inbound);
    let title = input.title.clone();
    let named = match input.kind {
        EngagementKind::Note => vec![("hs_note_body", Some(html::of_text(&input.body)))],
        EngagementKind::Call => vec![
            ("hs_call_body", Some(html::of_text(&input.body))),
            ("hs_call_title", title),
            ("hs_call_status", Some("COMPLETED".to_owned())),
            ("hs_call_direction", input.direction.map(|_| if inbound { "INBOUND" } else { "OUTBOUND" }.to_owned())),
            ("hs_call_duration", input.duration_ms.map(|duration| duration.to_string())),
        ],
        EngagementKind::Email => vec![
            ("hs_email_text", Some(input.body.clone())),
            ("hs_email_subject", title),
            ("hs_email_status", Some("SENT".to_owned())),
            // One that a customer wrote, or else one of the business.
            ("hs_email_direction", Some(if inbound { "INCOMING_EMAIL" } else { "EMAIL" }.to_owned())),
        ],
    };
    let mut properties = BTreeMap::new();
    for (name, value) in named {
        if let Some(value) = value {
            properties.insert(name.to_owned(), value);
        }
    }
    properties
}
