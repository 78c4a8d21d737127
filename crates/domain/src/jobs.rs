//! The arguments of every job: what `api` asks and `worker` does.

use crate::{
    ConnectionId, ContactId, ConversationId, DeliveryId, EventId, MailedLinkId, MessageId, TeamId, TenantId,
    job::{Job, Lane, RetryPolicy},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// A type of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its stable name.
    pub name: &'static str,
    /// The lane that runs it.
    pub lane: Lane,
}

impl Kind {
    const fn of<J: Job>() -> Self {
        Self { name: J::KIND, lane: J::LANE }
    }
}

/// Every kind of job that there is.
pub const KINDS: &[Kind] = &[
    Kind::of::<ProcessDelivery>(),
    Kind::of::<EvaluateRules>(),
    Kind::of::<SendMessage>(),
    Kind::of::<MarkRead>(),
    Kind::of::<SendReaction>(),
    Kind::of::<SyncTemplates>(),
    Kind::of::<CheckConnection>(),
    Kind::of::<InstallPlugin>(),
    Kind::of::<AskPlugin>(),
    Kind::of::<RenewToken>(),
    Kind::of::<SetUpWebhooks>(),
    Kind::of::<RemoveConnection>(),
    Kind::of::<RefreshFacts>(),
    Kind::of::<PollTrigger>(),
    Kind::of::<RunAction>(),
    Kind::of::<RunActionNow>(),
    Kind::of::<AssignWaiting>(),
    Kind::of::<WakeConversation>(),
    Kind::of::<AskForRating>(),
    Kind::of::<EndTriage>(),
    Kind::of::<SendLink>(),
];

/// Turns a stored webhook request into messages, statuses and events. Stored with the request by the database function
/// `accept_deliveries`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessDelivery {
    /// Whose connection it came through.
    pub tenant_id: TenantId,
    /// Which.
    pub delivery_id: DeliveryId,
    /// The queue key: the connection and the thread that the recipe found.
    pub key: String,
}

impl ProcessDelivery {
    /// The queue key of a thread, hashed because it may be a phone number.
    ///
    /// `thread_digest` is any digest of the provider's thread or sender, or empty where there is none.
    pub fn key_of(connection_id: ConnectionId, thread_digest: &str) -> String {
        format!("{connection_id}:{thread_digest}")
    }
}

impl Job for ProcessDelivery {
    const KIND: &'static str = "process-delivery";
    const LANE: Lane = Lane::Live;
    const RETRY: RetryPolicy = RetryPolicy::PROMPT;

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn key(&self) -> Option<String> {
        Some(self.key.clone())
    }
}

/// Asks the tenant's rules about one event. Stored with the event by the database function `append_events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluateRules {
    /// Whose rules.
    pub tenant_id: TenantId,
    /// What happened.
    pub event_id: EventId,
    /// Where: rules see the events of one conversation in order.
    pub conversation_id: Option<ConversationId>,
}

impl Job for EvaluateRules {
    const KIND: &'static str = "evaluate-rules";
    const LANE: Lane = Lane::Automation;
    const RETRY: RetryPolicy = RetryPolicy::PROMPT;

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn key(&self) -> Option<String> {
        self.conversation_id.map(|id| format!("rules:{id}"))
    }
}

/// Hands one outbound message to its provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMessage {
    /// Whose message.
    pub tenant_id: TenantId,
    /// Which.
    pub message_id: MessageId,
    /// Messages of one conversation leave in the order they were written.
    pub conversation_id: ConversationId,
    /// The connection that it leaves by.
    pub connection_id: ConnectionId,
}

impl Job for SendMessage {
    const KIND: &'static str = "send-message";
    const LANE: Lane = Lane::Live;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 10, first_delay: Duration::from_secs(1), max_delay: Duration::from_mins(5) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn key(&self) -> Option<String> {
        Some(format!("send:{}", self.conversation_id))
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.connection_id)
    }
}

/// Tells the provider that the contact's message has been read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkRead {
    /// Whose message.
    pub tenant_id: TenantId,
    /// The latest message that was seen.
    pub message_id: MessageId,
    /// The connection that it came by.
    pub connection_id: ConnectionId,
}

impl Job for MarkRead {
    const KIND: &'static str = "mark-read";
    const LANE: Lane = Lane::Automation;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 3, first_delay: Duration::from_secs(5), max_delay: Duration::from_mins(1) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn idempotency_key(&self) -> Option<String> {
        Some(self.message_id.to_string())
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.connection_id)
    }
}

