//! The search syntax of `query:` arguments: `email:ada@example.com status:open`, `OR`, `NOT`, comparators.
//!
//! A field that cannot be searched for is not an error: Shopify drops that term, answers as if it were not there, and
//! says so in `extensions.search`. Orders, for example, have no `phone` field to search for, so that
//! `orders(query: "phone:+1555…")` answers with everybody's orders.
//!
//! Source: shopify.dev, "Shopify API search syntax", and the arguments of each query in the reference.

mod fields;
mod parse;

pub(super) use fields::{customer, location, order, product};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

/// The fields that a kind of record can be searched by.
pub(super) const ORDER: &[&str] = &[
    "created_at",
    "customer_id",
    "email",
    "financial_status",
    "fulfillment_status",
    "gateway",
    "id",
    "name",
    "processed_at",
    "sku",
    "status",
    "tag",
    "tag_not",
    "test",
    "updated_at",
];
/// See [`ORDER`].
pub(super) const CUSTOMER: &[&str] = &[
    "country",
    "customer_date",
    "email",
    "first_name",
    "id",
    "last_name",
    "orders_count",
    "phone",
    "state",
    "tag",
    "tag_not",
    "total_spent",
    "updated_at",
];
/// See [`ORDER`].
pub(super) const PRODUCT: &[&str] = &[
    "created_at",
    "handle",
    "id",
    "inventory_total",
    "product_type",
    "sku",
    "status",
    "tag",
    "tag_not",
    "title",
    "updated_at",
    "vendor",
];

/// See [`ORDER`].
pub(super) const LOCATION: &[&str] = &["active", "address1", "city", "country", "location_id", "name", "zip"];

/// A parsed query.
#[derive(Debug, PartialEq)]
pub(super) enum Term {
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
    Field { name: String, comparator: Comparator, value: String },
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Comparator {
    Is,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A record as the search sees it.
pub(super) trait Document {
    /// The values of a searchable field, none if the record has no value there.
    fn values(&self, field: &str) -> Vec<String>;
    /// What is found by words without a field.
    fn text(&self) -> String;
}

impl Term {
    /// The query without the terms whose field cannot be searched for, and the warnings about those.
    pub(super) fn parse(query: &str, searchable: &[&str]) -> (Self, Vec<Value>) {
        let mut warnings = Vec::new();
        let term = parse::parse(query).known(searchable, &mut warnings);
        (term.unwrap_or(Self::All(Vec::new())), warnings)
    }

    /// How many of the words that are searched for stand in this text.
    pub(super) fn words_in(&self, text: &str) -> usize {
        match self {
            Self::All(terms) | Self::Any(terms) => terms.iter().map(|term| term.words_in(text)).sum(),
            Self::Text(word) => usize::from(text.to_lowercase().contains(&word.to_lowercase())),
            Self::Not(_) | Self::Field { .. } => 0,
        }
    }

    fn known(self, searchable: &[&str], warnings: &mut Vec<Value>) -> Option<Self> {
        let mut all = |terms: Vec<Self>| -> Vec<Self> {
            terms.into_iter().filter_map(|term| term.known(searchable, warnings)).collect()
        };
        match self {
            Self::All(terms) => {
                let was_empty = terms.is_empty();
                Some(all(terms)).filter(|left| was_empty || !left.is_empty()).map(Self::All)
            }
            // Without its unknown alternatives; without any left it is as if it were not there.
            Self::Any(terms) => Some(all(terms)).filter(|left| !left.is_empty()).map(Self::Any),
            Self::Not(term) => Some(Self::Not(Box::new(term.known(searchable, warnings)?))),
            Self::Field { name, .. } if !searchable.contains(&name.as_str()) => {
                let message = "Invalid search field for this query.";
                warnings.push(json!({ "field": name, "message": message, "code": "invalid_field" }));
                None
            }
            known => Some(known),
        }
    }

    pub(super) fn matches(&self, document: &dyn Document) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.matches(document)),
            Self::Any(terms) => terms.iter().any(|term| term.matches(document)),
            Self::Not(term) => !term.matches(document),
            Self::Text(text) => document.text().to_lowercase().contains(&text.to_lowercase()),
            Self::Field { name, value, .. } if name == "tag_not" => {
                !document.values("tag").iter().any(|tag| is(tag, value))
            }
            Self::Field { name, comparator, value } => {
                document.values(name).iter().any(|found| comparator.holds(found, value))
            }
        }
    }
}

