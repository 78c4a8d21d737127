//! The kinds of objects, their properties and how they are associated.

/// A kind of object.
#[derive(Debug)]
pub(super) struct Kind {
    /// In paths: `contacts`.
    pub(super) name: &'static str,
    /// In webhooks and messages: `contact`.
    pub(super) singular: &'static str,
    /// `0-1`.
    pub(super) type_id: &'static str,
    /// What is answered when no properties are named.
    pub(super) defaults: &'static [&'static str],
    properties: &'static [(&'static str, Format)],
    /// Without these nothing is created.
    pub(super) required: &'static [&'static str],
    /// The property that says when the record changed.
    pub(super) modified: &'static str,
    /// The property that says when it was made.
    pub(super) created: &'static str,
    /// What `.read` and `.write` are appended to; `tickets` has one scope for both.
    scope: &'static str,
}

/// What a property may hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Format {
    Text,
    /// Its value is not shown in webhooks.
    Sensitive,
    Email,
    Number,
    /// ISO 8601, or milliseconds since 1970.
    Time,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Set by HubSpot.
    ReadOnly,
}

use Format::{Choice, Email, Number, ReadOnly, Sensitive, Text, Time};

const STAGES: &[&str] = &[
    "appointmentscheduled",
    "qualifiedtobuy",
    "presentationscheduled",
    "decisionmakerboughtin",
    "contractsent",
    "closedwon",
    "closedlost",
];
const LIFECYCLE: &[&str] = &[
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
];

const CALL_STATES: &[&str] = &[
    "BUSY",
    "CALLING_CRM_USER",
    "CANCELED",
    "COMPLETED",
    "CONNECTING",
    "FAILED",
    "IN_PROGRESS",
    "NO_ANSWER",
    "QUEUED",
    "RINGING",
];

