//! `POST …/search`: filter groups are alternatives, the filters of a group must all hold.
//!
//! Source: developers.hubspot.com, "Search the CRM", with its limits: five groups, six filters in each, eighteen in
//! all, 200 results on a page and 10,000 in all. The real index lags behind writes by seconds; the simulator's does not.

use super::error::ApiError;
use super::kinds::Kind;
use super::records::{Record, Records};
use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};
use std::cmp::Ordering;

const MOST_RESULTS: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Search {
    #[serde(default)]
    filter_groups: Vec<Group>,
    #[serde(default)]
    sorts: Vec<Sort>,
    query: Option<String>,
    #[serde(default)]
    properties: Vec<String>,
    limit: Option<usize>,
    after: Option<Value>,
}

#[derive(Deserialize)]
struct Group {
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    property_name: String,
    operator: String,
    value: Option<Value>,
    high_value: Option<Value>,
    #[serde(default)]
    values: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Sort {
    /// Ascending; with a minus in front descending.
    Name(String),
    #[serde(rename_all = "camelCase")]
    By { property_name: String, direction: Option<String> },
}

pub(super) fn search(records: &Records, kind: &Kind, search: &Search) -> Result<Value, ApiError> {
    check(kind, search)?;
    let mut found = Vec::new();
    for record in records.all(kind) {
        if text_matches(record, search.query.as_deref()) && groups_match(kind, record, &search.filter_groups)? {
            found.push(record);
        }
    }
    if let Some(sort) = search.sorts.first() {
        let (name, descending) = match sort {
            Sort::Name(name) => (name.trim_start_matches('-'), name.starts_with('-')),
            Sort::By { property_name, direction } => {
                (property_name.as_str(), direction.as_deref() == Some("DESCENDING"))
            }
        };
        let value = |record: &Record| record.value(kind, name).unwrap_or_default();
        found.sort_by(|a, b| {
            let order = compare(&value(a), &value(b));
            if descending { order.reverse() } else { order }
        });
    }
    let start = match &search.after {
        None | Some(Value::Null) => 0,
        Some(after) => number(after).ok_or_else(|| ApiError::invalid("Invalid value for after"))?,
    };
    let limit = search.limit.unwrap_or(10);
    if start + limit > MOST_RESULTS {
        return Err(ApiError::invalid("The search API returns at most 10,000 results"));
    }
    let page: Vec<Value> =
        found.iter().skip(start).take(limit).map(|record| record.render(kind, &search.properties)).collect();
    let mut answer = json!({ "total": found.len(), "results": page });
    if start + limit < found.len() {
        answer["paging"] = json!({ "next": { "after": (start + limit).to_string() } });
    }
    Ok(answer)
}

fn check(kind: &Kind, search: &Search) -> Result<(), ApiError> {
    let groups = &search.filter_groups;
    let filters = || groups.iter().flat_map(|group| &group.filters);
    if groups.len() > 5 || groups.iter().any(|group| group.filters.len() > 6) || filters().count() > 18 {
        return Err(ApiError::invalid("Too many filters: at most 5 groups, 6 filters in each and 18 in all"));
    }
    if search.query.as_ref().is_some_and(|query| query.len() > 3000) {
        return Err(ApiError::invalid("The query must not be longer than 3000 characters"));
    }
    if !(1..=200).contains(&search.limit.unwrap_or(10)) {
        return Err(ApiError::invalid("limit must be between 1 and 200"));
    }
    match filters().find(|filter| kind.format(&filter.property_name).is_none()) {
        Some(filter) => {
            let name = &filter.property_name;
            Err(ApiError::invalid(format!("There was a problem with the request: property {name} does not exist")))
        }
        None => Ok(()),
    }
}

fn text_matches(record: &Record, query: Option<&str>) -> bool {
    let text = || record.properties.values().map(|value| value.to_lowercase()).collect::<Vec<_>>().join(" ");
    query.is_none_or(|query| query.split_whitespace().all(|word| text().contains(&word.to_lowercase())))
}

fn groups_match(kind: &Kind, record: &Record, groups: &[Group]) -> Result<bool, ApiError> {
    let mut any = groups.is_empty();
    for group in groups {
        let mut all = true;
        for filter in &group.filters {
            all &= filter.holds(record.value(kind, &filter.property_name))?;
        }
        any |= all;
    }
    Ok(any)
}

impl Filter {
    fn holds(&self, found: Option<String>) -> Result<bool, ApiError> {
        let operator = self.operator.as_str();
        match operator {
            "HAS_PROPERTY" => return Ok(found.is_some()),
            "NOT_HAS_PROPERTY" => return Ok(found.is_none()),
            "IN" | "NOT_IN" => {
                let values: Vec<String> = self.values.iter().filter_map(plain).collect();
                if values.is_empty() {
                    return Err(ApiError::invalid(format!("{operator} needs values")));
                }
                let among = found.is_some_and(|found| values.iter().any(|it| it.eq_ignore_ascii_case(&found)));
                return Ok(among == (operator == "IN"));
            }
            _ => {}
        }
        let wanted = self.value.as_ref().and_then(plain);
        let wanted = wanted.ok_or_else(|| ApiError::invalid(format!("{operator} needs a value")))?;
        let order = found.as_ref().map(|found| compare(found, &wanted));
        Ok(match operator {
            "EQ" => order.is_some_and(Ordering::is_eq),
            "NEQ" => !order.is_some_and(Ordering::is_eq),
            "LT" => order.is_some_and(Ordering::is_lt),
            "LTE" => order.is_some_and(Ordering::is_le),
            "GT" => order.is_some_and(Ordering::is_gt),
            "GTE" => order.is_some_and(Ordering::is_ge),
            "BETWEEN" => {
                let high = self.high_value.as_ref().and_then(plain);
                let high = high.ok_or_else(|| ApiError::invalid("BETWEEN needs a highValue"))?;
                order.is_some_and(Ordering::is_ge) && found.is_some_and(|found| compare(&found, &high).is_le())
            }
            "CONTAINS_TOKEN" => found.is_some_and(|found| has_token(&found, &wanted)),
            "NOT_CONTAINS_TOKEN" => !found.is_some_and(|found| has_token(&found, &wanted)),
            _ => return Err(ApiError::invalid(format!("Invalid input JSON: {operator} is not an operator"))),
        })
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<usize> {
    plain(value)?.parse().ok()
}

/// Dates by time, numbers by size, texts without regard to case.
fn compare(a: &str, b: &str) -> Ordering {
    let time = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis());
    if let (Some(a), Some(b)) = (time(a), time(b).or_else(|| b.parse().ok())) {
        return a.cmp(&b);
    }
    // Ids are whole numbers that a floating-point number cannot hold.
    if let (Ok(a), Ok(b)) = (a.parse::<u64>(), b.parse::<u64>()) {
        return a.cmp(&b);
    }
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.to_lowercase().cmp(&b.to_lowercase()),
    }
}

/// Words, and the parts of an address; `*` stands for the rest of a word.
fn has_token(found: &str, wanted: &str) -> bool {
    let (found, wanted) = (found.to_lowercase(), wanted.to_lowercase());
    let bare = wanted.trim_matches('*');
    let mut tokens = found.split(|it: char| !it.is_alphanumeric()).chain([found.as_str()]);
    match (wanted.starts_with('*'), wanted.ends_with('*')) {
        (true, true) => found.contains(bare),
        (true, false) => tokens.any(|token| token.ends_with(bare)),
        (false, true) => tokens.any(|token| token.starts_with(bare)),
        (false, false) => tokens.any(|token| token == bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: &str, body: Value) -> Result<Vec<String>, ApiError> {
        let search: Search = serde_json::from_value(body).unwrap();
        let answer = super::search(&Records::default(), Kind::find(kind).unwrap(), &search)?;
        let name =
            |it: &Value| ["email", "dealname"].iter().find_map(|key| it["properties"][key].as_str().map(str::to_owned));
        Ok(answer["results"].as_array().unwrap().iter().filter_map(name).collect())
    }

    fn filter(property: &str, operator: &str, value: &Value) -> Value {
        json!({ "filterGroups": [{ "filters": [{ "propertyName": property, "operator": operator, "value": value }] }] })
    }

    #[test]
    fn operators_compare_texts_numbers_dates_and_presence() {
        let deals = |operator: &str, value: Value| found("deals", filter("amount", operator, &value)).unwrap().len();
        assert_eq!(deals("EQ", json!("39.9")), 1);
        assert_eq!(deals("GT", json!(100)), 1);
        assert_eq!(deals("LTE", json!("1690")), 2);
        assert_eq!(deals("NEQ", json!("1690")), 1);
        let contacts = |operator: &str, property: &str, value: Value| {
            found("contacts", filter(property, operator, &value)).unwrap()
        };
        assert_eq!(contacts("EQ", "email", json!("MAREN@example.com")), ["maren@example.com"]);
        assert_eq!(contacts("HAS_PROPERTY", "phone", Value::Null).len(), 2);
        assert_eq!(contacts("NOT_HAS_PROPERTY", "phone", Value::Null), ["zoe@example.com"]);
        assert_eq!(contacts("CONTAINS_TOKEN", "company", json!("lámp*")), ["jose@example.com"]);
        assert_eq!(contacts("EQ", "hs_object_id", json!("9050000000001000003")), ["zoe@example.com"]);
        assert!(contacts("EQ", "hs_object_id", json!("9050000000001000002")).is_empty());
        assert_eq!(contacts("GTE", "createdate", json!("1700000000000")).len(), 3);
    }

    #[test]
    fn groups_are_alternatives_and_pages_have_an_end() {
        let one = |email: &str| json!({ "filters": [{ "propertyName": "email", "operator": "EQ", "value": email }] });
        let both = json!({
            "filterGroups": [one("zoe@example.com"), one("jose@example.com")],
            "sorts": [{ "propertyName": "email", "direction": "DESCENDING" }],
            "limit": 1,
            "after": "1",
        });
        assert_eq!(found("contacts", both).unwrap(), ["jose@example.com"]);
        assert_eq!(found("contacts", json!({ "query": "maren groß" })).unwrap(), ["maren@example.com"]);
    }

    #[test]
    fn what_the_real_search_refuses_is_refused() {
        for body in [
            filter("nickname", "EQ", &json!("x")),
            filter("email", "LIKE", &json!("x")),
            filter("email", "EQ", &Value::Null),
            filter("email", "IN", &json!("x")),
            filter("createdate", "BETWEEN", &json!("1")),
            json!({ "limit": 201 }),
            json!({ "limit": 200, "after": "9900" }),
            json!({ "filterGroups": vec![json!({ "filters": [] }); 6] }),
        ] {
            assert!(found("contacts", body.clone()).is_err(), "{body}");
        }
    }
}
