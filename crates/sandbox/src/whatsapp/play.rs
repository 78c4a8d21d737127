//! Plays the customers.

use crate::whatsapp::directory::Found;
use crate::whatsapp::memory::StoredMedia;
use crate::whatsapp::shared::Shared;
use crate::whatsapp::signing::SignedWebhook;
use crate::whatsapp::traffic::{Content, Customer, Inbound, fresh_wamid};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// A customer's message that the provider has taken, before or instead of its delivery.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The message's id.
    pub wamid: String,
    /// What the provider posts.
    pub webhook: SignedWebhook,
}

/// A customer's message that was delivered, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Played {
    /// The message's id.
    pub wamid: String,
    /// The HTTP status of the first attempt; `None` if there was no answer. After anything but 2xx
    /// the webhook is retried in the background.
    pub status: Option<u16>,
}

/// Why a customer could not be played.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    /// No app has this number.
    #[error("there is no number with the phone_number_id {0:?}")]
    UnknownNumber(String),
    /// There is no app with this id.
    #[error("there is no app {0:?}")]
    UnknownApp(String),
    /// The app has no callback URL.
    #[error("the app {0:?} has no callback URL")]
    NoCallbackUrl(String),
    /// The customer has neither a phone number nor a BSUID.
    #[error("a customer needs a phone number or a user_id")]
    NobodyWrites,
    /// A reaction without a target, in a conversation without a message.
    #[error("the conversation has no message to react to")]
    NothingToReactTo,
}

impl Shared {
    /// Takes a customer's message: the window opens and the message is known from now on.
    pub(crate) fn compose(&self, number: &str, inbound: Inbound) -> Result<Composed, PlayError> {
        let found = self.number(number)?;
        let (wamid, payload) = self.take(&found, inbound)?;
        let webhook = SignedWebhook::new(found.app.app_secret.expose(), &payload);
        Ok(Composed { wamid, webhook })
    }

    /// Takes a customer's message and delivers its webhook.
    pub(crate) async fn play(&self, number: &str, inbound: Inbound) -> Result<Played, PlayError> {
        let found = self.number(number)?;
        let to = found.app.callback_url.clone().ok_or_else(|| PlayError::NoCallbackUrl(found.app.id.clone()))?;
        let (wamid, payload) = self.take(&found, inbound)?;
        let webhook = SignedWebhook::new(found.app.app_secret.expose(), &payload);
        let status = self.courier.deliver(webhook.to(to)).await;
        Ok(Played { wamid, status })
    }

    /// Signs any payload with an app's secret and delivers it.
    pub(crate) async fn deliver(&self, app: &str, payload: &Value) -> Result<Option<u16>, PlayError> {
        let app = self.directory().app(app).ok_or_else(|| PlayError::UnknownApp(app.to_owned()))?;
        let to = app.callback_url.clone().ok_or_else(|| PlayError::NoCallbackUrl(app.id.clone()))?;
        let webhook = SignedWebhook::new(app.app_secret.expose(), payload);
        Ok(self.courier.deliver(webhook.to(to)).await)
    }

    /// Opens the window of a customer without a message from them.
    pub(crate) fn open_window(&self, number: &str, customer: &Customer, at: DateTime<Utc>) -> Result<(), PlayError> {
        self.number(number)?;
        if customer.identifiers().next().is_none() {
            return Err(PlayError::NobodyWrites);
        }
        self.memory().open_window(number, customer, at);
        Ok(())
    }

    fn number(&self, number: &str) -> Result<Found, PlayError> {
        self.directory().number(number).ok_or_else(|| PlayError::UnknownNumber(number.to_owned()))
    }

    fn take(&self, found: &Found, mut inbound: Inbound) -> Result<(String, Value), PlayError> {
        if inbound.customer.identifiers().next().is_none() {
            return Err(PlayError::NobodyWrites);
        }
        let now = self.now();
        let at = *inbound.at.get_or_insert(now);
        let wamid = inbound.wamid.get_or_insert_with(|| fresh_wamid(&inbound.customer)).clone();
        let number = &found.number.phone_number_id;
        let mut memory = self.memory();
        if let Content::Reaction { message_id: target @ None, .. } = &mut inbound.message {
            let newest = memory.newest_message(number, &inbound.customer);
            *target = Some(newest.ok_or(PlayError::NothingToReactTo)?.clone());
        }
        if let Some((id, mime_type)) = inbound.message.settle_media() {
            let (phone_number_id, mime_type) = (number.clone(), mime_type.to_owned());
            memory.keep_media(id.to_owned(), StoredMedia { phone_number_id, mime_type });
        }
        memory.customer_wrote(number, &inbound.customer, &wamid, at);
        drop(memory);
        Ok((wamid, inbound.webhook(&found.number.line(), now)))
    }
}
