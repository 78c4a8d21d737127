//! Associating records.

use plugin_sdk::PluginError;
use plugin_sdk::http::Http;

use crate::api;
use crate::model::association::{Associate, Associated, RecordType};

/// Associates two records with HubSpot's default association. To do so twice changes nothing more.
pub fn associate(http: &dyn Http, input: Associate) -> Result<Associated, PluginError> {
    let url = api::objects(&format!(
        "{}/{}/associations/default/{}/{}",
        records(input.from_type),
        api::encode(&input.from_id),
        records(input.to_type),
        api::encode(&input.to_id),
    ));
    api::call(http, api::put(url))?;
    let Associate { from_type, from_id, to_type, to_id } = input;
    Ok(Associated { from_type, from_id, to_type, to_id })
}

const fn records(kind: RecordType) -> &'static str {
    match kind {
        RecordType::Contact => "contacts",
        RecordType::Company => "companies",
        RecordType::Deal => "deals",
        RecordType::Ticket => "tickets",
        RecordType::Note => "notes",
        RecordType::Call => "calls",
        RecordType::Email => "emails",
    }
}