/// All kinds that the simulator has.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "contacts",
        singular: "contact",
        type_id: "0-1",
        defaults: &["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
        properties: &[
            ("address", Text),
            ("city", Text),
            ("company", Text),
            ("country", Text),
            ("email", Email),
            ("firstname", Text),
            ("hs_calculated_mobile_number", ReadOnly),
            ("hs_calculated_phone_number", ReadOnly),
            ("hs_language", Text),
            ("hs_lead_status", Text),
            ("hs_whatsapp_phone_number", Text),
            ("hubspot_owner_id", Text),
            ("jobtitle", Text),
            ("lastname", Text),
            ("lifecyclestage", Choice(LIFECYCLE)),
            ("mobilephone", Text),
            ("passport_number", Sensitive),
            ("phone", Text),
            ("website", Text),
            ("zip", Text),
        ],
        required: &[],
        modified: "lastmodifieddate",
        created: "createdate",
        scope: "crm.objects.contacts",
    },
    Kind {
        name: "companies",
        singular: "company",
        type_id: "0-2",
        defaults: &["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
        properties: &[("city", Text), ("domain", Text), ("industry", Text), ("name", Text), ("phone", Text)],
        required: &[],
        modified: "hs_lastmodifieddate",
        created: "createdate",
        scope: "crm.objects.companies",
    },
    Kind {
        name: "deals",
        singular: "deal",
        type_id: "0-3",
        defaults: &[
            "amount",
            "closedate",
            "createdate",
            "dealname",
            "dealstage",
            "hs_lastmodifieddate",
            "hs_object_id",
            "pipeline",
        ],
        properties: &[
            ("amount", Number),
            ("closedate", Time),
            ("deal_currency_code", Text),
            ("dealname", Text),
            ("dealstage", Choice(STAGES)),
            ("dealtype", Choice(&["newbusiness", "existingbusiness"])),
            ("description", Text),
            ("hs_is_closed", ReadOnly),
            ("hubspot_owner_id", Text),
            ("pipeline", Choice(&["default"])),
        ],
        required: &["dealname"],
        modified: "hs_lastmodifieddate",
        created: "createdate",
        scope: "crm.objects.deals",
    },
    Kind {
        name: "tickets",
        singular: "ticket",
        type_id: "0-5",
        defaults: &[
            "content",
            "createdate",
            "hs_lastmodifieddate",
            "hs_object_id",
            "hs_pipeline",
            "hs_pipeline_stage",
            "hs_ticket_category",
            "hs_ticket_priority",
            "subject",
        ],
        properties: &[
            ("closed_date", ReadOnly),
            ("content", Text),
            ("hs_pipeline", Choice(&["0"])),
            ("hs_pipeline_stage", Choice(&["1", "2", "3", "4"])),
            ("hs_ticket_category", Choice(&["PRODUCT_ISSUE", "BILLING_ISSUE", "FEATURE_REQUEST", "GENERAL_INQUIRY"])),
            ("hs_ticket_priority", Choice(&["LOW", "MEDIUM", "HIGH", "URGENT"])),
            ("hubspot_owner_id", Text),
            ("source_type", Choice(&["CHAT", "EMAIL", "FORM", "PHONE"])),
            ("subject", Text),
        ],
        required: &["hs_pipeline_stage"],
        modified: "hs_lastmodifieddate",
        created: "createdate",
        scope: "tickets",
    },
    Kind {
        name: "notes",
        singular: "note",
        type_id: "0-46",
        defaults: &["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
        properties: &[
            ("hs_attachment_ids", Text),
            ("hs_note_body", Text),
            ("hs_timestamp", Time),
            ("hubspot_owner_id", Text),
        ],
        required: &["hs_timestamp"],
        modified: "hs_lastmodifieddate",
        created: "hs_createdate",
        scope: "crm.objects.contacts",
    },
    Kind {
        name: "calls",
        singular: "call",
        type_id: "0-48",
        defaults: &["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
        properties: &[
            ("hs_call_body", Text),
            ("hs_call_direction", Choice(&["INBOUND", "OUTBOUND"])),
            ("hs_call_duration", Number),
            ("hs_call_from_number", Text),
            ("hs_call_status", Choice(CALL_STATES)),
            ("hs_call_title", Text),
            ("hs_call_to_number", Text),
            ("hs_timestamp", Time),
            ("hubspot_owner_id", Text),
        ],
        required: &["hs_timestamp"],
        modified: "hs_lastmodifieddate",
        created: "hs_createdate",
        scope: "crm.objects.contacts",
    },
    Kind {
        name: "emails",
        singular: "email",
        type_id: "0-49",
        defaults: &["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
        properties: &[
            ("hs_email_direction", Choice(&["DRAFT_EMAIL", "EMAIL", "FORWARDED_EMAIL", "INCOMING_EMAIL"])),
            ("hs_email_html", Text),
            ("hs_email_status", Choice(&["BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"])),
            ("hs_email_subject", Text),
            ("hs_email_text", Text),
            ("hs_timestamp", Time),
            ("hubspot_owner_id", Text),
        ],
        required: &["hs_timestamp", "hs_email_direction"],
        modified: "hs_lastmodifieddate",
        created: "hs_createdate",
        scope: "crm.objects.contacts",
    },
    Kind {
        name: "communications",
        singular: "communication",
        type_id: "0-18",
        defaults: &["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
        properties: &[
            ("hs_communication_body", Text),
            ("hs_communication_channel_type", Choice(&["LINKEDIN_MESSAGE", "SMS", "WHATS_APP"])),
            ("hs_communication_logged_from", Choice(&["CRM"])),
            ("hs_timestamp", Time),
            ("hubspot_owner_id", Text),
        ],
        required: &["hs_timestamp", "hs_communication_channel_type", "hs_communication_logged_from"],
        modified: "hs_lastmodifieddate",
        created: "hs_createdate",
        scope: "crm.objects.contacts",
    },
];

/// The ids of unlabelled associations, from and to (the enumeration in HubSpot's client for Node.js).
const ASSOCIATIONS: &[(&str, &str, u64)] = &[
    ("contacts", "companies", 279),
    ("companies", "contacts", 280),
    ("deals", "contacts", 3),
    ("contacts", "deals", 4),
    ("contacts", "tickets", 15),
    ("tickets", "contacts", 16),
    ("deals", "tickets", 27),
    ("tickets", "deals", 28),
    ("communications", "contacts", 81),
    ("contacts", "communications", 82),
    ("communications", "tickets", 83),
    ("tickets", "communications", 84),
    ("communications", "deals", 85),
    ("deals", "communications", 86),
    ("communications", "companies", 87),
    ("companies", "communications", 88),
    ("companies", "calls", 181),
    ("calls", "companies", 182),
    ("companies", "emails", 185),
    ("emails", "companies", 186),
    ("companies", "notes", 189),
    ("notes", "companies", 190),
    ("contacts", "calls", 193),
    ("calls", "contacts", 194),
    ("contacts", "emails", 197),
    ("emails", "contacts", 198),
    ("contacts", "notes", 201),
    ("notes", "contacts", 202),
    ("deals", "calls", 205),
    ("calls", "deals", 206),
    ("deals", "emails", 209),
    ("emails", "deals", 210),
    ("deals", "notes", 213),
    ("notes", "deals", 214),
    ("tickets", "calls", 219),
    ("calls", "tickets", 220),
    ("tickets", "emails", 223),
    ("emails", "tickets", 224),
    ("tickets", "notes", 227),
    ("notes", "tickets", 228),
    ("tickets", "companies", 339),
    ("companies", "tickets", 340),
    ("deals", "companies", 341),
    ("companies", "deals", 342),
    ("contacts", "contacts", 449),
    ("companies", "companies", 450),
    ("deals", "deals", 451),
    ("tickets", "tickets", 452),
];

impl Kind {
    /// By its name, its singular or its type id.
    pub(super) fn find(text: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| [kind.name, kind.singular, kind.type_id].contains(&text))
    }

    pub(super) fn format(&self, property: &str) -> Option<Format> {
        if ["hs_object_id", self.modified, self.created].contains(&property) {
            return Some(ReadOnly);
        }
        self.properties.iter().find(|(name, _)| *name == property).map(|(_, format)| *format)
    }

    pub(super) fn read_scope(&self) -> String {
        if self.scope == "tickets" { self.scope.to_owned() } else { format!("{}.read", self.scope) }
    }

    pub(super) fn write_scope(&self) -> String {
        if self.scope == "tickets" { self.scope.to_owned() } else { format!("{}.write", self.scope) }
    }
}

/// The id of the unlabelled association, if these kinds can be associated.
pub(super) fn association(from: &Kind, to: &Kind) -> Option<u64> {
    ASSOCIATIONS.iter().find(|it| it.0 == from.name && it.1 == to.name).map(|it| it.2)
}

/// The kind that an association of this type leads to.
pub(super) fn destination(from: &Kind, type_id: u64) -> Option<&'static Kind> {
    let it = ASSOCIATIONS.iter().find(|it| it.0 == from.name && it.2 == type_id)?;
    Kind::find(it.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_association_has_its_way_back_and_an_id_of_its_own() {
        let ids: HashSet<_> = ASSOCIATIONS.iter().map(|it| it.2).collect();
        assert_eq!(ids.len(), ASSOCIATIONS.len());
        for (from, to, _) in ASSOCIATIONS {
            let (from, to) = (Kind::find(from).unwrap(), Kind::find(to).unwrap());
            assert!(association(to, from).is_some(), "{} to {}", to.name, from.name);
        }
    }

    #[test]
    fn defaults_and_required_properties_exist() {
        for kind in KINDS {
            for property in kind.defaults.iter().chain(kind.required) {
                assert!(kind.format(property).is_some(), "{} {property}", kind.name);
            }
        }
    }
}
