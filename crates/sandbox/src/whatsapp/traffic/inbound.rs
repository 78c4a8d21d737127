//! A message from a customer to the business.

use super::{Content, Customer, Line, fresh_wamid, put, webhook};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A customer's message before it becomes a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inbound {
    /// Who writes.
    pub customer: Customer,
    /// What they write.
    pub message: Content,
    /// The message's id; a fresh one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wamid: Option<String>,
    /// When it was written; the moment of sending when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// The id of the message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
}

impl Inbound {
    /// This message from this customer, now, with a fresh id.
    pub fn new(customer: Customer, message: Content) -> Self {
        Self { customer, message, wamid: None, at: None, reply_to: None }
    }

    /// A text from this customer.
    pub fn text(customer: Customer, body: impl Into<String>) -> Self {
        Self::new(customer, Content::Text { body: body.into() })
    }

    /// The webhook that reports this message; `now` dates it unless it is dated.
    pub fn webhook(&self, line: &Line, now: DateTime<Utc>) -> Value {
        let mut message = Map::new();
        put(&mut message, "from", self.customer.phone.as_deref());
        put(&mut message, "from_user_id", self.customer.user_id.as_deref());
        let id = self.wamid.clone().unwrap_or_else(|| fresh_wamid(&self.customer));
        message.insert("id".into(), id.into());
        let at = self.at.unwrap_or(now).timestamp().to_string();
        message.insert("timestamp".into(), at.into());
        let (kind, object) = self.message.object();
        message.insert("type".into(), kind.into());
        match object {
            Some(object) => message.insert(kind.into(), object),
            None => message.insert("errors".into(), unsupported_error()),
        };
        if let Some(answered) = &self.reply_to {
            message.insert("context".into(), json!({ "from": line.display_phone_number, "id": answered }));
        }

        let mut value = Map::new();
        value.insert("contacts".into(), json!([self.customer.contact()]));
        value.insert("messages".into(), json!([message]));
        webhook(line, value)
    }
}

fn unsupported_error() -> Value {
    json!([{
        "code": 131_051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": { "details": "Message type is currently not supported." },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whatsapp::traffic::Media;

    fn line() -> Line {
        Line {
            phone_number_id: "106540352242922".into(),
            waba_id: "419561257915477".into(),
            display_phone_number: "15550783881".into(),
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// Meta's own example of a text message (facebook/openapi, MIT).
    #[test]
    fn a_text_looks_like_metas_example() {
        let mut inbound =
            Inbound::text(Customer::with_phone("16505551234", "Sheena Nelson"), "Does it come in another color?");
        inbound.wamid = Some("wamid.X".into());
        assert_eq!(
            inbound.webhook(&line(), at(1_749_416_383)),
            json!({
                "object": "whatsapp_business_account",
                "entry": [{
                    "id": "419561257915477",
                    "changes": [{
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {
                                "display_phone_number": "15550783881",
                                "phone_number_id": "106540352242922",
                            },
                            "contacts": [
                                { "profile": { "name": "Sheena Nelson" }, "wa_id": "16505551234" }
                            ],
                            "messages": [{
                                "from": "16505551234",
                                "id": "wamid.X",
                                "timestamp": "1749416383",
                                "type": "text",
                                "text": { "body": "Does it come in another color?" },
                            }],
                        },
                        "field": "messages",
                    }],
                }],
            })
        );
    }

    #[test]
    fn a_customer_without_a_phone_has_neither_from_nor_wa_id() {
        let webhook = Inbound::text(Customer::with_user_id("DE.123", "Ada"), "Hi").webhook(&line(), at(0));
        let value = &webhook["entry"][0]["changes"][0]["value"];
        assert_eq!(value["contacts"][0], json!({ "profile": { "name": "Ada" }, "user_id": "DE.123" }));
        assert_eq!(value["messages"][0]["from_user_id"], "DE.123");
        assert!(value["messages"][0].get("from").is_none());
    }

    #[test]
    fn an_unsupported_message_has_errors_and_no_object() {
        let webhook = Inbound::new(Customer::with_phone("1", "A"), Content::Unsupported).webhook(&line(), at(0));
        let message = &webhook["entry"][0]["changes"][0]["value"]["messages"][0];
        assert_eq!(message["errors"][0]["code"], 131_051);
        assert!(message.get("unsupported").is_none());
    }

    #[test]
    fn attachments_state_the_hash_of_their_bytes() {
        let photo = Content::Image(Media { id: Some("77".into()), ..Media::captioned("Schön") });
        let webhook = Inbound::new(Customer::with_phone("1", "A"), photo).webhook(&line(), at(0));
        assert_eq!(
            webhook["entry"][0]["changes"][0]["value"]["messages"][0]["image"],
            json!({
                "id": "77",
                "caption": "Schön",
                "mime_type": "image/jpeg",
                "sha256": super::super::content::media_hash("77"),
            })
        );
    }

    #[test]
    fn a_reply_names_what_it_answers() {
        let mut reply = Inbound::new(
            Customer::with_phone("1", "A"),
            Content::ButtonReply { id: "yes".into(), title: "Yes".into() },
        );
        reply.reply_to = Some("wamid.Q".into());
        let webhook = reply.webhook(&line(), at(0));
        let message = &webhook["entry"][0]["changes"][0]["value"]["messages"][0];
        assert_eq!(message["context"], json!({ "from": "15550783881", "id": "wamid.Q" }));
        assert_eq!(
            message["interactive"],
            json!({ "type": "button_reply", "button_reply": { "id": "yes", "title": "Yes" } })
        );
    }

    #[test]
    fn content_is_written_by_hand_as_tagged_json() {
        let content: Content = serde_json::from_value(json!({ "type": "image", "caption": "A" })).unwrap();
        assert_eq!(content, Content::Image(Media::captioned("A")));
    }
}
