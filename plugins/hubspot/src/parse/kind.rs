//! What an element is about, whichever shape it has.

use serde_json::Value;

use crate::json;

/// HubSpot's numbers of records that have names
/// (<https://developers.hubspot.com/docs/api-reference/latest/crm/understanding-the-crm>).
const RECORDS: &[(&str, &str)] = &[
    ("0-1", "contact"),
    ("0-2", "company"),
    ("0-3", "deal"),
    ("0-5", "ticket"),
    ("0-7", "product"),
    ("0-8", "line_item"),
    ("0-14", "quote"),
    ("0-27", "task"),
    ("0-46", "note"),
    ("0-47", "meeting"),
    ("0-48", "call"),
    ("0-49", "email"),
];

/// A kind of record and what happened to it.
pub struct Kind {
    /// `contact`, …; `object` if its number has no name here.
    pub record: String,
    /// HubSpot's word: `creation`, `propertyChange`, …
    pub what: String,
}

impl Kind {
    /// Read from the subscription type, and from the record's number in the general shape.
    pub fn of(element: &Value) -> Option<Self> {
        let subscription = json::text(element, "subscriptionType")?;
        let (record, what) = subscription.split_once('.').unwrap_or(("", &subscription));
        let record = match record {
            "object" => named(element).unwrap_or("object"),
            named => named,
        };
        Some(Self { record: record.to_owned(), what: what.to_owned() })
    }

    /// Whether it happened to a contact.
    pub fn is_contact(&self) -> bool {
        self.record == "contact"
    }

    /// The contact that an event is about. To name the one of a deletion would bring it back.
    pub fn about(&self, element: &Value) -> Option<String> {
        let is_gone = matches!(self.what.as_str(), "deletion" | "privacyDeletion");
        if !self.is_contact() || is_gone {
            return None;
        }
        json::text(element, "objectId").or_else(|| json::text(element, "fromObjectId"))
    }

    /// The name both shapes share.
    pub fn name(&self) -> String {
        if self.record.is_empty() { self.what.clone() } else { format!("{}.{}", self.record, self.what) }
    }
}

/// The name of the record's number; of an association the one it begins with.
fn named(element: &Value) -> Option<&'static str> {
    let number = json::text(element, "objectTypeId").or_else(|| json::text(element, "fromObjectTypeId"))?;
    RECORDS.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}
