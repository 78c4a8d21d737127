//! Ids: UUID version 7, so that rows made one after another lie beside each other in an index.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, later than every id made before it in this process.
            #[expect(clippy::new_without_default, reason = "a default id would be a new one each time")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// One customer of the product: everything belongs to exactly one tenant.
    TenantId,
    /// A person who signs in: admin, supervisor, team lead or agent.
    UserId,
    /// Some of the people, who share a queue.
    TeamId,
    /// A role of a tenant's own making.
    RoleId,
    /// Where a provider posts its webhooks.
    EndpointId,
    /// One account or number of one tenant at a provider.
    ConnectionId,
    /// One stored webhook request, as far as it concerns one connection.
    DeliveryId,
    /// A person who writes to a tenant, whatever the channel.
    ContactId,
    /// One address of a contact on one channel.
    IdentityId,
    /// Whom contacts work for.
    CompanyId,
    /// A thread of messages with one contact over one connection.
    ConversationId,
    /// One message of a conversation.
    MessageId,
    /// One entry of the event log.
    EventId,
    /// One automation rule.
    RuleId,
    /// One logged evaluation of a rule that matched or was held back.
    RuleRunId,
    /// One schedule of a tenant, which makes a job at each of its slots.
    ScheduleId,
    /// One line of refresh tokens, from a login to its logout.
    SessionId,
    /// What a machine shows instead of signing in.
    ApiKeyId,
    /// Somebody who was asked to join the tenant.
    InvitationId,
    /// A link that an e-mail carries, good once.
    MailedLinkId,
    /// One file brought over from another system.
    ImportId,
}
