//! What differs between the providers.

use crate::texts;
use chrono::{DateTime, Utc};
use manifest::{Manifest, Recipe};
use rand::rngs::StdRng;
use serde_json::{Value, json};
use signalbox_sandbox::{hubspot, shopify, signing};
use std::ops::Range;

const WHATSAPP: &str = include_str!("../../../../plugins/whatsapp/manifest.json");
const SHOPIFY: &str = include_str!("../../../manifest/tests/recipes/shopify.json");
const HUBSPOT: &str = include_str!("../../../manifest/tests/recipes/hubspot.json");

#[derive(Clone, Copy, PartialEq)]
pub enum Provider {
    Whatsapp,
    Shopify,
    Hubspot,
}

impl Provider {
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "whatsapp" => Some(Self::Whatsapp),
            "shopify" => Some(Self::Shopify),
            "hubspot" => Some(Self::Hubspot),
            _ => None,
        }
    }

    pub fn recipe(self) -> Recipe {
        let recipe = |text: &str| serde_json::from_str(text).expect("the recipe is valid");
        match self {
            Self::Whatsapp => {
                let manifest = Manifest::parse(WHATSAPP.as_bytes()).expect("the manifest is valid");
                manifest.webhook.expect("WhatsApp has webhooks")
            }
            Self::Shopify => recipe(SHOPIFY),
            Self::Hubspot => recipe(HUBSPOT),
        }
    }

    pub fn secret_name(self) -> &'static str {
        match self {
            Self::Whatsapp => "app_secret",
            Self::Shopify | Self::Hubspot => "client_secret",
        }
    }

    pub fn payload(self, rng: &mut StdRng) -> Value {
        let value = texts::value(rng, 3);
        match self {
            Self::Whatsapp => json!({
                "object": "whatsapp_business_account",
                "entry": [{ "changes": [{ "field": "messages", "value": value }] }],
            }),
            Self::Shopify => json!({ "id": 9_070_000_000_001_000_001_u64, "note": value }),
            Self::Hubspot => json!([{ "eventId": 1, "portalId": 62_515, "propertyValue": value }]),
        }
    }

    /// The body as the provider writes it.
    pub fn escape(self, payload: &Value) -> Vec<u8> {
        match self {
            Self::Whatsapp => signing::escape_like_meta(payload),
            Self::Shopify => shopify::signing::escape_like_shopify(payload),
            Self::Hubspot => payload.to_string().into_bytes(),
        }
    }

    pub fn sign(self, secret: &str, url: &str, body: &[u8], at: DateTime<Utc>) -> String {
        match self {
            Self::Whatsapp => signing::sign(secret, body),
            Self::Shopify => shopify::signing::sign(secret, body),
            Self::Hubspot => hubspot::signing::sign_v3(secret, "POST", url, body, at.timestamp_millis()),
        }
    }

    /// Which characters of a signature, from its end, all of it depends on.
    pub fn signature_digits(self) -> Range<usize> {
        match self {
            Self::Whatsapp => 1..65,
            Self::Shopify | Self::Hubspot => 3..45,
        }
    }

    pub fn headers(self, signature: &str, at: DateTime<Utc>) -> Vec<(&'static str, String)> {
        let signature = signature.to_owned();
        match self {
            Self::Whatsapp => vec![(signing::SIGNATURE_HEADER, signature)],
            Self::Shopify => vec![("X-Shopify-Hmac-Sha256", signature)],
            Self::Hubspot => vec![
                ("X-HubSpot-Signature-v3", signature),
                ("X-HubSpot-Request-Timestamp", at.timestamp_millis().to_string()),
            ],
        }
    }
}
