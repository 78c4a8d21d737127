//! Messages: who wrote them, and how far they have come.

use crate::conversation::named;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the contact to the tenant.
    Inbound,
    /// From the tenant to the contact.
    Outbound,
    /// Among people of the tenant: a note beside a conversation with a contact, or what they say in their own.
    Internal,
}
named!(Direction, "direction", { Inbound => "inbound", Outbound => "outbound", Internal => "internal" });

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SenderKind {
    /// The contact.
    Contact,
    /// A person of the tenant.
    User,
    /// A rule.
    Automation,
    /// The tenant, but not through this product: another device of the same number.
    External,
    /// The product itself, about what happened.
    System,
}
named!(SenderKind, "sender", {
    Contact => "contact", User => "user", Automation => "automation", External => "external", System => "system",
});

/// How far a message has come, in the order in which it moves: forward only.
///
/// `Failed` stands between `Sent` and `Delivered`: a provider that accepted a message may still report a failure,
/// but a message that was delivered cannot have failed, whatever order the reports come in. `Unconfirmed` stands
/// before `Sent`: the answer to the send was lost, and only a status callback can say what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Inbound or internal: nothing left to do.
    Received,
    /// Outbound, not yet taken by a worker.
    Queued,
    /// A worker is calling the provider, or was when it died.
    Sending,
    /// The provider may or may not have it; it is never sent again by itself.
    Unconfirmed,
    /// The provider has it.
    Sent,
    /// It will not reach the contact; the error says why.
    Failed,
    /// It is on the contact's device.
    Delivered,
    /// The contact has seen it.
    Read,
}
named!(DeliveryStatus, "delivery status", {
    Received => "received", Queued => "queued", Sending => "sending", Unconfirmed => "unconfirmed",
    Sent => "sent", Failed => "failed", Delivered => "delivered", Read => "read",
});

impl DeliveryStatus {
    /// Whether a report of `next` moves a message that stands here.
    pub fn advances_to(self, next: Self) -> bool {
        self != Self::Received && next > self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apply(reports: &[DeliveryStatus]) -> DeliveryStatus {
        reports.iter().fold(DeliveryStatus::Sending, |now, next| if now.advances_to(*next) { *next } else { now })
    }

    #[test]
    fn a_late_failure_does_not_undo_a_delivery() {
        use DeliveryStatus::{Delivered, Failed, Sent};
        assert_eq!(apply(&[Sent, Delivered, Failed]), Delivered);
        assert_eq!(apply(&[Sent, Failed, Sent]), Failed);
        assert_eq!(apply(&[Failed, Delivered]), Delivered);
    }

    #[test]
    fn an_inbound_message_has_no_way_to_go() {
        assert!(DeliveryStatus::ALL.iter().all(|next| !DeliveryStatus::Received.advances_to(*next)));
    }

    proptest! {
        #[test]
        fn the_order_of_reports_does_not_matter(mut reports in proptest::collection::vec(
            proptest::sample::select(&DeliveryStatus::ALL[3..]), 0..8)) {
            let forwards = apply(&reports);
            reports.reverse();
            prop_assert_eq!(apply(&reports), forwards);
        }
    }
}
