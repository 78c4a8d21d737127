//! What can be chosen in the settings form.

use plugin_sdk::{Choice, PluginError};
use serde_json::{Value, json};

use crate::graphql::Client;
use crate::settings::is_version;
use crate::{gid, json};

const LOCATIONS: &str = "{ locations(first: 100) { nodes { id name isActive address { city country } } } }";

const VERSIONS: &str = "{ publicApiVersions { handle displayName supported } }";

/// The choices of a field, those whose label holds `search`, whatever the case of its Latin letters.
pub fn of(client: &Client<'_>, field: &str, search: &str) -> Result<Vec<Choice>, PluginError> {
    let choices = match field {
        "/restock_location_id" => {
            let data = client.query(LOCATIONS, json!({}))?;
            json::list(&data, "/locations/nodes").iter().filter_map(location).collect::<Vec<_>>()
        }
        "/api_version" => {
            let data = client.query(VERSIONS, json!({}))?;
            json::list(&data, "/publicApiVersions").iter().rev().filter_map(version).collect()
        }
        _ => return Err(PluginError::unsupported(format!("`{field}` has no options"))),
    };
    let search = search.trim().to_ascii_lowercase();
    Ok(choices.into_iter().filter(|choice| choice.label.to_ascii_lowercase().contains(&search)).collect())
}

fn location(location: &Value) -> Option<Choice> {
    if location.get("isActive") != Some(&Value::Bool(true)) {
        return None;
    }
    let choice = Choice::new(gid::digits(json::str(location, "/id")?), json::str(location, "/name")?);
    let place: Vec<&str> =
        ["/address/city", "/address/country"].into_iter().filter_map(|part| json::str(location, part)).collect();
    Some(Choice { description: (!place.is_empty()).then(|| place.join(", ")), ..choice })
}

/// Shopify lists the oldest first; what it supports no longer, or what is not dated, is no choice.
fn version(version: &Value) -> Option<Choice> {
    let handle = json::str(version, "/handle")?;
    let is_choice = version.get("supported") == Some(&Value::Bool(true)) && is_version(handle);
    is_choice.then(|| Choice::new(handle, json::str(version, "/displayName").unwrap_or(handle)))
}