/// Puts our reaction on a contact's message, or takes it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendReaction {
    /// Whose message.
    pub tenant_id: TenantId,
    /// The message reacted to.
    pub message_id: MessageId,
    /// The connection that it came by.
    pub connection_id: ConnectionId,
    /// The reaction; `None` takes it back.
    pub emoji: Option<String>,
}

impl Job for SendReaction {
    const KIND: &'static str = "send-reaction";
    const LANE: Lane = Lane::Live;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 5, first_delay: Duration::from_secs(2), max_delay: Duration::from_mins(1) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn key(&self) -> Option<String> {
        Some(format!("reaction:{}", self.message_id))
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.connection_id)
    }
}

/// Reads the message templates of a connection from its provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncTemplates {
    /// Whose connection.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
}

impl Job for SyncTemplates {
    const KIND: &'static str = "sync-templates";
    const LANE: Lane = Lane::Bulk;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 8, first_delay: Duration::from_secs(5), max_delay: Duration::from_mins(15) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn key(&self) -> Option<String> {
        Some(format!("templates:{}", self.connection_id))
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.connection_id)
    }
}

/// Asks the provider whether a connection works: the "test connection" button. Nothing holds it back: it is how a person
/// finds out whether a connection that is held back works again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckConnection {
    /// Whose connection.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
}

impl Job for CheckConnection {
    const KIND: &'static str = "check-connection";
    const LANE: Lane = Lane::Live;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 2, first_delay: Duration::from_secs(1), max_delay: Duration::from_secs(1) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }
}

/// Tries a `.wasm` file that somebody has handed in, and installs it if it is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallPlugin {
    /// Who asked.
    pub tenant_id: TenantId,
    /// What for.
    pub installation_id: Uuid,
}

impl Job for InstallPlugin {
    const KIND: &'static str = "install-plugin";
    const LANE: Lane = Lane::Live;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 3, first_delay: Duration::from_secs(1), max_delay: Duration::from_secs(5) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }
}

/// Asks the plugin of a connection something that a person waits for. Nothing holds it back, as with a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskPlugin {
    /// Whose connection.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
    /// The question.
    pub question_id: Uuid,
}

impl Job for AskPlugin {
    const KIND: &'static str = "ask-plugin";
    const LANE: Lane = Lane::Live;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 3, first_delay: Duration::from_secs(1), max_delay: Duration::from_secs(5) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }
}

/// Renews the OAuth tokens of a connection ahead of their end. Stored with the tokens. Nothing holds it back: a pause
/// must not cost the authorization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewToken {
    /// Whose connection.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
    /// Which of its tokens: if they are others by now, there is nothing to do.
    pub rotation: i64,
}

impl Job for RenewToken {
    const KIND: &'static str = "renew-token";
    const LANE: Lane = Lane::Timers;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 20, first_delay: Duration::from_secs(5), max_delay: Duration::from_mins(10) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn idempotency_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.connection_id, self.rotation))
    }
}

/// Tells the provider of a connection where its webhooks go, or to forget that, whichever the connection is to have now.
/// Stored with every change that may ask for another registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUpWebhooks {
    /// Whose connection.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
}

impl Job for SetUpWebhooks {
    const KIND: &'static str = "set-up-webhooks";
    const LANE: Lane = Lane::Automation;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 8, first_delay: Duration::from_secs(2), max_delay: Duration::from_mins(5) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn key(&self) -> Option<String> {
        Some(format!("webhooks:{}", self.connection_id))
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.connection_id)
    }
}

/// Takes back what a deleted connection has registered with its provider, then deletes it. Nothing holds it back: people
/// have seen the connection go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveConnection {
    /// Whose connection it was.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
}

impl Job for RemoveConnection {
    const KIND: &'static str = "remove-connection";
    const LANE: Lane = Lane::Bulk;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 8, first_delay: Duration::from_secs(2), max_delay: Duration::from_mins(2) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn key(&self) -> Option<String> {
        Some(format!("removal:{}", self.connection_id))
    }
}

/// Asks a connection's plugin what it knows about a contact. One asks about a contact at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshFacts {
    /// Whose contact.
    pub tenant_id: TenantId,
    /// About whom.
    pub contact_id: ContactId,
    /// Whom.
    pub connection_id: ConnectionId,
}

