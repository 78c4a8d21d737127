//! The fate of a message that the business sent.
//!
//! Meta's status reference: `conversation` appears only below webhook version 24, its expiry only
//! with `sent`; `pricing` appears with `sent` and with one of `delivered` and `read`; `recipient_id`
//! is missing when the message was sent to a BSUID; a failure carries `errors` and no contact.

use super::{Customer, Line, put, webhook};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// One status of one sent message.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The sent message.
    pub wamid: String,
    /// Whom it was sent to.
    pub recipient: Recipient,
    /// What became of it.
    pub state: StatusState,
    /// When that happened.
    pub at: DateTime<Utc>,
    /// The sender's `biz_opaque_callback_data`.
    pub opaque: Option<String>,
    /// What the message costs.
    pub pricing: Pricing,
    /// The conversation's id, for webhook versions below 24.
    pub conversation_id: Option<String>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusState {
    /// It left Meta's servers.
    Sent,
    /// It reached the customer's device.
    Delivered,
    /// The customer has seen it.
    Read,
    /// It could not be sent or delivered.
    Failed {
        /// Meta's error code.
        code: u32,
        /// Title and message of the error.
        title: String,
        /// The detailed reason.
        details: String,
    },
}

/// How the recipient was addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The customer as far as the business may know them.
    pub customer: Customer,
    /// Whether the message was sent to the BSUID instead of the phone number.
    pub by_user_id: bool,
}

/// The `pricing` object. The model is per message (PMP) since July 2025.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pricing {
    /// `service`, `utility`, `marketing` or `authentication`.
    pub category: String,
    /// Whether the message is charged.
    pub billable: bool,
}

impl Pricing {
    /// A free-form answer within the service window.
    pub fn service() -> Self {
        Self { category: "service".into(), billable: false }
    }
}

impl Status {
    /// The webhook that reports this status.
    pub fn webhook(&self, line: &Line) -> Value {
        let customer = &self.recipient.customer;
        let failed = matches!(self.state, StatusState::Failed { .. });
        let mut status = Map::new();
        status.insert("id".into(), self.wamid.clone().into());
        status.insert("status".into(), self.state.name().into());
        status.insert("timestamp".into(), self.at.timestamp().to_string().into());
        if !self.recipient.by_user_id {
            put(&mut status, "recipient_id", customer.phone.as_deref());
        }
        if self.recipient.by_user_id || !failed {
            put(&mut status, "recipient_user_id", customer.user_id.as_deref());
        }
        put(&mut status, "biz_opaque_callback_data", self.opaque.as_deref());
        match &self.state {
            StatusState::Failed { code, title, details } => {
                status.insert("errors".into(), errors(*code, title, details));
            }
            StatusState::Sent | StatusState::Delivered => self.add_billing(&mut status),
            StatusState::Read => {}
        }

        let mut value = Map::new();
        if !failed && customer.user_id.is_some() {
            value.insert("contacts".into(), json!([self.visible_customer().contact()]));
        }
        value.insert("statuses".into(), json!([status]));
        webhook(line, value)
    }

    /// The customer without what this status may not tell.
    fn visible_customer(&self) -> Customer {
        let mut customer = self.recipient.customer.clone();
        if self.recipient.by_user_id {
            customer.phone = None;
        }
        if self.state == StatusState::Sent {
            customer.username = None;
        }
        customer
    }

    fn add_billing(&self, status: &mut Map<String, Value>) {
        let Pricing { category, billable } = &self.pricing;
        let kind = if *billable { "regular" } else { "free_customer_service" };
        status.insert(
            "pricing".into(),
            json!({ "billable": billable, "pricing_model": "PMP", "type": kind, "category": category }),
        );
        if let Some(id) = &self.conversation_id {
            let mut conversation = json!({ "id": id, "origin": { "type": category } });
            if self.state == StatusState::Sent {
                let expiry = (self.at + TimeDelta::hours(24)).timestamp().to_string();
                conversation["expiration_timestamp"] = expiry.into();
            }
            status.insert("conversation".into(), conversation);
        }
    }
}

impl StatusState {
    /// Meta's name of the status.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed { .. } => "failed",
        }
    }
}

fn errors(code: u32, title: &str, details: &str) -> Value {
    json!([{
        "code": code,
        "title": title,
        "message": title,
        "error_data": { "details": details },
        "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: StatusState, by_user_id: bool) -> Value {
        let mut customer = Customer::with_phone("16505551234", "Ada").and_user_id("US.1");
        customer.username = Some("ada".into());
        let status = Status {
            wamid: "wamid.X".into(),
            recipient: Recipient { customer, by_user_id },
            state,
            at: DateTime::from_timestamp(1_750_030_073, 0).unwrap(),
            opaque: Some("order-42".into()),
            pricing: Pricing::service(),
            conversation_id: None,
        };
        let line = Line { phone_number_id: "1".into(), waba_id: "2".into(), display_phone_number: "3".into() };
        status.webhook(&line)["entry"][0]["changes"][0]["value"].clone()
    }

    #[test]
    fn sent_to_a_phone_names_both_ids_and_the_price() {
        let value = status(StatusState::Sent, false);
        assert_eq!(
            value["statuses"][0],
            json!({
                "id": "wamid.X",
                "status": "sent",
                "timestamp": "1750030073",
                "recipient_id": "16505551234",
                "recipient_user_id": "US.1",
                "biz_opaque_callback_data": "order-42",
                "pricing": {
                    "billable": false,
                    "pricing_model": "PMP",
                    "type": "free_customer_service",
                    "category": "service",
                },
            })
        );
        assert_eq!(value["contacts"][0]["wa_id"], "16505551234");
        assert!(value["contacts"][0]["profile"].get("username").is_none());
    }

    #[test]
    fn a_send_to_a_bsuid_hides_the_phone() {
        let value = status(StatusState::Read, true);
        assert!(value["statuses"][0].get("recipient_id").is_none());
        assert_eq!(value["statuses"][0]["recipient_user_id"], "US.1");
        assert!(value["statuses"][0].get("pricing").is_none());
        assert!(value["contacts"][0].get("wa_id").is_none());
        assert_eq!(value["contacts"][0]["profile"]["username"], "ada");
    }

    #[test]
    fn a_failure_has_errors_and_no_contact() {
        let failed = StatusState::Failed { code: 131_047, title: "T".into(), details: "D".into() };
        let value = status(failed, false);
        assert_eq!(value["statuses"][0]["errors"][0]["error_data"]["details"], "D");
        assert!(value.get("contacts").is_none());
        assert!(value["statuses"][0].get("recipient_user_id").is_none());
    }
}
