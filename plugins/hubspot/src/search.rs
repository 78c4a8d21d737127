//! Searching records. What was just written is found only some seconds later.
//!
//! <https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm>

use plugin_sdk::PluginError;
use plugin_sdk::http::Http;
use serde_json::{Value, json};

use crate::api;

/// How long a change may take to be found, in milliseconds. HubSpot promises no time; others have
/// seen up to a minute.
pub const LAG_MS: i64 = 90_000;

/// How many results can be paged through.
pub const OFFSET_MAX: usize = 10_000;

/// A condition on one property.
pub fn filter(property: &str, operator: &str, value: &str) -> Value {
    json!({ "propertyName": property, "operator": operator, "value": value })
}

/// Records of one kind that meet all conditions of any of the groups, at most `limit` of them.
pub struct Search<'a> {
    /// `contacts`, …
    pub records: &'a str,
    /// Any of these groups of conditions.
    pub groups: Vec<Vec<Value>>,
    /// Property to sort by, and `ASCENDING` or `DESCENDING`.
    pub sort: (&'a str, &'a str),
    /// Properties to read.
    pub properties: &'a [&'a str],
    /// At most 200.
    pub limit: usize,
    /// How many to leave out, below 10,000.
    pub after: usize,
}

impl Search<'_> {
    /// HubSpot's answer: `total`, `results`, `paging`.
    pub fn run(&self, http: &dyn Http) -> Result<Value, PluginError> {
        let groups: Vec<Value> = self.groups.iter().map(|filters| json!({ "filters": filters })).collect();
        let (property, direction) = self.sort;
        let mut body = json!({
            "filterGroups": groups,
            "sorts": [{ "propertyName": property, "direction": direction }],
            "properties": self.properties,
            "limit": self.limit,
        });
        if self.after > 0 {
            body["after"] = self.after.to_string().into();
        }
        let url = api::objects(&format!("{}/search", self.records));
        api::call(http, api::with_body("POST", url, &body)?)
    }
}