impl Comparator {
    fn holds(self, found: &str, wanted: &str) -> bool {
        if self == Self::Is {
            // Several values are alternatives: `financial_status:paid,pending`.
            return wanted.split(',').any(|wanted| is(found, wanted.trim()));
        }
        let order = match (instant(found), instant(wanted)) {
            (Some(found), Some(wanted)) => found.cmp(&wanted),
            _ => match (found.parse::<f64>(), wanted.parse::<f64>()) {
                (Ok(found), Ok(wanted)) => found.total_cmp(&wanted),
                _ => found.cmp(wanted),
            },
        };
        match self {
            Self::Is => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

fn is(found: &str, wanted: &str) -> bool {
    let (found, wanted) = (found.to_lowercase(), wanted.to_lowercase());
    match wanted.strip_suffix('*') {
        Some(prefix) => found.starts_with(prefix),
        None => found == wanted,
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ada;

    impl Document for Ada {
        fn values(&self, field: &str) -> Vec<String> {
            let values: &[&str] = match field {
                "email" => &["ada@example.com"],
                "tag" => &["vip", "wholesale"],
                "created_at" => &["2026-11-12T09:14:03Z"],
                "total" => &["39.9"],
                _ => &[],
            };
            values.iter().map(|value| (*value).to_owned()).collect()
        }

        fn text(&self) -> String {
            "Ada Lovelace".to_owned()
        }
    }

    fn found(query: &str) -> bool {
        Term::parse(query, &["email", "tag", "tag_not", "created_at", "total"]).0.matches(&Ada)
    }

    #[test]
    fn terms_are_joined_and_negated() {
        for query in [
            "",
            "email:ADA@example.com",
            "email:ada* tag:vip",
            "email:\"ada@example.com\" AND tag:'vip'",
            "email:other@example.com OR tag:vip",
            "(email:other@example.com OR tag:vip) lovelace",
            "NOT tag:new",
            "-tag:new",
            "tag_not:new",
            "tag:new,vip",
            "\"lovelace\" 'ada'",
            "created_at:>2026-11-12",
            "created_at:>='2026-11-12T10:14:03+01:00' total:<40",
        ] {
            assert!(found(query), "{query}");
        }
        for query in [
            "email:ada",
            "email:ada@example.com tag:new",
            "email:a@example.com OR tag:new",
            "-tag:vip",
            "tag_not:vip",
            "created_at:>2026-11-13",
            "total:>=40",
            "Byron",
            // In quotation marks it is a text, not a field.
            "\"tag:vip\"",
            "\"-lovelace\"",
        ] {
            assert!(!found(query), "{query}");
        }
    }

    #[test]
    fn the_words_of_a_query_are_counted_in_a_text() {
        let term = Term::parse("tag:vip lamp \"blue\" -green", &["tag"]).0;
        assert_eq!(["Lamp, blue", "a LAMP", "green vip"].map(|text| term.words_in(text)), [2, 1, 0]);
    }

    #[test]
    fn a_term_that_cannot_be_searched_for_is_dropped_with_a_warning() {
        let (term, warnings) = Term::parse("phone:+15555550101 tag:vip", ORDER);
        assert_eq!(warnings.len(), 1);
        assert_eq!((&warnings[0]["field"], &warnings[0]["code"]), (&json!("phone"), &json!("invalid_field")));
        assert!(term.matches(&Ada));
        let (everything, _) = Term::parse("phone:1 OR NOT fax:2", ORDER);
        assert!(everything.matches(&Ada));
        let (other, _) = Term::parse("phone:1 OR tag:new", ORDER);
        assert!(!other.matches(&Ada));
    }
}