impl Job for RefreshFacts {
    const KIND: &'static str = "refresh-facts";
    const LANE: Lane = Lane::Automation;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 5, first_delay: Duration::from_secs(2), max_delay: Duration::from_mins(2) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn key(&self) -> Option<String> {
        Some(format!("facts:{}:{}", self.contact_id, self.connection_id))
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.connection_id)
    }
}

/// Asks the provider of a connection for news. Each job stores the one that polls next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollTrigger {
    /// Whose connection.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
    /// The trigger in the plugin's manifest.
    pub trigger: String,
    /// The round that the job polls in; in any other it does nothing.
    pub round: i64,
}

impl Job for PollTrigger {
    const KIND: &'static str = "poll-trigger";
    const LANE: Lane = Lane::Timers;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 6, first_delay: Duration::from_secs(15), max_delay: Duration::from_mins(5) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn key(&self) -> Option<String> {
        Some(format!("poll:{}:{}", self.connection_id, self.trigger))
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.connection_id)
    }
}

/// How often an action is tried: whoever asked is to know soon.
const ACTION_RETRY: RetryPolicy =
    RetryPolicy { max_attempts: 3, first_delay: Duration::from_secs(2), max_delay: Duration::from_secs(30) };

/// Has a plugin do what a rule asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunAction {
    /// Whose connection.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
    /// What was asked for.
    pub run_id: Uuid,
}

impl Job for RunAction {
    const KIND: &'static str = "run-action";
    const LANE: Lane = Lane::Automation;
    const RETRY: RetryPolicy = ACTION_RETRY;

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.connection_id)
    }
}

/// Has a plugin do what a person asked for, who waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunActionNow {
    /// Whose connection.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
    /// What was asked for.
    pub run_id: Uuid,
}

impl Job for RunActionNow {
    const KIND: &'static str = "run-action-now";
    const LANE: Lane = Lane::Live;
    const RETRY: RetryPolicy = ACTION_RETRY;

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.connection_id)
    }
}

/// Gives what waits in a team's queue to those of its people who are there and have room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignWaiting {
    /// Whose team.
    pub tenant_id: TenantId,
    /// Which.
    pub team_id: TeamId,
}

impl Job for AssignWaiting {
    const KIND: &'static str = "assign-waiting";
    const LANE: Lane = Lane::Automation;
    const RETRY: RetryPolicy = RetryPolicy::PROMPT;

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    /// One at a time for the whole tenant: somebody in two teams must not be given too much by both.
    fn key(&self) -> Option<String> {
        Some(format!("assign:{}", self.tenant_id))
    }
}

/// Ends a conversation's snooze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WakeConversation {
    /// Whose conversation.
    pub tenant_id: TenantId,
    /// Which.
    pub conversation_id: ConversationId,
    /// The end that was set: another one that came later has a job of its own.
    pub until: DateTime<Utc>,
}

impl Job for WakeConversation {
    const KIND: &'static str = "wake-conversation";
    const LANE: Lane = Lane::Timers;
    const RETRY: RetryPolicy = RetryPolicy::PROMPT;

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }
}

/// Waits no longer for what a customer was asked, and gives the conversation to a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndTriage {
    /// Whose conversation.
    pub tenant_id: TenantId,
    /// Which.
    pub conversation_id: ConversationId,
    /// When the triage began that is to end.
    pub started_at: DateTime<Utc>,
}

impl Job for EndTriage {
    const KIND: &'static str = "end-triage";
    const LANE: Lane = Lane::Timers;
    const RETRY: RetryPolicy = RetryPolicy::PROMPT;

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }
}

/// Asks the customer what they think of a conversation that was closed. Stored with the closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskForRating {
    /// Whose conversation.
    pub tenant_id: TenantId,
    /// Which.
    pub conversation_id: ConversationId,
}

impl Job for AskForRating {
    const KIND: &'static str = "ask-for-rating";
    const LANE: Lane = Lane::Automation;
    const RETRY: RetryPolicy = RetryPolicy::PROMPT;

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }
}

/// Sends the e-mail with a link. Stored with the link, of which it knows nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendLink {
    /// Whose link.
    pub tenant_id: TenantId,
    /// Which.
    pub link_id: MailedLinkId,
}

impl Job for SendLink {
    const KIND: &'static str = "send-link";
    const LANE: Lane = Lane::Notify;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 10, first_delay: Duration::from_secs(5), max_delay: Duration::from_mins(10) };

    fn tenant(&self) -> TenantId {
        self.tenant_id
    }

    fn idempotency_key(&self) -> Option<String> {
        Some(self.link_id.to_string())
    }
}
