//! Which statuses an accepted message gets, when, and in which order.

use crate::config::Callbacks;
use crate::courier::{Courier, Parcel};
use crate::whatsapp::directory::Found;
use crate::whatsapp::faults::CallbackFault;
use crate::whatsapp::ids;
use crate::whatsapp::shared::Shared;
use crate::whatsapp::traffic::{Pricing, Recipient, Status, StatusState};
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// Webhooks up to this version name the conversation of a status.
const LAST_VERSION_WITH_CONVERSATIONS: u32 = 23;

/// An accepted message whose fate is to be reported.
pub(super) struct Accepted {
    pub(super) wamid: String,
    pub(super) recipient: Recipient,
    pub(super) opaque: Option<String>,
    pub(super) at: DateTime<Utc>,
    /// The template's category, if a template was sent.
    pub(super) template_category: Option<String>,
    /// Whether it can reach the customer.
    pub(super) window_open: bool,
}

impl Accepted {
    /// Reports the message's fate; with early callbacks it returns after the last of them.
    pub(super) async fn report(self, found: &Found, fault: &CallbackFault, courier: &Courier) {
        let parcels = self.parcels(found, fault, courier.timing());
        if *fault != CallbackFault::Early {
            courier.schedule(parcels);
            return;
        }
        // A task of its own: a caller who hangs up must not lose callbacks.
        let courier = courier.clone();
        let early = tokio::spawn(async move {
            for (_, parcel) in parcels {
                courier.deliver(parcel).await;
            }
        });
        if let Err(error) = early.await {
            tracing::warn!(%error, "early callbacks ended badly");
        }
    }

    fn parcels(self, found: &Found, fault: &CallbackFault, timing: &Callbacks) -> Vec<(Duration, Parcel)> {
        let fate = match fault {
            CallbackFault::Never => return Vec::new(),
            CallbackFault::Instead(state) => vec![(timing.failed, state.clone())],
            _ => self.fate(timing),
        };
        let delays: Vec<Duration> = fate.iter().map(|(delay, _)| *delay).collect();
        let line = found.number.line();
        let conversation_id = (timing.webhook_version <= LAST_VERSION_WITH_CONVERSATIONS).then(ids::conversation_id);
        let pricing = match &self.template_category {
            Some(category) => Pricing { category: category.clone(), billable: true },
            None => Pricing::service(),
        };
        let mut parcels: Vec<Parcel> = fate
            .into_iter()
            .filter_map(|(delay, state)| {
                let status = Status {
                    wamid: self.wamid.clone(),
                    recipient: self.recipient.clone(),
                    state,
                    at: self.at + TimeDelta::from_std(delay).unwrap_or_default(),
                    opaque: self.opaque.clone(),
                    pricing: pricing.clone(),
                    conversation_id: conversation_id.clone(),
                };
                Shared::parcel(found, &status.webhook(&line))
            })
            .collect();
        if *fault == CallbackFault::OutOfOrder {
            parcels.reverse();
        }
        let copies = if *fault == CallbackFault::Twice { 2 } else { 1 };
        delays.into_iter().zip(parcels).flat_map(|timed| std::iter::repeat_n(timed, copies)).collect()
    }

    fn fate(&self, timing: &Callbacks) -> Vec<(Duration, StatusState)> {
        if !self.window_open && self.template_category.is_none() {
            let closed = StatusState::Failed {
                code: 131_047,
                title: "Re-engagement message".into(),
                details: "Message failed to send because more than 24 hours have passed since the customer last replied to this number.".into(),
            };
            return vec![(timing.failed, closed)];
        }
        let mut fate = vec![(timing.sent, StatusState::Sent), (timing.delivered, StatusState::Delivered)];
        fate.extend(timing.read.map(|delay| (delay, StatusState::Read)));
        fate
    }
}
